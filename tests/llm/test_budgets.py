"""What a run, a specialist and a person may use, whatever a model wants."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

import pytest
from msgspec.structs import replace
from pydantic_ai.messages import ModelRequest
from pydantic_ai.usage import RequestUsage

from agents.events import Done, Finding, Gap, Receipt, Usage
from agents.limits import Allowed, Limits
from agents.meter import BudgetSpent, Meter, most_tokens
from agents.specialists.consulting import SPENT, UNABLE
from agents.writing import STOPPED_WRITING
from tests.agents.rows import someone
from tests.llm.consulting import HASTY, LATEST, SUMMARY, consulted, only, shown
from tests.llm.minds import sensible
from tests.llm.provider import Fault, Provider
from tests.llm.wire import Asked, Call, OpenAI, Said

SMALL = Limits(
    run=Allowed(requests=5, tokens=1_000, tool_calls=3, seconds=300),
    specialist=Allowed(requests=3, tokens=1_000, tool_calls=2, seconds=60),
)


def endless(asked: Asked) -> Iterator[Said]:
    """Looks up one thing after the other and never comes to an end."""
    if not asked.of_specialist:
        yield from sensible(asked)
        return
    year = 1900 + len(asked.turns)
    yield Call.of("latest", {"concept": "a1c", "since": f"{year}-01-01"}, id=f"call_{year}")


class Untold(OpenAI):
    """Says nothing of tokens, as some servers do not."""

    def used(self, said: Sequence[Said]) -> None:
        return None


def limited(**changes: float) -> Limits:
    """As always, but for what a run may take."""
    return replace(HASTY, run=replace(HASTY.run, **changes))


async def test_a_meter_lets_no_more_through_than_there_is() -> None:
    run = Meter.of_run(SMALL)
    specialists = [run.for_specialist(SMALL) for _ in range(4)]

    async def asks(meter: Meter) -> int:
        for number in range(10):
            try:
                meter.pay(100)
            except BudgetSpent:
                return number
            await asyncio.sleep(0)
        return 10

    assert sum(await asyncio.gather(*(asks(meter) for meter in specialists))) == SMALL.run.requests


async def test_a_meter_takes_nothing_for_what_it_refuses() -> None:
    meter = Meter.of_run(SMALL)
    with pytest.raises(BudgetSpent):
        meter.pay(1_001)

    meter.pay(1_000)
    meter.settle(1_000, RequestUsage(input_tokens=300, output_tokens=100))
    meter.pay(600)

    with pytest.raises(BudgetSpent):
        meter.pay(1)


async def test_a_meter_counts_a_specialist_s_tool_calls_for_the_run_as_well() -> None:
    run = Meter.of_run(SMALL)
    first, second = run.for_specialist(SMALL), run.for_specialist(SMALL)
    first.call_tool()
    first.call_tool()
    second.call_tool()

    for meter in (first, second):
        with pytest.raises(BudgetSpent):
            meter.call_tool()


async def test_a_meter_stops_when_the_time_is_up() -> None:
    with pytest.raises(BudgetSpent):
        Meter.of_run(limited(seconds=0)).pay(1)


def test_a_request_is_reckoned_dearer_than_it_is() -> None:
    assert most_tokens([ModelRequest.user_text_prompt("one two three " * 300)], most_written=50) > 900 + 50


async def test_it_reckons_what_a_server_does_not_tell() -> None:
    silent = Provider("openai-chat")
    silent.format = Untold()

    reckoned = only(await consulted(silent, LATEST), Usage)[-1]
    told = only(await consulted(Provider("openai-chat"), LATEST), Usage)[-1]

    assert told.input_tokens == 100 * told.requests
    assert reckoned.input_tokens > told.input_tokens
    assert reckoned.output_tokens > 0


async def test_a_specialist_that_never_stops_is_a_gap_and_costs_no_more_than_it_may() -> None:
    provider = Provider("openai-chat", mind=endless)
    limits = replace(HASTY, specialist=replace(HASTY.specialist, requests=4))

    events = await consulted(provider, LATEST, limits=limits)

    assert [gap.unknown for gap in only(events, Gap)] == [UNABLE.english]
    assert [asked.of_specialist for asked in provider.asked] == [True] * 4 + [False]
    assert "7.4 %" in shown(events)


async def test_four_specialists_at_once_keep_to_the_run_s_requests() -> None:
    provider = Provider("openai-chat", mind=endless)

    events = await consulted(provider, SUMMARY, limits=limited(requests=7))

    assert len(provider.asked) == 7
    assert only(events, Receipt)[0].written_by == "rules"
    assert isinstance(events[-1], Done)


async def test_a_spent_budget_leaves_the_findings_and_the_rules_write() -> None:
    provider, person = Provider("openai-chat"), someone()
    whole = await consulted(provider, LATEST, records=person)
    used = len(provider.asked)

    events = await consulted(Provider("openai-chat"), LATEST, records=person, limits=limited(requests=used - 1))

    assert [gap.unknown for gap in only(events, Gap)] == [STOPPED_WRITING.english]
    assert only(events, Finding)[0].claims == only(whole, Finding)[0].claims
    assert only(events, Receipt)[0].written_by == "rules"


async def test_nothing_is_asked_of_a_model_when_a_person_has_used_up_their_day() -> None:
    provider = Provider("openai-chat")

    events = await consulted(provider, LATEST, limits=limited(tokens=0))

    assert provider.asked == []
    assert [gap.unknown for gap in only(events, Gap)] == [SPENT.english]
    assert only(events, Receipt)[0].sent == ()
    assert only(events, Usage)[-1].requests == 0
    assert "7.4 %" in shown(events)


async def test_a_run_ends_when_its_time_is_up_before_anything_is_asked() -> None:
    provider = Provider("openai-chat")

    events = await consulted(provider, LATEST, limits=limited(seconds=0))

    assert provider.asked == []
    assert [gap.unknown for gap in only(events, Gap)] == [SPENT.english]
    assert isinstance(events[-1], Done)


async def test_a_run_ends_when_its_time_is_up_though_a_model_goes_on_writing() -> None:
    provider, person = Provider("openai-chat", faults=[Fault("drip", "answer")]), someone()

    events = await consulted(provider, LATEST, records=person, limits=limited(seconds=4))

    assert [gap.unknown for gap in only(events, Gap)] == [STOPPED_WRITING.english]
    assert len([asked for asked in provider.asked if not asked.of_specialist]) == 1
    assert "on on" not in shown(events)
    assert "7.4 %" in shown(events)
