"""The ASGI application: pages as Django serves them, feeds without a thread of their own."""

from __future__ import annotations

import asyncio
import os
from contextlib import aclosing, suppress
from typing import Any

import django
from django.conf import settings
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.urls import set_script_prefix

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthchat.settings")
django.setup(set_prefix=False)

from corsheaders.middleware import CorsMiddleware  # noqa: E402 - needs the settings, as do the next
from django import db  # noqa: E402
from django.core.handlers.exception import convert_exception_to_response  # noqa: E402
from django.core.signals import request_finished, request_started  # noqa: E402

from healthchat.chat.sse import Response  # noqa: E402
from healthchat.middleware import (  # noqa: E402
    AuthenticationMiddleware,
    CommonMiddleware,
    SecurityMiddleware,
    SessionMiddleware,
)
from healthchat.patience import PAGE_SECONDS, patience  # noqa: E402

FEEDS = ("/api/chat/", "/api/runs/", "/api/conversations/")
FEED_ENDINGS = ("/message", "/stream", "/cancel", "/retry", "/events")
PROBES = ("/healthz", "/readyz", "/metrics")
FEED_MIDDLEWARE = (
    *((CorsMiddleware,) if settings.CORS_ALLOWED_ORIGINS else ()),
    SecurityMiddleware,
    SessionMiddleware,
    CommonMiddleware,
    AuthenticationMiddleware,
)
"""Those of the settings' middleware that matter to an endpoint which serves no page, no form and no file."""


class PageHandler(ASGIHandler):
    """Serves sync views: each request has a thread, and closes its database connection."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        patience.set(PAGE_SECONDS)
        await super().__call__(scope, receive, send)


class FeedHandler(ASGIHandler):
    """Serves the async views, which use the database only through `healthchat.database`.

    Django's own handler keeps a thread for as long as a response is open, and goes through threads to tell that a
    request began and ended; nothing that these views use needs to be told.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        handler: Any = convert_exception_to_response(self._get_response_async)  # type: ignore[attr-defined]
        for middleware in reversed(FEED_MIDDLEWARE):
            handler = convert_exception_to_response(middleware(handler))
        self._middleware_chain = handler

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        with body:
            set_script_prefix(get_script_prefix(scope))
            request, error_response = self.create_request(scope, body)
            if request is None:
                await self.send_response(error_response, send)  # type: ignore[arg-type]
                return
            answering = asyncio.ensure_future(self._answer(request, send))
            leaving = asyncio.ensure_future(receive())
            try:
                await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
            finally:
                leaving.cancel()
                answering.cancel()
            with suppress(asyncio.CancelledError):
                await answering

    async def _answer(self, request: Any, send: Any) -> None:
        response: Any = await self.run_get_response(request)
        if isinstance(response, Response):
            await self._send_feed(response, send)
        else:
            await self.send_response(response, send)

    async def _send_feed(self, response: Response, send: Any) -> None:
        """What `send_response` comes down to for a feed, whose pieces are bytes already."""
        headers = [(name.encode(), value.encode("latin1")) for name, value in response.items()]
        cookies = [(b"Set-Cookie", morsel.OutputString().encode()) for morsel in response.cookies.values()]
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers + cookies})
        async with aclosing(response.frames) as frames:
            async for data in frames:
                await send({"type": "http.response.body", "body": data, "more_body": True})
        await send({"type": "http.response.body"})


class Application:
    def __init__(self) -> None:
        self._pages = PageHandler()
        self._feeds = FeedHandler()
        for signal in (request_started, request_finished):
            signal.disconnect(db.close_old_connections)
            signal.connect(db.close_old_connections, sender=PageHandler)
        request_started.disconnect(db.reset_queries)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        path = scope["path"]
        in_loop = path in PROBES or (path.startswith(FEEDS) and path.endswith(FEED_ENDINGS))
        await (self._feeds if in_loop else self._pages)(scope, receive, send)


application = Application()
