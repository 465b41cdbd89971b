from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agents.triage.clues import needed, possible
from agents.triage.patterns import patterns
from agents.triage.plain import plain
from tests.agents import triage_table

LISTS = ("signs", "crises", "crisis_parts")


@pytest.mark.parametrize("name", LISTS)
def test_it_leaves_out_no_pattern_that_matches(name: str) -> None:
    matched = 0

    for case in triage_table.cases():
        text = plain(case["text"]).text
        there = {heading for heading, pattern in patterns(name).items() if pattern.search(text)}
        assert there <= possible(name, text)
        matched += len(there)

    assert matched > 50


@pytest.mark.parametrize("name", LISTS)
@settings(max_examples=60)
@given(data=st.data())
def test_it_leaves_out_no_pattern_that_matches_what_was_made_to_match_it(name: str, data: st.DataObject) -> None:
    heading = data.draw(st.sampled_from(sorted(patterns(name))))
    text = data.draw(st.from_regex(patterns(name)[heading]))

    assert heading in possible(name, text)


@example("how has my cholesterol changed over the last two years?")
@example("what medicines do i take, and what is each of them for?")
@given(st.just("was my last blood count normal?"))
def test_it_leaves_out_most_patterns_for_an_ordinary_question(text: str) -> None:
    assert len(possible("signs", text)) < len(patterns("signs")) / 4


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("chest pain", {"chest pain"}),
        ("chest(?: hurts)?", {"chest"}),
        ("(?:jaw|arm) (?:pain|ache)", {"pain", "ache"}),
        ("(?:jaw|my) pains?", {" pain"}),
        ("(?:jaw )+x", {"jaw "}),
        ("jaw|(?:my )?arm", {"jaw", "arm"}),
        ("jaw|my", None),
        ("(?:jaw)?", None),
        ("(?!jaw).", None),
        ("[abc]{7}", None),
        ("(?i)jaw", None),
        ("(?i:jaw)", None),
    ],
)
def test_it_knows_what_a_pattern_needs(pattern: str, words: set[str] | None) -> None:
    assert needed(re.compile(pattern)) == words
