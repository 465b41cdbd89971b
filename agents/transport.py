"""The one way out: HTTP requests to a model, to no other machine than is permitted and with bounded answers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2

from agents.access import Access
from agents.limits import Limits


class NotPermitted(httpx2.TransportError):
    """The request would have left this machine, which is not permitted; nothing was sent."""


class TooLarge(httpx2.TransportError):
    """The response is larger than one of a model may be."""


class Transport(httpx2.AsyncHTTPTransport):
    """Looks at every request, also one that a client or a redirect makes by itself, before a socket is opened."""

    def __init__(self, access: Access, *, limits: Limits) -> None:
        super().__init__(trust_env=access.egress == "remote")
        self._access = access
        self._limits = limits

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request.

        Raises:
            NotPermitted: it is for another machine.
        """
        if not self._access.permits(str(request.url)):
            raise NotPermitted("a model on another machine may not be asked")
        # Some clients hand on one time-out for everything, and nobody waits that long to be let in.
        timeout: dict[str, float | None] = request.extensions.get("timeout", {})
        request.extensions["timeout"] = timeout | {"connect": self._limits.connect_seconds}
        response = await super().handle_async_request(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = Bounded(response.stream, most=self._limits.response_bytes)
        return response


class Bounded(httpx2.AsyncByteStream):
    """A body that ends with an error where it grows too large."""

    def __init__(self, body: httpx2.AsyncByteStream, *, most: int) -> None:
        self._body = body
        self._left = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._body:
            self._left -= len(chunk)
            if self._left < 0:
                raise TooLarge("the response is too large")
            yield chunk

    async def aclose(self) -> None:
        await self._body.aclose()


def client(access: Access, *, limits: Limits) -> httpx2.AsyncClient:
    """A client that follows no redirect and gives up what is silent for too long."""
    return httpx2.AsyncClient(
        transport=Transport(access, limits=limits),
        timeout=httpx2.Timeout(limits.stall_seconds, connect=limits.connect_seconds),
        follow_redirects=False,
        trust_env=False,
    )
