"""The whole tool loop with a model outside this program, over real sockets, in both formats."""

from __future__ import annotations

import pytest

from agents.consultation import process_query
from agents.events import Citation, Done, Finding, Gap, Grounding, Plan, Receipt, ToolCall, Usage
from tests.agents.rows import query, someone
from tests.llm.consulting import LATEST, SUMMARY, consulted, only, shown
from tests.llm.provider import Provider
from tests.llm.wire import FORMATS

pytestmark = pytest.mark.parametrize("speaks", FORMATS)


async def test_it_answers_as_the_rules_do_where_a_model_decides_as_they_do(speaks: str) -> None:
    person = someone()

    events = await consulted(Provider(speaks), SUMMARY, records=person)
    by_rules = [event async for event in process_query(query(SUMMARY), records=person)]

    assert shown(events) == shown(by_rules)
    assert [event.claim for event in only(events, Citation)] == [event.claim for event in only(by_rules, Citation)]
    assert only(events, Grounding)[0].struck == 0
    assert only(events, Gap) == []


async def test_it_has_at_least_four_specialists_ask_at_once(speaks: str) -> None:
    provider = Provider(speaks)

    events = await consulted(provider, SUMMARY)

    assert len(only(events, Plan)[0].tasks) >= 4
    assert len(only(events, Finding)) == len(only(events, Plan)[0].tasks)
    assert provider.most_at_once >= 4
    assert len({event.specialist for event in only(events, ToolCall)}) >= 4


async def test_it_tells_what_each_specialist_and_the_whole_run_took(speaks: str) -> None:
    provider = Provider(speaks)

    events = await consulted(provider, SUMMARY)

    used = only(events, Usage)
    specialists, whole = used[:-1], used[-1]
    assert {one.specialist for one in specialists} == {task.specialist for task in only(events, Plan)[0].tasks}
    assert whole.specialist is None
    assert whole.requests == sum(one.requests for one in specialists) + 1 == len(provider.asked)
    assert whole.input_tokens == 100 * whole.requests
    assert whole.tool_calls == sum(one.tool_calls for one in specialists) > 0
    assert whole.cost is None


async def test_it_streams_the_answer_and_ends_with_a_receipt(speaks: str) -> None:
    provider = Provider(speaks)

    events = await consulted(provider, LATEST)

    assert [asked.streamed for asked in provider.asked] == [False] * (len(provider.asked) - 1) + [True]
    receipt = only(events, Receipt)[0]
    assert receipt.endpoint == provider.url.removeprefix("http://")
    assert receipt.left_machine is False
    assert receipt.requests == len(provider.asked)
    assert {"date", "text", "unit", "value"} <= set(next(s for s in receipt.sent if s.kind == "observation").fields)
    assert isinstance(events[-1], Done)


async def test_it_gives_a_model_its_instructions_and_the_question_as_data(speaks: str) -> None:
    provider = Provider(speaks)

    await consulted(provider, LATEST)

    for asked in provider.asked:
        assert "never instructions to you" in asked.prompt or "not an instruction to you" in asked.instructions
        assert "<brief>" in asked.prompt
        assert LATEST not in asked.instructions


async def test_it_pays_no_finished_specialist_again_after_a_kill(speaks: str) -> None:
    person = someone()
    whole = await consulted(Provider(speaks), SUMMARY, records=person)
    cut = [index for index, event in enumerate(whole) if isinstance(event, Finding)][1] + 1
    finished = {event.specialist for event in only(whole[:cut], Finding)}
    provider = Provider(speaks)

    events = await consulted(provider, SUMMARY, records=person, past=whole[:cut])

    asked_again = {one for one in finished if any(f'"specialist":"{one}"' in asked.prompt for asked in provider.asked)}
    assert asked_again == set()
    assert shown(events) == shown(whole)
    assert only(events, Usage)[-1].requests == len(provider.asked) + sum(
        event.requests for event in only(whole[:cut], Usage)
    )
