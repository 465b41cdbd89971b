"""An application that fails in the ways that no view of ours should, behind our server: `<port> <what it says>`."""

from __future__ import annotations

import asyncio
import logging.config
import sys
from typing import Any

from django.conf import settings

from healthchat import server
from healthchat.server import SteadyFactory, SteadyRequest, SteadyServer


class UnforeseenError(Exception):
    pass


class Request(SteadyRequest):
    def basic_error(self, *args: Any) -> None:
        if self.path == b"/fails-uncleanly":
            raise UnforeseenError
        super().basic_error(*args)


class Factory(SteadyFactory):
    requests = Request


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["path"] in ("/fails-first", "/fails-uncleanly"):
        raise UnforeseenError(sys.argv[2])
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"begun", "more_body": True})
    if scope["path"] == "/fails-later":
        raise UnforeseenError
    if scope["path"] == "/stays":
        await asyncio.Event().wait()
    await send({"type": "http.response.body", "body": b" and ended"})


async def nothing() -> None:
    pass


if __name__ == "__main__":
    logging.config.dictConfig(settings.LOGGING)
    server.SteadyFactory = Factory  # type: ignore[misc]
    SteadyServer(application, host="127.0.0.1", port=int(sys.argv[1]), on_start=lambda: None, on_drain=nothing).run()
