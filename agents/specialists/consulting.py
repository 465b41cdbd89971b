"""The specialists of a plan with a model, and with the rules where not one of them gets through with that."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from pydantic_ai.models import Model
from pydantic_ai.usage import RunUsage

from agents.events import AnyEvent, Gap
from agents.languages import Words
from agents.rules.model import RulesModel
from agents.specialists.team import Team

GONE = Words(
    "The model that this chat is set to could not be asked. The rule-based analyst answered in its place.",
    "No se pudo preguntar al modelo de este chat. En su lugar ha respondido el analista por reglas.",
)
UNABLE = Words(
    "The model that this chat is set to could not work with the records. The rule-based analyst looked at them.",
    "El modelo de este chat no pudo trabajar con los registros. Los ha mirado el analista por reglas.",
)
SPENT = Words(
    "What the model may use is used up. The rule-based analyst answered in its place.",
    "El modelo ya ha gastado todo lo que puede usar. En su lugar ha respondido el analista por reglas.",
)


class Consulting:
    """One consulting of a team; `team` and `writer` are what they are at the end once `events` has been read."""

    def __init__(self, asked: Callable[..., Team], *, model: Model) -> None:
        self.team = self._first = asked(model=model)
        """Those whose findings count."""
        self.writer = model
        """Who can put into words what they find."""
        self._asked = asked

    @property
    def usage(self) -> RunUsage:
        """Of the model that was asked first; what the rules do in its place costs nothing of it."""
        return self._first.usage

    async def events(self) -> AsyncGenerator[AnyEvent, None]:
        """What the specialists do."""
        while True:
            async with aclosing(self.team.at_work()) as at_work:
                async for event in at_work:
                    yield event
            if not self.team.left_alone:
                return
            yield self._why_by_rules()
            if not self._can_write:
                self.writer = RulesModel()
            self.team = self._asked(model=RulesModel())

    def _why_by_rules(self) -> Gap:
        if not self.team.may_ask:
            return Gap(reason="budget", unknown=SPENT.told(spanish=self.team.spanish))
        why = UNABLE if self._can_write else GONE
        return Gap(reason="failed", unknown=why.told(spanish=self.team.spanish))

    @property
    def _can_write(self) -> bool:
        """Whether a model that was no use to the specialists may still put into words what the rules find."""
        return self.team.model_is_there and self.team.may_ask
