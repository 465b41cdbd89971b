"""Everything that goes wrong between here and a model, in each format: each ends in a clear state."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from agents.access import Access
from agents.consultation import process_query
from agents.events import AnyEvent, Done, Finding, Gap, Grounding, Receipt, Restart, SpecialistUpdate
from agents.specialists.consulting import GONE, UNABLE
from agents.writing import CUT, STOPPED_WRITING
from tests.agents.rows import query, someone
from tests.llm.consulting import HASTY, IMPATIENT, LATEST, consulted, only, shown
from tests.llm.provider import Fault, Provider, deaf
from tests.llm.wire import FORMATS, Format

PASSING = ("429", "500", "502", "stall", "cut")
"""Faults for which it is worth asking again."""
BROKEN_STREAMS = (*PASSING, "malformed_json", "invalid_utf8", "empty", "huge")
BROKEN_BODIES = (*PASSING, "broken_body", "invalid_utf8_body")
LASTING = ("refusal", "context_overflow")
CONFUSED = ("bad_arguments", "malformed_arguments", "unknown_tool")
ALL_OF_AN_ANSWER = (*BROKEN_STREAMS, *LASTING)
ALL_OF_A_SPECIALIST = (*BROKEN_BODIES, *LASTING, *CONFUSED)
BY_RULES = "7.4 %"
KIDNEYS = "Are my medicines a problem for my kidneys?"
"""Two specialists are asked: pharmacy and laboratory medicine."""

in_each_format = pytest.mark.parametrize("speaks", FORMATS)


def faults(*kinds: str) -> pytest.MarkDecorator:
    """Each of these faults in each format in which there can be such a one."""
    return pytest.mark.parametrize(
        ("speaks", "kind"),
        [(speaks, kind) for speaks in FORMATS for kind in kinds if can_be(kind, FORMATS[speaks])],
    )


def can_be(kind: str, format: Format) -> bool:  # noqa: A002
    return kind != "malformed_arguments" or format.arguments_are_text


async def by_rules(text: str) -> list[AnyEvent]:
    return [event async for event in process_query(query(text), records=someone())]


def ends_well(events: Sequence[AnyEvent]) -> None:
    """Exactly one end, an answer with its grounding and receipt, and nothing doubled in what is read."""
    assert [type(event) for event in events[-1:]] == [Done]
    assert len(only(events, Done)) == len(only(events, Grounding)) == len(only(events, Receipt)) == 1
    lines = [line for line in shown(events).splitlines() if len(line) > 20]
    assert lines
    assert len(set(lines)) == len(lines)


@faults(*BROKEN_STREAMS)
async def test_it_writes_the_answer_again_where_it_broke_off_once(speaks: str, kind: str) -> None:
    provider = Provider(speaks, faults=[Fault(kind, "answer", times=1)])

    events = await consulted(provider, LATEST)

    ends_well(events)
    assert shown(events) == shown(await by_rules(LATEST))
    assert only(events, Gap) == []
    assert only(events, Receipt)[0].written_by == "scripted"
    assert provider.faulted == 1


@faults(*ALL_OF_AN_ANSWER)
async def test_it_has_the_rules_write_where_a_model_cannot(speaks: str, kind: str) -> None:
    provider = Provider(speaks, faults=[Fault(kind, "answer")])

    events = await consulted(provider, LATEST)

    ends_well(events)
    assert BY_RULES in shown(events)
    assert [gap.unknown for gap in only(events, Gap)] == [STOPPED_WRITING.english]
    assert only(events, Receipt)[0].written_by == "rules"
    assert provider.faulted == (1 if kind in LASTING else HASTY.attempts)


@faults(*ALL_OF_A_SPECIALIST)
async def test_one_specialist_whose_model_fails_is_a_named_gap(speaks: str, kind: str) -> None:
    provider = Provider(speaks, faults=[Fault(kind, "pharmacy")])

    events = await consulted(provider, KIDNEYS)

    ends_well(events)
    assert {gap.specialist for gap in only(events, Gap)} == {"pharmacy"}
    assert [finding.specialist for finding in only(events, Finding)] == ["laboratory_medicine"]
    assert ("pharmacy", "failed") in {(event.specialist, event.status) for event in only(events, SpecialistUpdate)}
    assert only(events, Receipt)[0].written_by == "scripted"
    assert provider.faulted <= HASTY.attempts


@faults(*BROKEN_BODIES, *CONFUSED)
async def test_one_fault_of_a_specialist_s_model_passes(speaks: str, kind: str) -> None:
    provider = Provider(speaks, faults=[Fault(kind, "endocrinology", times=1)])

    events = await consulted(provider, LATEST)

    ends_well(events)
    assert provider.faulted == 1
    assert only(events, Gap) == []
    assert BY_RULES in shown(events)


@faults("502", "cut", "stall", "broken_body")
async def test_it_offers_the_rules_answer_where_the_model_is_gone(speaks: str, kind: str) -> None:
    events = await consulted(Provider(speaks, faults=[Fault(kind)]), KIDNEYS)

    ends_well(events)
    assert shown(events) == shown(await by_rules(KIDNEYS))
    assert [(gap.unknown, gap.specialist) for gap in only(events, Gap)] == [(GONE.english, None)]
    assert only(events, Receipt)[0].written_by == "rules"


@faults("context_overflow", "bad_arguments", "unknown_tool")
async def test_a_model_that_cannot_look_anything_up_still_writes_what_the_rules_find(speaks: str, kind: str) -> None:
    provider = Provider(speaks, faults=[Fault(kind, "pharmacy"), Fault(kind, "laboratory_medicine")])

    events = await consulted(provider, KIDNEYS)

    ends_well(events)
    assert shown(events) == shown(await by_rules(KIDNEYS))
    assert [gap.unknown for gap in only(events, Gap)] == [UNABLE.english]
    assert only(events, Receipt)[0].written_by == "scripted"


@in_each_format
async def test_it_answers_by_rules_where_nobody_lets_it_in(speaks: str) -> None:
    with deaf() as url:
        addresses = {"OPENAI_BASE_URL": f"{url}/v1", "ANTHROPIC_BASE_URL": url, "GOOGLE_GEMINI_BASE_URL": url}
        access = Access(variables=addresses)
        answering = process_query(
            query(LATEST), records=someone(), model=f"{speaks}:scripted", access=access, limits=IMPATIENT
        )
        events = [event async for event in answering]

    ends_well(events)
    assert BY_RULES in shown(events)
    assert [gap.unknown for gap in only(events, Gap)] == [GONE.english]


@faults("duplicate", "out_of_order")
async def test_no_figure_of_a_mixed_up_stream_is_shown_unchecked(speaks: str, kind: str) -> None:
    provider = Provider(speaks, faults=[Fault(kind, "answer")])

    events = await consulted(provider, LATEST)

    assert isinstance(events[-1], Done)
    grounding = only(events, Grounding)[0]
    assert grounding.checked == grounding.matched + grounding.struck
    assert shown(events).count("~~") == 2 * grounding.struck


@in_each_format
async def test_what_was_found_before_a_fault_is_not_asked_for_again(speaks: str) -> None:
    person = someone()
    first = await consulted(Provider(speaks, faults=[Fault("500", "pharmacy")]), KIDNEYS, records=person)
    kept = [event for event in first if getattr(event, "specialist", None) != "pharmacy"]
    past = [event for event in kept if not isinstance(event, Gap | Grounding | Receipt | Done | Restart)]
    provider = Provider(speaks)

    events = await consulted(provider, KIDNEYS, records=person, past=past)

    assert {event.specialist for event in only(events, Finding)} == {"pharmacy"}
    assert all('"specialist":"pharmacy"' in asked.prompt for asked in provider.asked if asked.of_specialist)
    assert only(events, Gap) == []


@in_each_format
async def test_it_says_that_an_answer_was_cut_off(speaks: str) -> None:
    events = await consulted(Provider(speaks, faults=[Fault("cut_off", "answer")]), LATEST)

    assert [gap.unknown for gap in only(events, Gap)] == [CUT.english]
    assert only(events, Receipt)[0].written_by == "scripted"


@in_each_format
async def test_no_words_of_a_person_or_a_provider_are_logged(speaks: str, caplog: pytest.LogCaptureFixture) -> None:
    await consulted(Provider(speaks, faults=[Fault("malformed_json", "answer"), Fault("500", "pharmacy")]), KIDNEYS)

    assert caplog.records
    for secret in ("Warfarin", "kidneys", "scripted:", "made-up", "7.4"):
        assert secret not in caplog.text
