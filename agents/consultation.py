"""The consultation: one question in, the events of answering it out.

1. Triage, by rules, before anything else. An emergency or a crisis ends it here.
2. What was asked, and a plan: which specialists, with which task.
3. The specialists, at once, each with limits of its own. One that fails is a gap; the others go on.
4. The answer, streamed from claims, each number, date and drug of it checked, then what could be asked next.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial
from itertools import count
from typing import TypeVar

from pydantic_ai.exceptions import AgentRunError
from pydantic_ai.models import Model
from pydantic_ai.usage import RunUsage

from agents.access import INSIDE, RULES, Access, provider_of
from agents.answer import Answer
from agents.attempts import is_last, pause
from agents.brief import AnswerBrief
from agents.drugs import drug_names
from agents.events import AnyEvent, Done, Gap, Plan, Receipt, Restart, Text, Triage, Understanding, Usage
from agents.follow_ups import follow_ups
from agents.limits import Limits
from agents.meter import Meter
from agents.models import ModelUnavailable, model_named
from agents.outside import OutsideModel
from agents.plan import make_plan
from agents.query import Query
from agents.question import Understood
from agents.receipt import Ledger
from agents.records import Records
from agents.rules.model import RulesModel
from agents.rules.spanish import asked_in_spanish
from agents.scope import scope_claims
from agents.specialists.team import Team, usage_of, where
from agents.triage import screen
from agents.understanding import understand

ENDS_HERE = frozenset({"emergency", "crisis"})
SAID_FIRST = frozenset({"concern", "urgent", "critical_value"})
STOPPED_WRITING = "The model stopped while it wrote the answer. The rule-based analyst wrote it from the same findings."

GONE = "The model that this chat is set to could not be asked. The rule-based analyst answered in its place."
UNABLE = "The model that this chat is set to could not work with the records. The rule-based analyst looked at them."
SPENT = "What the model may use is used up. The rule-based analyst answered in its place."
CUT = "The answer was cut off, because the model wrote more than it may."
USED = ("requests", "input_tokens", "output_tokens", "tool_calls")

log = logging.getLogger(__name__)

Kind = TypeVar("Kind", bound=AnyEvent)


async def process_query(
    query: Query,
    *,
    records: Records,
    model: str | Model = RULES,
    past: Sequence[AnyEvent] = (),
    access: Access | None = None,
    limits: Limits | None = None,
    fall_back: bool = False,
) -> AsyncGenerator[AnyEvent, None]:
    """Answer a question over a person's records; the last event is always `Done`.

    `past` holds what an interrupted attempt recorded. Its plan stands and specialists with a finding in it are not
    asked again; of its events only texts and what belongs to them (citations, grounding) are yielded anew.

    `access` says which models may be asked, `limits` how much they may take. Where a model fails on the way, the rules
    go on in its place and say so; with `fall_back` also where it cannot be used at all.

    Raises:
        agents.models.ModelUnavailable: the model cannot be used here, and `fall_back` is not set.
    """
    triage = screen(query.text, region=query.region, records=records, now=query.now)
    if not earlier(past, Triage):
        yield triage
    if triage.level in ENDS_HERE:
        yield Text(content=triage.text or "", part="emergency")
        yield Done(status="complete")
        return
    if triage.level in SAID_FIRST and triage.text:
        yield Text(content=triage.text, part="urgent")
    understood = understand(query, records=records)
    if not earlier(past, Understanding):
        yield said_back(understood)
    if understood.clarify and not _left_to_model(understood, model):
        yield understood.clarify
        yield Done(status="complete")
        return
    limits = limits or Limits()
    try:
        chosen = await opened(model, access=access or Access(), limits=limits)
    except ModelUnavailable as error:
        if not fall_back:
            raise
        log.error("the rules answer instead: %s", error)  # noqa: TRY400 - it says all there is to know
        yield Gap(reason="failed", unknown=GONE)
        chosen = RulesModel()
    answered = answer_events(query, understood, triage=triage, records=records, model=chosen, past=past, limits=limits)
    try:
        async with aclosing(answered) as events:
            async for event in events:
                yield event
    finally:
        if isinstance(chosen, OutsideModel) and chosen is not model:
            await chosen.close()


async def answer_events(
    query: Query,
    understood: Understood,
    *,
    triage: Triage,
    records: Records,
    model: Model,
    past: Sequence[AnyEvent],
    limits: Limits,
) -> AsyncGenerator[AnyEvent, None]:
    """The plan, the specialists and the answer."""
    plan = earlier(past, Plan)
    if plan is None:
        plan = make_plan(understood, records=records)
        yield plan
    meter = Meter.of_run(limits)
    model, ledger = watched(model, meter=meter, records=records, past=past)
    spent = Spent(model, past=past)
    asked = partial(
        Team, plan, query=query, asks=understood.asks, records=records, past=past, limits=limits, meter=meter
    )
    team = asked(model=model)
    async with aclosing(team.at_work()) as at_work:
        async for event in at_work:
            yield event
    spent.add(team.usage)
    writer = model
    if team.left_alone:
        yield why_by_rules(team)
        writer = model if able_to_write(team) else RulesModel()
        team = asked(model=RulesModel())
        async with aclosing(team.at_work()) as at_work:
            async for event in at_work:
                yield event
    brief = AnswerBrief(
        question=query.text,
        today=query.now.date(),
        asks=understood.asks,
        summary=understood.summary,
        claims=(*scope_claims(understood.asks, triage=triage), *team.claims),
        gaps=tuple(team.gaps),
        skipped=plan.skipped,
    )
    writing = Writing(brief, model=writer, limits=limits)
    async with aclosing(writing.written()) as events:
        async for event in events:
            yield event
    if writer is model:
        spent.add(writing.usage)
    yield spent.told()
    yield receipt_of(ledger, written_by=writing.model.model_name)
    spanish = asked_in_spanish(query.text)
    yield Done(status="complete", follow_ups=follow_ups(understood.asks, records=records, spanish=spanish))


def watched(model: Model, *, meter: Meter, records: Records, past: Sequence[AnyEvent]) -> tuple[Model, Ledger | None]:
    """A model outside this program with its requests paid for and noted; one of this program as it is."""
    if not isinstance(model, OutsideModel):
        return model, None
    ledger = Ledger(records, address=model.address)
    ledger.recall(past)
    return model.metered(meter, ledger=ledger), ledger


def why_by_rules(team: Team) -> Gap:
    """Why the rules look at the records in the place of a model with which no specialist got through."""
    if used_up(team):
        return Gap(reason="budget", unknown=SPENT)
    return Gap(reason="failed", unknown=UNABLE if able_to_write(team) else GONE)


def able_to_write(team: Team) -> bool:
    """Whether a model that was no use to the specialists may still put into words what the rules find."""
    return team.model_is_there and not used_up(team)


def used_up(team: Team) -> bool:
    return all(gap.reason == "budget" for gap in team.gaps)


class Writing:
    """The answer by a model, in as many attempts as it may take; by the rules where another model fails."""

    def __init__(self, brief: AnswerBrief, *, model: Model, limits: Limits) -> None:
        self.model = model
        """Who writes, or has written."""
        self.usage = RunUsage()
        """Of the model that was asked first."""
        self._asked = model
        self._brief = brief
        self._limits = limits

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
                    yield Gap(reason="failed", unknown=STOPPED_WRITING)
                    self.model = RulesModel()
                else:
                    await pause(attempt, error=error, limits=self._limits)
            finally:
                # What the rules do in another model's place costs nothing of it.
                if answer.model is self._asked:
                    self.usage.incr(answer.usage)
        if answer.cut:
            yield Gap(reason="budget", unknown=CUT)
        yield answer.grounding


class Spent:
    """What a run has used, also in an attempt that was interrupted."""

    def __init__(self, model: Model, *, past: Sequence[AnyEvent]) -> None:
        self._model = model
        self._usage = RunUsage()
        for event in past:
            if isinstance(event, Usage) and event.specialist is not None:
                self._usage.incr(RunUsage(**{name: getattr(event, name) for name in USED}))

    def add(self, usage: RunUsage) -> None:
        self._usage.incr(usage)

    def told(self) -> Usage:
        return usage_of(self._model, self._usage)


def receipt_of(ledger: Ledger | None, *, written_by: str) -> Receipt:
    return ledger.receipt(written_by=written_by) if ledger else Receipt(written_by=written_by)


async def opened(model: str | Model, *, access: Access, limits: Limits) -> Model:
    """The model to ask; the clients of those outside this program take a second to load, so not in the loop.

    Raises:
        ModelUnavailable: it cannot be used here.
    """
    if not isinstance(model, str):
        return model
    if provider_of(model) in INSIDE:
        return model_named(model)
    return await asyncio.to_thread(model_named, model, access=access, limits=limits)


def _left_to_model(understood: Understood, model: str | Model) -> bool:
    """Whether a question that the rules do not understand goes to a model that may."""
    if any(ask.intent != "unclear" for ask in understood.asks):
        return False
    return model != RULES if isinstance(model, str) else type(model) is not RulesModel


def said_back(understood: Understood) -> Understanding:
    """What the question was taken to mean, for the person to see."""
    period = next((ask.period.label for ask in understood.asks if ask.period), None)
    return Understanding(
        summary=understood.summary,
        intents=tuple(dict.fromkeys(ask.intent for ask in understood.asks)),
        concepts=tuple(dict.fromkeys(concept for ask in understood.asks for concept in ask.concepts)),
        period=period,
    )


def earlier(past: Sequence[AnyEvent], kind: type[Kind]) -> Kind | None:
    """The event of that kind which an earlier attempt recorded."""
    return next((event for event in past if isinstance(event, kind)), None)
