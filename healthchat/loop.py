"""The event loop that the server runs on."""

from __future__ import annotations

import asyncio
import sys
import warnings

SWITCH_SECONDS = 0.001


def use_uvloop() -> None:
    """Have loops that are made from now on be uvloop's, where that is installed."""
    try:
        import uvloop
    except ImportError:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of policies, from Python 3.14 on
        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())


def favour_the_loop() -> None:
    """Have threads give way sooner: the loop waits for a busy one at each switch, and everybody's feed with it."""
    sys.setswitchinterval(SWITCH_SECONDS)
