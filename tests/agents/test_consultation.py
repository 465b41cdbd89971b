from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any

import pytest
from msgspec.structs import replace
from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.messages import ModelMessage, TextPart, ToolCallPart
from pydantic_ai.models import ModelRequestParameters

from agents.consultation import process_query
from agents.events import (
    AnyEvent,
    Chart,
    Citation,
    Clarify,
    Done,
    Finding,
    Gap,
    Grounding,
    Plan,
    Receipt,
    Restart,
    SpecialistUpdate,
    Text,
    ToolCall,
    ToolResult,
    Triage,
    Understanding,
    Usage,
    decode,
    encode,
)
from agents.limits import Limits
from agents.models import ModelUnavailable
from agents.rules.model import Piece, RulesModel
from tests.agents.rows import lab, query, records, someone

SUMMARY = "Summarise my health for a new doctor"
TREND = "How is my LDL trending?"
HASTY = Limits(pause_seconds=0)


async def told(text: str, **options: Any) -> list[AnyEvent]:
    options.setdefault("records", someone())
    async with asyncio.timeout(30):
        return [event async for event in process_query(query(text), **options)]


def only(events: Sequence[AnyEvent], kind: type[Any]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def read(events: Sequence[AnyEvent], part: str = "answer") -> str:
    return "".join(event.content for event in only(events, Text) if event.part == part)


class Failing(RulesModel):
    """Fails where it is told to."""

    def __init__(self, *, specialist: str = "", error: Exception | None = None, answer: bool = False) -> None:
        super().__init__()
        self.specialist = specialist
        self.error = error
        self.answer = answer

    async def decide(
        self, messages: Sequence[ModelMessage], parameters: ModelRequestParameters
    ) -> AsyncIterator[Piece]:
        answering = not parameters.output_tools
        yields = 0
        if not answering and f'"specialist":"{self.specialist}"' in str(messages):
            if self.error is None:
                await asyncio.Event().wait()
            else:
                raise self.error
        async for piece in super().decide(messages, parameters):
            if answering and self.answer and yields > 3 and self.error:
                raise self.error
            yields += 1
            yield piece


async def test_it_answers_with_value_unit_date_and_the_row_behind_them() -> None:
    events = await told("What was my last HbA1c and when?")

    claim = next(claim for finding in only(events, Finding) for claim in finding.claims if claim.value)
    assert (round(claim.value, 3), claim.unit, claim.date) == (7.376, "%", "2020-04-13")
    assert claim.evidence[0].startswith("a1c-2020-04-13")
    assert "7.4 % on 13 April 2020 [1]" in read(events)
    assert only(events, Citation)[0].evidence == claim.evidence


async def test_it_tells_everything_in_order_and_ends_with_done() -> None:
    events = await told("What was my last HbA1c and when?")

    kinds = list(dict.fromkeys(type(event) for event in events if not isinstance(event, Citation)))
    before = [Triage, Understanding, Plan, SpecialistUpdate, ToolCall, ToolResult, Finding]
    assert kinds == [*before, Text, Grounding, Usage, Receipt, Done]
    assert isinstance(events[-1], Done)
    assert events[-1].status == "complete"
    assert 2 <= len(events[-1].follow_ups) <= 3
    assert [decode(encode(event)) for event in events] == events


async def test_it_says_the_same_again() -> None:
    person = someone()

    first, second = [read(await told(SUMMARY, records=person)) for _ in range(2)]

    assert first == second


async def test_it_strikes_nothing_of_its_own_words() -> None:
    for question in (SUMMARY, TREND, "What medicines am I taking?", "Which of my latest results are out of range?"):
        grounding = only(await told(question), Grounding)[0]

        assert grounding.struck == 0
        assert grounding.matched == grounding.checked > 0


async def test_it_gives_no_number_for_what_is_not_in_the_records() -> None:
    events = await told("What is my latest ferritin?")

    answer = read(events)
    assert "no ferritin result in your records" in answer
    assert not any(claim.value for finding in only(events, Finding) for claim in finding.claims)
    assert only(events, Grounding)[0].checked == 0


async def test_it_never_calls_everything_normal() -> None:
    healthy = records(lab("potassium", 4.2, "2021-03-01"), lab("sodium", 140, "2021-03-01"))

    answer = read(await told("Which of my latest results are out of range?", records=healthy))

    assert "normal" not in answer.lower()
    assert "2 of 2 tests are inside" in answer


async def test_it_ends_at_an_emergency() -> None:
    events = await told("I have crushing chest pain and my left arm is numb")

    assert [type(event) for event in events] == [Triage, Text, Done]
    assert events[0].level == "emergency"
    assert read(events, "emergency") == events[0].text
    assert "911" in read(events, "emergency")


async def test_it_says_what_it_can_do_where_it_must_not_answer() -> None:
    events = await told("Should I stop taking my warfarin?")

    assert only(events, Triage)[0].level == "scope"
    assert read(events)
    assert isinstance(events[-1], Done)


async def test_it_asks_back_where_it_does_not_understand() -> None:
    events = await told("x")

    assert only(events, Clarify)[0].options
    assert not only(events, Plan)
    assert isinstance(events[-1], Done)


async def test_it_leaves_what_it_does_not_understand_to_another_model() -> None:
    events = await told("Flibber the gronk", model="scripted:tokens=3")

    assert not only(events, Clarify)
    assert read(events).count("m=") == 3


async def test_specialists_work_at_the_same_time() -> None:
    events = await told(SUMMARY)

    asked = {task.specialist for task in only(events, Plan)[0].tasks}
    first_finding = next(index for index, event in enumerate(events) if isinstance(event, Finding))
    at_work = {event.specialist for event in events[:first_finding] if isinstance(event, ToolCall)}
    assert len(asked) >= 5
    assert len(at_work) >= 3
    assert {event.specialist for event in only(events, Finding)} == asked


async def test_a_call_and_its_result_share_an_id_that_no_other_has() -> None:
    events = await told(SUMMARY)

    called = [event.call_id for event in only(events, ToolCall)]
    assert len(set(called)) == len(called)
    assert sorted(called) == sorted(event.call_id for event in only(events, ToolResult))


async def test_it_cites_only_claims_that_were_found() -> None:
    events = await told(SUMMARY)

    claims = {claim.id for finding in only(events, Finding) for claim in finding.claims}
    assert {citation.claim for citation in only(events, Citation)} <= claims
    assert [citation.number for citation in only(events, Citation)] == list(range(1, len(only(events, Citation)) + 1))


async def test_it_draws_a_series_that_is_asked_about() -> None:
    chart = only(await told(TREND), Chart)[0]

    assert (chart.concept, chart.unit, len(chart.points)) == ("ldl", "mg/dL", 7)
    assert (chart.high, chart.band_source) == (100, "general adult range")


@pytest.mark.parametrize(
    ("error", "reason"), [(ModelHTTPError(500, "m"), "failed"), (RuntimeError("secret words"), "failed")]
)
async def test_one_failing_specialist_is_a_gap_and_the_others_go_on(error: Exception, reason: str) -> None:
    events = await told(SUMMARY, model=Failing(specialist="cardiology", error=error))

    gap = only(events, Gap)[0]
    found = {event.specialist for event in only(events, Finding)}
    assert (gap.specialist, gap.reason) == ("cardiology", reason)
    assert found == {task.specialist for task in only(events, Plan)[0].tasks} - {"cardiology"}
    assert "could not be checked" in read(events)
    assert "secret" not in "".join(encode(event) for event in events)


async def test_a_specialist_that_hangs_is_given_up() -> None:
    impatient = Limits(specialist=replace(Limits().specialist, seconds=0.2))

    events = await told(SUMMARY, model=Failing(specialist="pharmacy"), limits=impatient)

    assert ("pharmacy", "timed_out") in {(gap.specialist, gap.reason) for gap in only(events, Gap)}
    assert isinstance(events[-1], Done)


async def test_it_leaves_no_task_behind_when_it_is_closed_early() -> None:
    before = asyncio.all_tasks()
    async with aclosing(
        process_query(query(SUMMARY), records=someone(), model=Failing(specialist="pharmacy"))
    ) as events:
        async for event in events:
            if isinstance(event, Finding):
                break

    assert asyncio.all_tasks() == before


async def test_it_leaves_no_task_behind_when_it_is_cancelled() -> None:
    before = asyncio.all_tasks()
    working = asyncio.Event()

    async def consult() -> None:
        async for event in process_query(query(SUMMARY), records=someone(), model=Failing(specialist="pharmacy")):
            if isinstance(event, Finding):
                working.set()

    task = asyncio.create_task(consult())
    await asyncio.wait_for(working.wait(), 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert asyncio.all_tasks() == before


async def test_the_rules_write_the_answer_where_a_model_stops() -> None:
    events = await told(
        "What was my last HbA1c?", model=Failing(answer=True, error=ModelHTTPError(529, "m")), limits=HASTY
    )

    restart = next(index for index, event in enumerate(events) if isinstance(event, Restart))
    assert events[restart] == Restart(reason="retried", part="answer", timestamp=events[restart].timestamp)
    assert "7.4 %" in read(events[restart:])
    assert only(events, Usage)[-1].model == "rules"


async def test_it_does_not_ask_again_who_has_answered() -> None:
    person = someone()
    whole = await told(SUMMARY, records=person)
    finding = next(index for index, event in enumerate(whole) if isinstance(event, Finding))
    past = whole[: finding + 1]

    events = await told(SUMMARY, records=person, past=past)

    answered = past[-1].specialist
    assert not only(events, Triage)
    assert not only(events, Understanding)
    assert not only(events, Plan)
    assert answered not in {event.specialist for event in only(events, ToolCall)}
    assert answered not in {event.specialist for event in only(events, Finding)}
    assert read(events) == read(whole)


async def test_it_only_writes_anew_where_everyone_has_answered() -> None:
    person = someone()
    whole = await told(SUMMARY, records=person)
    past = [event for event in whole if not isinstance(event, Text | Citation | Grounding | Usage | Receipt | Done)]

    events = await told(SUMMARY, records=person, past=past)

    assert {type(event) for event in events} == {Text, Citation, Grounding, Usage, Receipt, Done}
    assert read(events) == read(whole)


async def test_it_says_which_model_it_cannot_use() -> None:
    with pytest.raises(ModelUnavailable, match="nonsense"):
        await told("What was my last HbA1c?", model="nonsense")


async def test_a_claim_that_no_tool_made_is_refused_and_asked_again() -> None:
    class Careless(RulesModel):
        async def decide(
            self, messages: Sequence[ModelMessage], parameters: ModelRequestParameters
        ) -> AsyncGenerator[Piece, None]:
            async for piece in super().decide(messages, parameters):
                first = not any("No tool returned these claims" in str(message) for message in messages)
                if isinstance(piece, ToolCallPart) and piece.tool_name == "final_result" and first:
                    piece = ToolCallPart(piece.tool_name, {"claims": ["endocrinology-99"]}, tool_call_id="x")
                yield piece

    events = await told("What was my last HbA1c?", model=Careless())

    assert not only(events, Gap)
    assert "7.4 %" in read(events)


async def test_a_specialist_that_never_stops_looking_is_stopped() -> None:
    class Endless(RulesModel):
        async def decide(
            self, messages: Sequence[ModelMessage], parameters: ModelRequestParameters
        ) -> AsyncGenerator[Piece, None]:
            if parameters.output_tools:
                year = 1900 + len(list(messages))
                yield ToolCallPart("latest", {"concept": "a1c", "since": f"{year}-01-01"}, tool_call_id=str(year))
                return
            async for piece in super().decide(messages, parameters):
                yield piece

    events = await told("What was my last HbA1c?", model=Endless())

    assert [(gap.specialist, gap.reason) for gap in only(events, Gap)] == [("endocrinology", "budget")]


async def test_the_rules_write_the_answer_where_a_model_writes_nothing() -> None:
    class Silent(RulesModel):
        async def decide(
            self, messages: Sequence[ModelMessage], parameters: ModelRequestParameters
        ) -> AsyncGenerator[Piece, None]:
            async for piece in super().decide(messages, parameters):
                if parameters.output_tools:
                    yield piece

    assert "7.4 %" in read(await told("What was my last HbA1c?", model=Silent(), limits=HASTY))


async def test_what_a_model_makes_up_is_struck() -> None:
    class Inventive(RulesModel):
        async def decide(
            self, messages: Sequence[ModelMessage], parameters: ModelRequestParameters
        ) -> AsyncGenerator[Piece, None]:
            if parameters.output_tools:
                async for piece in super().decide(messages, parameters):
                    yield piece
                return
            said = "Your HbA1c was 7.4 % [endocrinology-1] then 9.9 % [cardiology-7]; take metformin."
            for word in said.split(" "):
                yield TextPart(f"{word} ")

    events = await told("What was my last HbA1c?", model=Inventive())

    assert read(events).strip() == "Your HbA1c was 7.4 % [1] then ~~9.9~~ %; take ~~metformin~~."
    assert only(events, Grounding)[0].struck == 2


async def test_a_summary_says_what_has_been_changing_and_what_to_ask() -> None:
    series = [lab("ldl", 100 + 10 * n, f"{2018 + n}-03-01") for n in range(6)]
    events = await told(SUMMARY, records=records(*series, born="1960-01-01"))

    topics = {claim.topic for finding in only(events, Finding) for claim in finding.claims}
    assert {"What has been changing", "Questions for your doctor"} <= topics


async def test_it_has_specialists_at_work_at_the_same_time() -> None:
    events = await told(SUMMARY)

    working: set[str] = set()
    together: list[frozenset[str]] = []
    called_beside_others: set[str] = set()
    for event in events:
        if isinstance(event, SpecialistUpdate):
            (working.add if event.status == "working" else working.discard)(event.specialist)
            together.append(frozenset(working))
        if isinstance(event, ToolCall) and len(working) > 1:
            called_beside_others.add(event.specialist)
    assert max(map(len, together)) >= 4
    assert len(called_beside_others) >= 4


@pytest.mark.parametrize(
    "text",
    ["what is the highest my LDL has been", "average LDL over the last 5 years", "how many LDL results were above 12"],
)
async def test_it_draws_the_series_that_was_asked_about(text: str) -> None:
    events = await told(text)

    assert [chart.concept for chart in only(events, Chart)] == ["ldl"]
