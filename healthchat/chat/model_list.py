"""Which models can be asked: the page that lists them for whoever runs the server, and the word at start-up."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.core.checks import CheckMessage, Warning  # noqa: A004
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from agents.access import INSIDE, PROVIDERS, Access, Provider, host_of, is_loopback, provider_of
from healthchat.chat import allowance

CONNECT_SECONDS = 2.0
PORTS = {"http": 80, "https": 443}


class Line(NamedTuple):
    """One provider as the page lists it. A key is told to be there, never shown."""

    name: str
    prefixes: tuple[str, ...]
    chosen: bool
    host: str
    local: bool
    permitted: bool
    installed: bool
    extra: str
    has_key: bool
    key_variable: str
    reachable: bool | None
    """None: not tried, because it is not set up or may not be asked."""


@permission_required("chat.view_run", raise_exception=True)
def page(request: HttpRequest) -> HttpResponse:
    """The models that are set up, and whether their providers can be reached from here; for who may look at runs."""
    access = allowance.access()
    context = admin.site.each_context(request) | {
        "title": "Models",
        "model": settings.HEALTHCHAT_MODEL,
        "inside": provider_of(settings.HEALTHCHAT_MODEL) in INSIDE,
        "lacks": access.lacks(settings.HEALTHCHAT_MODEL),
        "egress": access.egress,
        "lines": list(lines(access)),
    }
    return render(request, "admin/models.html", context)


def lines(access: Access) -> Iterator[Line]:
    """A line for each provider."""
    chosen = PROVIDERS.get(provider_of(settings.HEALTHCHAT_MODEL))
    for provider in dict.fromkeys(PROVIDERS.values()):
        prefixes = tuple(prefix for prefix, one in PROVIDERS.items() if one == provider)
        yield line(provider, prefixes, access=access, chosen=provider == chosen)


def line(provider: Provider, prefixes: tuple[str, ...], *, access: Access, chosen: bool) -> Line:
    address = access.address_of(prefixes[0]) or provider.address
    has_key = access.key_of(prefixes[0]) is not None
    set_up = chosen or has_key or provider.address_variable in access.variables
    permitted = access.permits(address)
    return Line(
        name=provider.name,
        prefixes=prefixes,
        chosen=chosen,
        host=host_of(address),
        local=is_loopback(address),
        permitted=permitted,
        installed=provider.installed,
        extra=provider.extra,
        has_key=has_key,
        key_variable=provider.key_variable,
        reachable=is_reachable(address) if set_up and permitted else None,
    )


def is_reachable(address: str) -> bool:
    """Whether something takes a connection there; nothing is sent."""
    parts = urlsplit(address)
    with suppress(OSError):
        place = (parts.hostname or "", parts.port or PORTS.get(parts.scheme, 443))
        socket.create_connection(place, timeout=CONNECT_SECONDS).close()
        return True
    return False


def chosen_model_can_be_used(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    """Tell at start-up that the model which is set cannot be asked; the chat then answers by the rules."""
    lacking = allowance.access().lacks(settings.HEALTHCHAT_MODEL)
    if lacking is None:
        return []
    return [Warning(lacking, hint="Until then the rule-based analyst answers.", id="healthchat.W001")]
