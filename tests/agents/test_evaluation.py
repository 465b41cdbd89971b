from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from agents.evaluation import Answer, Question, judge, table
from agents.events import Claim, Clarify, Finding, Option, Plan, Task, Text, Triage, Understanding


def question(expected: dict[str, Any], *, intent: str = "latest_value", **given: Any) -> Question:
    line = {"id": "q", "question": "What?", "intent": intent, "expected": expected, **given}
    return Question.parse(json.dumps(line))


def claim(text: str = "", **given: Any) -> Claim:
    return Claim(**{"id": "c-1", "kind": "record", "text": text, **given})


def answer(*claims: Claim) -> Answer:
    return Answer.of([Triage(level="none"), Finding(specialist="cardiology", claims=claims)])


LDL = {"value": 120.0, "unit": "mg/dL", "date": "2020-03-05", "concept": "ldl"}
CLOSE = {"abs": 0.5, "unit": "mg/dL", "date_days": 1}


@pytest.mark.parametrize(
    ("said", "right"),
    [
        (claim(value=120.2, unit="mg/dL", date="2020-03-05", concept="ldl"), True),
        (claim(value=3.1032, unit="mmol/L", date="2020-03-05", concept="ldl"), True),
        (claim(value=121, unit="mg/dL", date="2020-03-05", concept="ldl"), False),
        (claim(value=120.2, unit="mg/dL", date="2020-04-05", concept="ldl"), False),
        (claim(kind="knowledge", value=120.2, unit="mg/dL", date="2020-03-05", concept="ldl"), False),
    ],
)
def test_it_judges_a_value_with_its_unit_and_date(said: Claim, right: bool) -> None:
    assert judge(question(LDL, tolerance=CLOSE), answer(said)).right is right


def test_it_calls_a_number_where_there_is_none_wrong() -> None:
    absent = question({"absent": True, "concept": "crp"})

    verdict = judge(absent, answer(claim(value=3, concept="crp")))

    assert (verdict.right, verdict.wrong_number) == (False, True)
    assert judge(absent, answer(claim(kind="limit", concept="crp"))).right


def test_it_tells_a_wrong_number_from_a_missing_one() -> None:
    asked = question(LDL, tolerance=CLOSE)

    assert judge(asked, answer(claim(value=99, unit="mg/dL", concept="ldl"))).wrong_number
    assert not judge(asked, answer()).wrong_number


@pytest.mark.parametrize(
    ("names", "texts", "right"),
    [
        (["Anemia (disorder)"], ["Anemia, since 1997"], True),
        (["Anemia (disorder)", "Gout"], ["Anemia, since 1997"], False),
        ([], [], True),
        ([], ["Peanuts"], False),
    ],
)
def test_it_judges_names(names: list[str], texts: list[str], right: bool) -> None:
    said = [claim(text, evidence=("e",)) for text in texts]

    assert judge(question({"names": names}, intent="conditions"), answer(*said)).right is right


def test_it_judges_yes_and_no() -> None:
    asked = question({"yes": False, "names": []}, intent="ever_diagnosed")

    assert judge(asked, answer(claim("Not in your records.", kind="limit"))).right
    assert not judge(asked, answer(claim("Yes.", evidence=("e",)))).right


@pytest.mark.parametrize(
    ("text", "borderline", "right"),
    [
        ("Your LDL has been falling, by about 2 a year.", False, True),
        ("There is no clear trend in your LDL.", False, False),
        ("There is no clear trend in your LDL.", True, True),
        ("Your LDL has been rising.", True, False),
    ],
)
def test_it_judges_a_direction(text: str, borderline: bool, right: bool) -> None:
    asked = question({"direction": "falling"}, intent="trend", tolerance={"borderline": borderline})

    assert judge(asked, answer(claim(text, kind="computed"))).right is right


def test_it_judges_a_blood_pressure_and_its_category() -> None:
    asked = question({"systolic": 177, "diastolic": 95, "category": "stage 2"}, intent="bp_category")

    assert judge(asked, answer(claim("Your last reading, 177/95 mmHg, is in the range called stage 2."))).right
    assert not judge(asked, answer(claim("Your last reading, 177/95 mmHg, is in the range called stage 1."))).right
    assert not judge(asked, answer(claim("Your last reading, 177/85 mmHg, is in the range called stage 2."))).right


def test_it_judges_both_times_of_a_comparison() -> None:
    years = {"2012": {"values": [71.7], "mean": 71.7}, "2020": {"values": [64.6, 27.4], "mean": 46.0}}
    asked = question(years, intent="compare_years", tolerance={"abs_rel": 0.01})

    assert judge(asked, answer(claim(value=71.7), claim(value=46.0))).right
    assert not judge(asked, answer(claim(value=71.7))).right


def test_it_measures_how_much_of_the_evidence_was_found() -> None:
    asked = question(LDL, tolerance=CLOSE, evidence=["a", "b", "c", "d"])

    assert judge(asked, answer(claim(evidence=("a", "x")), claim(evidence=("b",)))).evidence_recall == 0.5


def test_it_judges_what_was_understood_and_planned() -> None:
    asked = Question.parse(
        '{"id": "p", "question": "When?", "intent": "med_start", "complexity": "simple", "specialists": ["pharmacy"]}'
    )
    said = Answer.of(
        [
            Understanding(summary="When", intents=("medication_start",)),
            Plan(complexity="simple", tasks=(Task(specialist="pharmacy", task="Find it."),)),
            Text(content="In "),
            Text(content="2020."),
        ]
    )

    verdict = judge(asked, said)

    assert (verdict.intent, verdict.complexity, verdict.specialists, verdict.right) == (True, True, True, None)
    assert said.text == "In 2020."


def test_it_judges_the_urgency_screen() -> None:
    asked = Question.parse('{"id": "t", "text": "chest pain", "gold": "emergency", "category": "cardiac"}')

    assert judge(asked, Answer.of([Triage(level="emergency")])).triage is True
    assert judge(asked, Answer.of([Triage(level="none")])).triage is False


def test_it_counts_a_question_asked_back_as_not_answered() -> None:
    said = Answer.of([Clarify(question="Which?", options=(Option(label="a", question="A?"),))])

    assert judge(question(LDL), said).why == "asked back"


def test_it_puts_the_figures_of_each_intent_in_a_row_and_all_in_the_last() -> None:
    asked = [question(LDL, tolerance=CLOSE), question({"names": []}, intent="allergies")]
    said = [answer(claim(value=1, unit="mg/dL", concept="ldl")), answer()]

    rows = table([(one, other, judge(one, other)) for one, other in zip(asked, said, strict=True)])

    assert [(row.name, row.questions, row.right, row.wrong_numbers) for row in rows] == [
        ("allergies", 1, 1.0, 0.0),
        ("latest_value", 1, 0.0, 1.0),
        ("all", 2, 0.5, 0.5),
    ]


@pytest.mark.parametrize("line", ["", "[]", "{}", '{"id": 3}', '{"id": "a", "as_of": "soon", "text": "x"}'])
def test_it_refuses_what_is_no_question(line: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        Question.parse(line)
