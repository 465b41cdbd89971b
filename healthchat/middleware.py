"""Django's middleware, run in the event loop itself.

Each of Django's own classes hands its work to a thread, fifteen times in one request; what they do without the database
needs none. Sessions and messages go to a database thread, and only when there is something to write.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.middleware import clickjacking, common, csrf, gzip, locale, security

from healthchat.database import write_alone

PACKED_FILE_BYTES = 1 << 18
"""The largest script or style that is packed in the event loop."""


class InLoop:
    """For Django's middleware classes whose work touches no database."""

    get_response: Any

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        before = getattr(self, "process_request", None)
        after = getattr(self, "process_response", None)
        response = (before and before(request)) or await self.get_response(request)
        return await self.leave(after, request, response) if after else response

    async def leave(
        self, after: Callable[..., HttpResponseBase], request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        return after(request, response)


class SecurityMiddleware(InLoop, security.SecurityMiddleware):
    pass


class GZipMiddleware(InLoop, gzip.GZipMiddleware):
    """Packs pages, scripts and styles, and never a feed: packed, a client decodes its first event only."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return response if response.streaming else super().process_response(request, response)

    async def leave(
        self, after: Callable[..., HttpResponseBase], request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if isinstance(response, FileResponse) and response.status_code == 200 and _is_worth_packing(response):
            response = await _read(response)
        return after(request, response)


class LocaleMiddleware(InLoop, locale.LocaleMiddleware):
    pass


class CommonMiddleware(InLoop, common.CommonMiddleware):
    pass


class AuthenticationMiddleware(InLoop, auth.AuthenticationMiddleware):
    pass


class XFrameOptionsMiddleware(InLoop, clickjacking.XFrameOptionsMiddleware):
    pass


class CsrfViewMiddleware(InLoop, csrf.CsrfViewMiddleware):
    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        if self.async_mode:
            self.process_view = _awaitable(self.process_view)  # type: ignore[method-assign, assignment]


class SessionMiddleware(InLoop, sessions.SessionMiddleware):
    async def leave(
        self, after: Callable[..., HttpResponseBase], request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        return await write_alone(after, request, response) if request.session.modified else after(request, response)


class MessageMiddleware(InLoop, messages.MessageMiddleware):
    async def leave(
        self, after: Callable[..., HttpResponseBase], request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        storage = request._messages  # type: ignore[attr-defined]
        if storage.used or storage.added_new:
            return await write_alone(after, request, response)
        return after(request, response)


def _awaitable(function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    async def called(*args: Any) -> Any:
        return function(*args)

    return called


def _is_worth_packing(response: FileResponse) -> bool:
    return int(response.headers.get("Content-Length", 0)) in range(200, PACKED_FILE_BYTES)


async def _read(response: FileResponse) -> HttpResponse:
    """The same file in one piece, told by its date: its tag is that of the bytes as they lie on the disk."""
    whole = HttpResponse(b"".join([chunk async for chunk in response]))
    response.close()
    for name, value in response.headers.items():
        if name != "ETag":
            whole.headers[name] = value
    return whole
