"""The event loop that the server runs on."""

from __future__ import annotations

import asyncio
import warnings


def use_uvloop() -> None:
    """Have loops that are made from now on be uvloop's, where that is installed."""
    try:
        import uvloop
    except ImportError:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of policies, from Python 3.14 on
        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
