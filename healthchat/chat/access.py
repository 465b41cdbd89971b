"""Ends the feeds of people who may no longer see them: signed out, disabled, or with a new password.

One look for all open feeds together, every few seconds; what it compares was read when each feed was opened.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import Error as DatabaseError
from django.http import HttpRequest

from healthchat.accounts.models import AccessToken
from healthchat.chat.hub import hub
from healthchat.database import in_database

LOOK_SECONDS = 2.5
ASKED_AT_ONCE = 500

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Visitor(NamedTuple):
    """In whose name a feed was opened, and by what right."""

    user: int
    password: str
    """The stored hash; another one means that open sessions were to end."""
    session: str | None
    token: int | None = None
    """The access token, where a program has opened it."""

    @classmethod
    def of(cls, user: User, request: HttpRequest) -> Visitor:
        token: AccessToken | None = getattr(request, "access_token", None)
        if token is not None:
            return cls(user.pk, user.password, None, token.pk)
        return cls(user.pk, user.password, request.session.session_key)


def unwelcome(visitors: Collection[Visitor], *, now: datetime) -> list[Visitor]:
    """Those whose session has ended or token is revoked, whose account is disabled, or whose password has changed."""
    keys = {visitor.session for visitor in visitors if visitor.session}
    sessions = {
        key
        for some in _chunks(sorted(keys))
        for key in Session.objects.filter(session_key__in=some, expire_date__gt=now).values_list("pk", flat=True)
    }
    tokens = {
        key
        for some in _chunks(sorted({visitor.token for visitor in visitors if visitor.token}))
        for key in AccessToken.objects.filter(pk__in=some).values_list("pk", flat=True)
    }
    users = {
        row
        for some in _chunks(sorted({visitor.user for visitor in visitors}))
        for row in User.objects.filter(pk__in=some, is_active=True).values_list("pk", "password")
    }
    return [
        visitor
        for visitor in visitors
        if (visitor.user, visitor.password) not in users
        or (visitor.session and visitor.session not in sessions)
        or (visitor.token and visitor.token not in tokens)
    ]


def watch() -> None:
    """See to it that the running loop's feeds are looked after from now on."""
    loop = asyncio.get_running_loop()
    if loop not in _watches or _watches[loop].done():
        _watches[loop] = loop.create_task(_looks(), context=contextvars.Context())


async def _looks() -> None:
    while hub().visitors:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            visitors = [visitor for visitor in hub().visitors if isinstance(visitor, Visitor)]
            for visitor in await in_database(unwelcome, visitors, now=datetime.now(UTC)):
                hub().show_out(visitor)
        except DatabaseError as error:
            logger.warning("open feeds cannot be looked after: %s", type(error).__name__)


def _chunks(items: list[T]) -> Iterator[list[T]]:
    for begin in range(0, len(items), ASKED_AT_ONCE):
        yield items[begin : begin + ASKED_AT_ONCE]


_watches: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[None]] = WeakKeyDictionary()
