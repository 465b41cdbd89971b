"""The consultation: one question in, the events of answering it out.

1. Triage, by rules, before anything else. An emergency or a crisis ends it here.
2. What was asked, and a plan: which specialists, with which task.
3. The specialists, at once, each with limits of its own. One that fails is a gap; the others go on.
4. The answer, streamed from claims, each number, date and drug of it checked, then what could be asked next.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TypeVar

from pydantic_ai.exceptions import AgentRunError
from pydantic_ai.models import Model

from agents.answer import Answer
from agents.brief import AnswerBrief
from agents.drugs import drug_names
from agents.events import AnyEvent, Done, Gap, Plan, Restart, Text, Triage, Understanding, Usage
from agents.follow_ups import follow_ups
from agents.models import model_named
from agents.plan import make_plan
from agents.query import Query
from agents.question import Understood
from agents.records import Records
from agents.rules.model import NAME as RULES
from agents.rules.model import RulesModel
from agents.scope import scope_claims
from agents.specialists.team import Team, where
from agents.triage import screen
from agents.understanding import understand

ENDS_HERE = frozenset({"emergency", "crisis"})
SAID_FIRST = frozenset({"urgent", "critical_value"})
STOPPED_WRITING = "The model stopped while it wrote the answer. The rule-based analyst wrote it from the same findings."

log = logging.getLogger(__name__)

Kind = TypeVar("Kind", bound=AnyEvent)


async def process_query(
    query: Query, *, records: Records, model: str | Model = "rules", past: Sequence[AnyEvent] = ()
) -> AsyncGenerator[AnyEvent, None]:
    """Answer a question over a person's records; the last event is always `Done`.

    `past` holds what an interrupted attempt recorded. Its plan stands and specialists with a finding in it are not
    asked again; of its events only texts and what belongs to them (citations, grounding) are yielded anew.

    Raises:
        agents.models.ModelUnavailable: the model cannot be used here.
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
    answered = answer_events(query, understood, triage=triage, records=records, model=model, past=past)
    async with aclosing(answered) as events:
        async for event in events:
            yield event


async def answer_events(
    query: Query,
    understood: Understood,
    *,
    triage: Triage,
    records: Records,
    model: str | Model,
    past: Sequence[AnyEvent],
) -> AsyncGenerator[AnyEvent, None]:
    """The plan, the specialists and the answer."""
    chosen = model_named(model) if isinstance(model, str) else model
    plan = earlier(past, Plan)
    if plan is None:
        plan = make_plan(understood, records=records)
        yield plan
    team = Team(plan, query=query, asks=understood.asks, records=records, model=chosen, past=past)
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
    async with aclosing(written(brief, team=team, model=chosen)) as events:
        async for event in events:
            yield event
    yield Done(status="complete", follow_ups=follow_ups(understood.asks, records=records))


async def written(brief: AnswerBrief, *, team: Team, model: Model) -> AsyncGenerator[AnyEvent, None]:
    """The answer, its grounding and what the run used; by the rules where another model fails while it writes."""
    answer = Answer(brief, model=model, drugs=drug_names())
    try:
        async with aclosing(answer.written()) as pieces:
            async for piece in pieces:
                yield piece
    except (AgentRunError, TimeoutError) as error:
        if type(model) is RulesModel:
            raise
        # Without the exception itself: its text may hold a person's words.
        log.error("the answer's model failed: %s", where(error))  # noqa: TRY400
        yield Gap(reason="failed", unknown=STOPPED_WRITING)
        yield Restart(reason="retried", part="answer")
        async with aclosing(written(brief, team=team, model=RulesModel())) as events:
            async for event in events:
                yield event
        return
    yield answer.grounding
    yield Usage(
        model=model.model_name,
        requests=team.usage.requests + answer.usage.requests,
        input_tokens=team.usage.input_tokens + answer.usage.input_tokens,
        output_tokens=team.usage.output_tokens + answer.usage.output_tokens,
        tool_calls=team.usage.tool_calls,
    )


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
