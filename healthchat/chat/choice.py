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

    @property
    def host(self) -> str:
        return host_of(self.address or "")

    def __str__(self) -> str:
        if self.name == RULES:
            return gettext("Rule-based analyst (nothing is sent anywhere)")
        if self.leaves_machine:
            return gettext("%(model)s (your question and results are sent to %(host)s)") % {
                "model": self.name,
                "host": self.host,
            }
        return gettext("%(model)s (on this machine)") % {"model": self.name}


def choices() -> list[Choice]:
    """What is set up: the model that the server is set to first, and the rules always."""
    return list(_set_up())


def offered(talk: Conversation | None = None) -> list[Choice]:
    """Those of `choices` that can be reached, and the one that the conversation has; none where there is but one."""
    found = choices()
    if len(found) < 2:
        return []
    places = reached(choice.address for choice in found if choice.address)
    current = model_of(talk) if talk else ""
    return [choice for choice in found if choice.address in (None, *places) or choice.name == current]


def is_choice(name: str) -> bool:
    return any(choice.name == name for choice in choices())


def model_of(talk: Conversation) -> str:
    """The model that answers in a conversation; the server's where the one that was chosen is no longer set up."""
    return talk.model if talk.model and is_choice(talk.model) else settings.HEALTHCHAT_MODEL


def _set_up() -> Iterator[Choice]:
    access = allowance.access()
    for name in dict.fromkeys((settings.HEALTHCHAT_MODEL, *settings.HEALTHCHAT_MODELS, RULES)):
        if access.lacks(name) is None:
            yield Choice(name, access.address_of(name), leaves_machine(name, access.variables))
