"""The models that people may choose for a conversation, and which of them answers in one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext

from agents.access import RULES, host_of, leaves_machine
from healthchat.chat import allowance
from healthchat.chat.models import Conversation
from healthchat.chat.reach import reached


class Choice(NamedTuple):
    name: str
    address: str | None
    """Where it is; None for one of this program, and where only its provider's client knows."""
    leaves_machine: bool
    """Whether asking it means that questions and records go to another machine."""
    reachable: bool = True

    @property
    def host(self) -> str:
        return host_of(self.address) if self.address else ""

    @property
    def value(self) -> str:
        """What a conversation keeps: nothing for the model that the server is set to, which may become another."""
        return "" if self.name == settings.HEALTHCHAT_MODEL else self.name

    @property
    def label(self) -> str:
        """Its name, and what choosing it means."""
        if self.name == RULES:
            return gettext("Rule-based analyst (nothing is sent anywhere)")
        told = {"model": self.name, "host": self.host or gettext("another machine")}
        if not self.reachable:
            return gettext("%(model)s (cannot be reached right now)") % told
        if self.leaves_machine:
            return gettext("%(model)s (your question and results go to %(host)s)") % told
        return gettext("%(model)s (on this machine)") % told


def named() -> tuple[str, ...]:
    """The models that the settings name, the one that the server is set to first, and the rules."""
    return tuple(dict.fromkeys((settings.HEALTHCHAT_MODEL, *settings.HEALTHCHAT_MODELS, RULES)))


def choices() -> list[Choice]:
    """Those of the models that are named that are set up."""
    return list(_set_up())


def offered(talk: Conversation | None = None) -> list[Choice]:
    """Those of `choices` that can be reached, and the one that answers now; none where there is but one."""
    found = choices()
    if len(found) < 2:
        return []
    places = reached(choice.address for choice in found if choice.address)
    seen = [choice._replace(reachable=choice.address in (None, *places)) for choice in found]
    return [choice for choice in seen if choice.reachable or choice.name == model_of(talk)]


def is_choice(name: str) -> bool:
    return any(choice.name == name for choice in choices())


def model_of(talk: Conversation | None) -> str:
    """The model that answers in a conversation; the server's where none was chosen, or one that is not set up now."""
    return talk.model if talk and talk.model and is_choice(talk.model) else settings.HEALTHCHAT_MODEL


def _set_up() -> Iterator[Choice]:
    access = allowance.access()
    for name in named():
        if access.lacks(name) is None:
            yield Choice(name, access.address_of(name), leaves_machine(name, access.variables))
