from __future__ import annotations

import pytest

from agents.triage import screen
from agents.triage.likeness import likeness
from agents.word_pieces import features
from tests.agents import triage_likeness


def test_it_weighs_what_was_learned_from_the_cases_of_today() -> None:
    written = triage_likeness.WEIGHTS.read_text(encoding="utf-8").splitlines()

    assert written[1] == f"# {triage_likeness.digest()}"


def test_it_learns_to_tell_apart_what_it_was_shown() -> None:
    shown = [
        triage_likeness.Example("my chest is caving in", crisis=False, emergency=True),
        triage_likeness.Example("my arm is caving in", crisis=False, emergency=True),
        triage_likeness.Example("my reason to be is gone", crisis=True, emergency=False),
        triage_likeness.Example("my reason to be is lost", crisis=True, emergency=False),
        triage_likeness.Example("my test is in", crisis=False, emergency=False),
        triage_likeness.Example("my test is late", crisis=False, emergency=False),
    ]

    weights = triage_likeness.trained(shown)

    assert weights["_caving in"][1] > 0 > weights["_test is"][1]
    assert weights["_reason to"][0] > 0 > weights["_test is"][0]
    assert weights == triage_likeness.trained(shown)


def test_it_weighs_each_kind_of_piece_to_the_length_of_one() -> None:
    shares = dict(features("my chest hurts"))

    words = [share for name, share in shares.items() if name.startswith("_")]
    assert sum(share**2 for share in words) == pytest.approx(1)
    assert sum(share**2 for share in shares.values()) == pytest.approx(2)


def test_it_sees_no_difference_between_numbers() -> None:
    assert likeness("my sodium was 137") == likeness("my sodium was 112.5")


def test_it_raises_nothing_for_no_words() -> None:
    assert screen("").level == "none"


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("half my sight just vanished, ten minutes ago", "emergency"),
        ("the fist under my breastbone keeps squeezing harder", "emergency"),
        ("nobody will find me before monday and that is how i want it", "crisis"),
    ],
)
def test_it_raises_what_no_rule_fires_on(text: str, level: str) -> None:
    assert screen(text).level == level


@pytest.mark.parametrize(
    "text",
    [
        "sodium 137",
        "when was my last seizure, per the record",
        "no chest pain, no fever, show my labs",
        "my grandfather collapsed and died of a heart attack in 1999",
        "what should people know about strokes",
    ],
)
def test_it_leaves_readings_look_ups_denials_the_past_and_lessons_alone(text: str) -> None:
    assert screen(text).level == "none"


def test_it_leaves_an_urgent_complaint_urgent() -> None:
    assert screen("my wound is red, hot and leaking pus").level == "urgent"
