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
from typing import TypeVar

from pydantic_ai.models import Model
from pydantic_ai.usage import RunUsage

from agents.access import INSIDE, RULES, Access, provider_of
from agents.brief import AnswerBrief
from agents.events import AnyEvent, Done, Gap, Plan, Receipt, Text, Triage, Understanding, Usage
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
from agents.scope import scope_claims
from agents.specialists.consulting import GONE, Consulting
from agents.specialists.team import Team, usage_of
from agents.triage import screen
from agents.understanding import understand
from agents.writing import Writing

ENDS_HERE = frozenset({"emergency", "crisis"})
SAID_FIRST = frozenset({"concern", "urgent", "critical_value"})
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
        # Its text names settings and no person's words; an exception's own is left out of the log.
        log.error("the rules answer instead: %s", str(error))  # noqa: TRY400
        yield Gap(reason="failed", unknown=GONE.told(spanish=understood.spanish))
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
    team = partial(
        Team, plan, query=query, asks=understood.asks, records=records, past=past, limits=limits, meter=meter
    )
    consulting = Consulting(team, model=model)
    async with aclosing(consulting.events()) as events:
        async for event in events:
            yield event
    brief = AnswerBrief(
        question=query.text,
        today=query.now.date(),
        asks=understood.asks,
        summary=understood.summary,
        claims=(*scope_claims(understood.asks, triage=triage), *consulting.team.claims),
        gaps=tuple(consulting.team.gaps),
        skipped=plan.skipped,
    )
    writing = Writing(brief, model=consulting.writer, limits=limits)
    async with aclosing(writing.written()) as written:
        async for event in written:
            yield event
    spent = spent_before(past) + consulting.usage
    if consulting.writer is model:
        spent.incr(writing.usage)
    yield usage_of(model, spent)
    yield receipt_of(ledger, written_by=writing.model.model_name)
    yield Done(status="complete", follow_ups=follow_ups(understood.asks, records=records, spanish=understood.spanish))


def watched(model: Model, *, meter: Meter, records: Records, past: Sequence[AnyEvent]) -> tuple[Model, Ledger | None]:
    """A model outside this program with its requests paid for and noted; one of this program as it is."""
    if not isinstance(model, OutsideModel):
        return model, None
    ledger = Ledger(records, address=model.address)
    ledger.recall(past)
    return model.metered(meter, ledger=ledger), ledger


def spent_before(past: Sequence[AnyEvent]) -> RunUsage:
    """What the specialists of an interrupted attempt had used."""
    spent = RunUsage()
    for event in past:
        if isinstance(event, Usage) and event.specialist is not None:
            spent.incr(RunUsage(**{name: getattr(event, name) for name in USED}))
    return spent


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
