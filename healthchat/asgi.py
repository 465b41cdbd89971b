"""The ASGI application: pages as Django serves them, feeds without a thread of their own."""

from __future__ import annotations

import os
from typing import Any

import django
from django.core.handlers.asgi import ASGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthchat.settings")
django.setup(set_prefix=False)

from django import db  # noqa: E402 - needs the settings
from django.core.signals import request_finished, request_started  # noqa: E402

FEEDS = ("/api/chat/", "/api/runs/", "/api/conversations/")
FEED_ENDINGS = ("/message", "/stream", "/cancel", "/events")


class PageHandler(ASGIHandler):
    """Serves sync views: each request has a thread, and closes its database connection."""


class FeedHandler(ASGIHandler):
    """Serves the async views, which use the database only through `healthchat.database`.

    Django's own handler keeps a thread for as long as a response is open, and closes connections by way of it.
    """

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.handle(scope, receive, send)


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
        feed = path.startswith(FEEDS) and path.endswith(FEED_ENDINGS)
        await (self._feeds if feed else self._pages)(scope, receive, send)


application = Application()
