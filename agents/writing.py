"""The answer by a model, in as many attempts as it may take; by the rules where that model fails."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import count

from pydantic_ai.exceptions import AgentRunError
from pydantic_ai.models import Model
from pydantic_ai.usage import RunUsage

from agents.answer import Answer
from agents.attempts import is_last, pause
from agents.brief import AnswerBrief
from agents.drugs import drug_names
from agents.events import AnyEvent, Gap, Restart
from agents.languages import Words
from agents.limits import Limits
from agents.rules.model import RulesModel
from agents.specialists.team import where
from agents.understanding.spanish import asked_in_spanish

STOPPED_WRITING = Words(
    "The model stopped while it wrote the answer. The rule-based analyst wrote it from the same findings.",
    "El modelo se paró mientras escribía la respuesta. La ha escrito el analista por reglas con los mismos hallazgos.",
)
CUT = Words(
    "The answer was cut off, because the model wrote more than it may.",
    "La respuesta se cortó, porque el modelo escribió más de lo que puede.",
)

log = logging.getLogger(__name__)


class Writing:
    """One answer's attempts; `model` and `usage` are what they are at the end once `written` has been read."""

    def __init__(self, brief: AnswerBrief, *, model: Model, limits: Limits) -> None:
        self.model = model
        """Who writes, or has written."""
        self.usage = RunUsage()
        """Of the model that was asked first."""
        self._asked = model
        self._brief = brief
        self._limits = limits
        self._spanish = asked_in_spanish(brief.question)

    async def written(self) -> AsyncGenerator[AnyEvent, None]:
        """The answer and its grounding."""
        for attempt in count(1):
            answer = Answer(self._brief, model=self.model, drugs=drug_names(), limits=self._limits)
            try:
                async with aclosing(answer.written()) as pieces:
                    async for piece in pieces:
                        yield piece
                break
            except (AgentRunError, TimeoutError) as error:
                if type(self.model) is RulesModel:
                    raise
                # Without the exception itself: its text may hold a person's words.
                log.error("the answer's model failed: %s", where(error))  # noqa: TRY400
                if answer.shown:
                    yield Restart(reason="retried", part="answer")
                if is_last(attempt, error=error, limits=self._limits):
                    yield Gap(reason="failed", unknown=STOPPED_WRITING.told(spanish=self._spanish))
                    self.model = RulesModel()
                else:
                    await pause(attempt, error=error, limits=self._limits)
            finally:
                # What the rules do in another model's place costs nothing of it.
                if answer.model is self._asked:
                    self.usage.incr(answer.usage)
        if answer.cut:
            yield Gap(reason="budget", unknown=CUT.told(spanish=self._spanish))
        yield answer.grounding
