"""What the workers of a parallel run are handed: a module at a time, and of the browser's tests a lot."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

BROWSER = "tests/browser/"
WATCHING = ("test_clients", "test_many_tabs", "test_streaming")
"""They use the server whose answers take their time, the browser's other modules another one."""


class InLots(LoadScopeScheduling):
    """Each worker with a test of a lot starts the servers and the browser of that lot, so one worker has all of it."""

    def _split_scope(self, nodeid: str) -> str:
        module, _, _ = nodeid.partition("::")
        if not module.startswith(BROWSER):
            return module
        return "watching" if module.removeprefix(BROWSER).startswith(WATCHING) else "pages"
