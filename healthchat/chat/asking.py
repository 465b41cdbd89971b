"""A message on its way from a request to its run: who asks, what is stored, what is begun."""

from __future__ import annotations

import asyncio
import contextvars
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from healthchat.accounts.guests import person_for
from healthchat.accounts.models import AccessToken
from healthchat.accounts.recognition import InvalidToken, recognise, recognise_token
from healthchat.chat import questions
from healthchat.chat.access import Visitor
from healthchat.chat.engine import engine
from healthchat.chat.questions import Asked, Refused
from healthchat.database import write, write_alone

under_way: set[asyncio.Task[tuple[Asked, Visitor]]] = set()
"""What is being stored and begun. Held here, because the loop holds its tasks only weakly."""


class NotSignedIn(Refused):
    """Nobody is signed in."""

    def __init__(self) -> None:
        super().__init__("not_signed_in", _("Please sign in first."), 401)


async def ask(request: HttpRequest, message: object, **options: Any) -> tuple[Asked, Visitor]:
    """Store the message of whoever asks and begin to answer it; a visitor becomes a guest by it, where that is allowed.

    Who leaves meanwhile does not interrupt it: what is stored as begun here has to be begun.

    Raises:
        Refused: see `healthchat.chat.questions.ask`.
    """
    asking = asyncio.get_running_loop().create_task(_begin(request, message, options), context=contextvars.Context())
    under_way.add(asking)
    asking.add_done_callback(_forget)
    return await asyncio.shield(asking)


def person(request: HttpRequest, *, writes: bool = False) -> User:
    """Who is signed in, or shows an access token. Uses the database; call it in a thread.

    Raises:
        NotSignedIn: nobody is.
        Refused: the token is not known, or may only read where the request `writes`.
    """
    try:
        token = recognise_token(request)
    except InvalidToken:
        told = "This access token is not known. It may have been revoked."
        raise Refused("invalid_token", told, 401) from None
    if token is not None:
        if writes and token.scope != AccessToken.Scope.WRITE:
            told = "This access token may only read. Make one that may write on your account page."
            raise Refused("read_only_token", told, 403)
        request.access_token = token  # type: ignore[attr-defined]
        return token.user
    user = recognise(request)
    if user is None:
        raise NotSignedIn
    return user


async def _begin(request: HttpRequest, message: object, options: dict[str, Any]) -> tuple[Asked, Visitor]:
    questions.clean_message(message)
    try:
        asked, visitor = await write(_ask, request, message, **options, worker=engine().claims_as)
    except NotSignedIn:
        await write_alone(_let_in, request)
        asked, visitor = await write(_ask, request, message, **options, worker=engine().claims_as)
    for run_id in asked.displaced:
        await engine().cancel(run_id)
    if not asked.run.ended:
        engine().start(asked.run.id, asked.claimed)
    return asked, visitor


def _ask(request: HttpRequest, message: object, **options: Any) -> tuple[Asked, Visitor]:
    user = person(request, writes=True)
    return questions.ask(user, message, **options), Visitor.of(user, request)


def _let_in(request: HttpRequest) -> None:
    if person_for(request) is None:
        raise NotSignedIn


def _forget(asking: asyncio.Task[tuple[Asked, Visitor]]) -> None:
    under_way.discard(asking)
    if not asking.cancelled():
        asking.exception()  # who has left hears of none
