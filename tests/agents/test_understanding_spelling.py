from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.understanding.segments import segments_of
from agents.understanding.spelling import mend, normalise
from agents.understanding.thresholds import threshold_mentions

KNOWN = frozenset({"medication", "cholesterol", "trend", "weight"})


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("What’s my LDL?", "what is my ldl"),
        ("¿Cuál es mi última presión?", "cual es mi ultima presion"),
        ("whats my a1c pls", "what is my a1c please"),
        ("my BP is 140/90!!", "my bp is 140/90"),
        ("1,000 steps", "1000 steps"),
        ("I can't remember", "i can not remember"),
    ],
)
def test_it_brings_words_into_one_form(text: str, plain: str) -> None:
    assert normalise(text) == plain


@pytest.mark.parametrize(
    ("word", "mended"),
    [
        ("medicaton", "medication"),
        ("cholestreol", "cholesterol"),
        ("trent", "trent"),
        ("eight", "eight"),
        ("wait", "wait"),
    ],
)
def test_it_mends_one_wrong_letter_and_leaves_everyday_words(word: str, mended: str) -> None:
    assert mend(word, KNOWN) == mended


@given(st.text(max_size=200))
def test_it_leaves_plain_words_alone(text: str) -> None:
    plain = normalise(text)

    assert plain.isascii()
    assert plain == " ".join(plain.lower().split())


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("What is my A1c and when did I start metformin?", ["What is my A1c", "when did I start metformin?"]),
        ("Hi, what is my A1c?", ["what is my A1c?"]),
        ("My ALT is 62, should I worry?", ["My ALT is 62, should I worry?"]),
        ("my a1c and ldl", ["my a1c and ldl"]),
        ("Am I allergic? What do I take?", ["Am I allergic?", "What do I take?"]),
    ],
)
def test_it_takes_a_message_apart(text: str, segments: list[str]) -> None:
    assert segments_of(text) == segments


@pytest.mark.parametrize(
    ("text", "comparator", "value", "unit"),
    [
        ("above 54", ">", 54, None),
        ("under 70 mg/dl", "<", 70, "mg/dL"),
        ("at least 7.5%", ">=", 7.5, "%"),
        ("140 or higher", ">=", 140, None),
        ("no more than 3", "<=", 3, None),
    ],
)
def test_it_reads_a_limit(text: str, comparator: str, value: float, unit: str | None) -> None:
    (mention,) = threshold_mentions(text)

    assert (mention.threshold.comparator, mention.threshold.value, mention.threshold.unit) == (comparator, value, unit)


def test_it_reads_no_limit_in_a_length_of_time() -> None:
    assert threshold_mentions("over 3 years") == []
