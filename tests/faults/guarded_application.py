"""An application that fails in the ways that no view of ours should, behind our server: `<port>`."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from healthchat.server import SteadyServer


class UnforeseenError(Exception):
    pass


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["path"] == "/fails-first":
        raise UnforeseenError
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
    SteadyServer(application, host="127.0.0.1", port=int(sys.argv[1]), on_start=lambda: None, on_drain=nothing).run()
