"""Which models can be asked: the page that lists them for whoever runs the server, and the word at start-up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.core.checks import CheckMessage, Warning  # noqa: A004
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from agents.access import INSIDE, PROVIDERS, Access, Provider, host_of, is_loopback, provider_of
from healthchat.chat import allowance
from healthchat.chat.choice import choices, named
from healthchat.chat.reach import is_reachable


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
        "lacks": list(lacking()),
        "choices": choices(),
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


def lacking() -> Iterator[str]:
    """Why models that are named in the settings cannot be asked, a sentence for each."""
    access = allowance.access()
    for name in named():
        if (lacks := access.lacks(name)) is not None:
            yield lacks


def named_models_can_be_used(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    """Tell at start-up which of the models that are named cannot be asked."""
    hint = "Until then the rule-based analyst answers in its place, and nobody can choose it."
    return [Warning(sentence, hint=hint, id="healthchat.W001") for sentence in lacking()]
