from __future__ import annotations

import pytest

from agents.query import Query, Turn
from agents.question import Ask
from agents.understanding import understand
from tests.agents.people import NOW, someone

RECORDS = someone()


def after(*said: str) -> Ask:
    """What the last of these messages asks."""
    *earlier, text = said
    history = tuple(
        turn for one in earlier for turn in (Turn(role="user", text=one), Turn(role="assistant", text="An answer."))
    )
    return understand(Query(text=text, now=NOW, history=history), records=RECORDS).asks[0]


@pytest.mark.parametrize(
    ("said", "intent", "concepts", "period"),
    [
        (("What is my latest A1c?", "and last year?"), "latest_value", ("a1c",), "last year (2019)"),
        (("How has my cholesterol changed over time?", "what about LDL?"), "trend", ("ldl",), None),
        (("What's my cholesterol?", "and the good one?"), "latest_value", ("hdl",), None),
        (("What is my latest A1c?", "is that bad?"), "explain_result", ("a1c",), None),
        (("What was my LDL in 2018?", "and in 2019?", "what about HDL?"), "latest_value", ("hdl",), "in 2019"),
        (("What is my latest A1c?", "is it getting worse?"), "trend", ("a1c",), None),
        (("What is my latest A1c?", "show me a chart"), "trend", ("a1c",), None),
        (("What is my latest potassium?", "why?"), "explain_result", ("potassium",), None),
        (("show my bp", "the top one only"), "latest_value", ("systolic",), None),
        (("What is my highest ldl", "and the lowest?"), "minimum", ("ldl",), None),
        (("What is my latest A1c?", "how can I lower it?"), "lifestyle", ("a1c",), None),
        (("what is my a1c?", "what should I eat"), "lifestyle", ("a1c",), None),
        (("What is my latest A1c?", "when was that?"), "last_date", ("a1c",), None),
        (("What is my latest A1c?", "over the last 5 years"), "trend", ("a1c",), "the last 5 years"),
        (("did my ldl drop on simvastatin", "is that a real change"), "real_change", ("ldl",), None),
        (("what is my a1c?", "compare with 2017"), "compare_periods", ("a1c",), "in 2017"),
    ],
)
def test_it_takes_over_what_a_follow_up_leaves_out(
    said: tuple[str, ...], intent: str, concepts: tuple[str, ...], period: str | None
) -> None:
    asked = after(*said)

    assert (asked.intent, asked.concepts, asked.period and asked.period.label) == (intent, concepts, period)
    assert asked.inherited


@pytest.mark.parametrize(
    ("said", "intent", "subject"),
    [
        (("when did I start metformin", "and lisinopril?"), "medication_start", "lisinopril"),
        (("Am I taking metformin?", "since when?"), "medication_start", "metformin"),
        (("Am I taking metformin?", "how long have I been on it"), "medication_start", "metformin"),
        (("have I ever had pneumonia", "what about bronchitis?"), "ever_diagnosed", "bronchitis"),
        (("when was my last flu shot", "and tetanus?"), "last_immunization", "tetanus"),
    ],
)
def test_it_takes_over_what_is_asked_of_another_thing(said: tuple[str, ...], intent: str, subject: str) -> None:
    asked = after(*said)

    assert (asked.intent, asked.subject) == (intent, subject)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("What is the capital of France?", "out_of_scope"),
        ("should I stop metformin?", "out_of_scope"),
        ("thanks", "smalltalk"),
        ("what medications do I take?", "medication_list"),
    ],
)
def test_it_takes_over_nothing_where_a_question_stands_by_itself(text: str, intent: str) -> None:
    asked = after("What is my latest A1c?", text)

    assert (asked.intent, asked.concepts, asked.inherited) == (intent, (), False)


def test_it_takes_over_the_unit_and_the_limit() -> None:
    assert after("my ldl", "in mmol/L?").unit == "mmol/L"
    limit = after("how many ldl results above 130", "and above 160?").threshold
    assert limit is not None
    assert limit.value == 160
