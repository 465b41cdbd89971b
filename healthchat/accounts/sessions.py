"""Where somebody is signed in: their browsers, to look at and to sign out."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from healthchat.accounts.models import SignedIn

LONGEST_AGENT = 300
EVERYWHERE_ELSE = "others"

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
)
_SYSTEMS = (
    ("iPhone|iPad", "iOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


class Shown(NamedTuple):
    """A browser, as its owner recognises it."""

    mark: str
    """Names it in a form without being its key."""
    browser: str
    system: str
    since: datetime
    here: bool


def of(user: User, *, own: str | None) -> list[Shown]:
    """The browsers in which a person is signed in, this one first."""
    rows = list(user.signed_in.all())
    live = set(
        Session.objects.filter(
            session_key__in=[row.session for row in rows], expire_date__gt=timezone.now()
        ).values_list("session_key", flat=True)
    )
    shown = [_shown(row, own=own) for row in rows if row.session in live]
    return sorted(shown, key=lambda one: not one.here)


def end(user: User, *, mark: str, own: str | None) -> None:
    """Sign a browser out, or with `EVERYWHERE_ELSE` all but this one. Feeds that are open there end within seconds."""
    for row in user.signed_in.exclude(session=own or ""):
        if mark in (EVERYWHERE_ELSE, _mark(row.session)):
            Session.objects.filter(session_key=row.session).delete()
            row.delete()


def note(sender: object, request: HttpRequest, user: User, **_: Any) -> None:
    """Remember the browser in which somebody signs in. Guests have one only, and know it."""
    if not user.has_usable_password():
        return
    if request.session.session_key is None:
        request.session.create()
    agent = request.headers.get("User-Agent", "")[:LONGEST_AGENT]
    SignedIn.objects.filter(user=user).exclude(session__in=Session.objects.values("session_key")).delete()
    SignedIn.objects.update_or_create(
        session=request.session.session_key, defaults={"user": user, "agent": agent.replace("\0", "")}
    )


def watch() -> None:
    """Have every sign-in noted."""
    user_logged_in.connect(note, dispatch_uid="healthchat.accounts.sessions")


def _shown(row: SignedIn, *, own: str | None) -> Shown:
    return Shown(
        mark=_mark(row.session),
        browser=_first(_BROWSERS, row.agent),
        system=_first(_SYSTEMS, row.agent),
        since=row.since,
        here=row.session == own,
    )


def _first(names: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for pattern, name in names if re.search(pattern, agent)), "")


def _mark(session: str) -> str:
    return hashlib.sha256(session.encode()).hexdigest()[:16]
