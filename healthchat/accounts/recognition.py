"""Recognise the person behind a session, or behind an access token, by one look into the database.

Django decodes the session, checks its signature and builds the account anew for every request. What it found is kept
here together with the very rows that it was found from; while one query shows that these are unchanged, so is the
finding. A session that ended, an account that was disabled or a new password is seen at once.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, datetime
from threading import Lock
from typing import NamedTuple

from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpRequest

from healthchat.accounts.models import AccessToken
from healthchat.accounts.tokens import bearer, token_of

KEPT_SESSIONS = 10_000

_LOOK = f"""
    SELECT s.session_data, u.password FROM {Session._meta.db_table} s, {User._meta.db_table} u
    WHERE s.session_key = %s AND s.expire_date > %s AND u.id = %s AND u.is_active
"""  # noqa: S608 - table names

_kept: OrderedDict[str, Recognised] = OrderedDict()
_lock = Lock()


class InvalidToken(Exception):
    """The request shows an access token that is not known."""


class Recognised(NamedTuple):
    """A person, and the rows by which they were recognised."""

    user: User
    rows: tuple[str, str]


def recognise_token(request: HttpRequest) -> AccessToken | None:
    """The access token that the request shows, or None if it shows none. Uses the database; call it in a thread.

    Raises:
        InvalidToken: it shows one that is not known.
    """
    secret = bearer(request)
    if secret is None:
        return None
    token = token_of(secret)
    if token is None:
        raise InvalidToken
    return token


def recognise(request: HttpRequest) -> User | None:
    """Who is signed in by a session, or None. Uses the database; call it in a thread."""
    key = request.session.session_key
    if key is None:
        return None
    with _lock:
        kept = _kept.get(key)
    if kept is not None and _look(key, kept.user.pk) == kept.rows:
        return kept.user
    user = request.user
    if not (isinstance(user, User) and user.is_active):
        return None
    _keep(key, User.objects.get(pk=user.pk))
    return user


def _look(key: str, user: int) -> tuple[str, str] | None:
    now = connection.ops.adapt_datetimefield_value(datetime.now(UTC))
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [key, now, user])
        row: tuple[str, str] | None = cursor.fetchone()
    return row


def _keep(key: str, user: User) -> None:
    rows = _look(key, user.pk)
    if rows is None or rows[1] != user.password:
        return
    with _lock:
        _kept[key] = Recognised(user, rows)
        while len(_kept) > KEPT_SESSIONS:
            _kept.popitem(last=False)
