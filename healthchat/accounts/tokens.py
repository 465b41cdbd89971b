"""Access tokens: what a program shows instead of a password, made and revoked by the person whose data it reads."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date
from typing import NamedTuple

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone

from healthchat.accounts.models import AccessToken

PREFIX = "hc_"
"""Lets scanners for leaked secrets recognise one."""
SECRET_BYTES = 32
HINT_CHARACTERS = 8
MOST_TOKENS = 50
"""Of one person."""

_SCHEME = "bearer "


class TooManyTokens(Exception):
    """A person has as many access tokens as they may."""


class Made(NamedTuple):
    """A new token, and its secret, which can be shown this once only."""

    token: AccessToken
    secret: str


def make(user: User, *, name: str, scope: str) -> Made:
    """Store a new token.

    Raises:
        TooManyTokens: some have to be revoked first.
    """
    if user.access_tokens.count() >= MOST_TOKENS:
        raise TooManyTokens
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    token = AccessToken.objects.create(
        user=user, name=name, scope=scope, digest=_digest(secret), hint=secret[:HINT_CHARACTERS]
    )
    return Made(token, secret)


def bearer(request: HttpRequest) -> str | None:
    """The secret that a request shows, or None if it shows none."""
    header = request.META.get("HTTP_AUTHORIZATION", "")
    return header[len(_SCHEME) :].strip() if header[: len(_SCHEME)].lower() == _SCHEME else None


def token_of(secret: str) -> AccessToken | None:
    """The token with this secret, with its person at hand; None for a wrong secret or a disabled account."""
    token = AccessToken.objects.select_related("user").filter(digest=_digest(secret), user__is_active=True).first()
    if token is not None:
        _note_use(token, today=timezone.now().date())
    return token


def _note_use(token: AccessToken, *, today: date) -> None:
    # To the day: so that reading writes nothing, but for the first time each day.
    if token.last_used != today:
        AccessToken.objects.filter(pk=token.pk).update(last_used=today)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
