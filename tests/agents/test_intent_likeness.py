from __future__ import annotations

import pytest

from agents.understanding.intents import scored
from agents.understanding.likeness import learned, likeliest
from tests.agents import intent_likeness


def test_it_weighs_what_was_learned_from_the_questions_of_today() -> None:
    written = intent_likeness.WEIGHTS.read_text(encoding="utf-8").splitlines()

    assert written[1] == f"# {intent_likeness.digest()}"


def test_it_learns_to_tell_apart_what_it_was_shown() -> None:
    shown = [
        ("count", "tally my LDL"),
        ("count", "tally up the LDL"),
        ("trend", "LDL drift"),
        ("trend", "is LDL adrift"),
    ]

    intents, weights = intent_likeness.trained(shown)

    count, trend = intents.index("count"), intents.index("trend")
    assert weights["_tally"][count] > weights["_tally"][trend] if "_tally" in weights else weights["tall"][count] > 0
    assert intent_likeness.trained(shown) == (intents, weights)


def test_it_knows_most_of_what_it_learned() -> None:
    wordings = intent_likeness.wordings()

    right = sum(likeliest(intent_likeness.read(text))[0] == intent for intent, text in wordings)

    assert right / len(wordings) > 0.95


def test_it_weighs_only_intents_that_there_are() -> None:
    weights = learned()

    assert all(0 <= place < len(weights.intents) for found in weights.of.values() for place, _ in found)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("by what distance has my LDL moved since the first measurement", "change"),
        ("contrast my 2015 LDL with 2019", "compare_periods"),
    ],
)
def test_it_speaks_where_the_cues_are_weak(text: str, intent: str) -> None:
    assert scored(intent_likeness.read(text))[0][0] == intent


def test_it_leaves_a_strong_cue_alone() -> None:
    assert scored(intent_likeness.read("what is the highest my LDL has ever been"))[0][0] == "maximum"
