"""Where models are, with which key, and whether records may leave this machine on the way to one."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec

Egress = Literal["local", "remote"]


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """Who serves a family of models, and by which variables it is set up."""

    name: str
    extra: str
    """The extra of this project that installs its client."""
    package: str
    """That client, as Python imports it."""
    address: str
    """Where it is, unless its variable says otherwise."""
    address_variable: str
    key_variable: str
    needs_key: bool = True
    """Whether it asks for a key where it is not on this machine."""

    @property
    def installed(self) -> bool:
        try:
            return find_spec(self.package) is not None
        except ModuleNotFoundError:
            return False


_OPENAI: Final = Provider(
    name="OpenAI, or a server like it",
    extra="openai",
    package="openai",
    address="https://api.openai.com/v1",
    address_variable="OPENAI_BASE_URL",
    key_variable="OPENAI_API_KEY",
)
PROVIDERS: Final[dict[str, Provider]] = {
    "openai": _OPENAI,
    "openai-chat": _OPENAI,
    "openai-responses": _OPENAI,
    "anthropic": Provider(
        name="Anthropic",
        extra="anthropic",
        package="anthropic",
        address="https://api.anthropic.com",
        address_variable="ANTHROPIC_BASE_URL",
        key_variable="ANTHROPIC_API_KEY",
    ),
    "google": Provider(
        name="Google",
        extra="google",
        package="google.genai",
        address="https://generativelanguage.googleapis.com",
        address_variable="GOOGLE_GEMINI_BASE_URL",
        key_variable="GOOGLE_API_KEY",
    ),
    "ollama": Provider(
        name="Ollama",
        extra="openai",
        package="openai",
        address="http://127.0.0.1:11434/v1",
        address_variable="OLLAMA_BASE_URL",
        key_variable="OLLAMA_API_KEY",
        needs_key=False,
    ),
}
VARIABLES: Final = tuple(
    dict.fromkeys(
        name for provider in PROVIDERS.values() for name in (provider.address_variable, provider.key_variable)
    )
)
"""The environment variables that say where providers are and who asks, under their own usual names."""
RULES: Final = "rules"
INSIDE: Final = (RULES, "scripted")
"""Models that are part of this program."""


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """What is set up for asking models; without anything only this machine may be asked."""

    egress: Egress = "local"
    variables: Mapping[str, str] = {}
    """The values of `VARIABLES`, as far as they are set."""

    def address_of(self, name: str) -> str | None:
        """Where the model with that name is; None for one of this program and for a provider not in `PROVIDERS`."""
        provider = PROVIDERS.get(provider_of(name))
        return (self.variables.get(provider.address_variable) or provider.address) if provider else None

    def key_of(self, name: str) -> str | None:
        provider = PROVIDERS.get(provider_of(name))
        return self.variables.get(provider.key_variable) if provider else None

    def lacks(self, name: str) -> str | None:
        """Why the model with that name cannot be used, in a sentence; None where nothing is known against it."""
        provider, address = PROVIDERS.get(provider_of(name)), self.address_of(name)
        if provider is None or address is None:
            return None if provider_of(name) in INSIDE or self.egress == "remote" else not_held(name)
        if not self.permits(address):
            return not_permitted(name, address)
        if provider.needs_key and not self.key_of(name) and not is_loopback(address):
            return f"The model {name!r} needs a key: set {provider.key_variable}."
        if not provider.installed:
            return f"The model {name!r} needs a package that is not installed: the extra {provider.extra!r}."
        return None

    def permits(self, address: str | None) -> bool:
        """Whether a model at that address may be asked."""
        return self.egress == "remote" or is_loopback(address)


def provider_of(name: str) -> str:
    return name.partition(":")[0]


def leaves_machine(name: str, variables: Mapping[str, str]) -> bool:
    """Whether asking the model with that name means asking another machine."""
    if provider_of(name) in INSIDE:
        return False
    return not is_loopback(Access(variables=variables).address_of(name))


def not_permitted(name: str, address: str) -> str:
    return (
        f"The model {name!r} is at {host_of(address)}, which is not this machine, and HEALTHCHAT_EGRESS is 'local': "
        "nothing may leave it."
    )


def not_held(name: str) -> str:
    return (
        f"The model {name!r} is of a provider that cannot be kept to this machine, and HEALTHCHAT_EGRESS is 'local': "
        "nothing may leave it."
    )


def is_loopback(address: str | None) -> bool:
    """Whether an address is on this machine; one that cannot be read is not."""
    try:
        host = urlsplit(address or "").hostname
    except ValueError:
        return False
    if not host:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(address: str) -> str:
    """An address as people are told it: host and port, without what a path or a password would give away."""
    parts = urlsplit(address)
    host = parts.hostname or "an unknown address"
    return f"{host}:{parts.port}" if parts.port else host
