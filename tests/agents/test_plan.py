from __future__ import annotations

from agents.events import Plan
from agents.plan import make_plan
from agents.query import Query
from agents.records import Observation, Patient, RecordDate, Records
from agents.understanding import understand
from tests.agents.people import NOW, someone


def plan(text: str, records: Records | None = None) -> Plan:
    records = someone() if records is None else records
    return make_plan(understand(Query(text=text, now=NOW), records=records), records)


def bare(*concepts: str) -> Records:
    rows = [
        Observation(
            id=concept, evidence=concept, name=concept, concept=concept, value=1.0, effective=RecordDate("2020-01-01")
        )
        for concept in concepts
    ]
    return Records(Patient(sex="male"), rows)


def test_it_says_each_task_in_a_plain_sentence() -> None:
    (task,) = plan("What is my latest A1c?").tasks

    assert (task.specialist, task.task) == ("endocrinology", "Find the latest HbA1c and its date.")


def test_it_asks_two_specialists_about_a_cholesterol_trend() -> None:
    found = plan("How's my cholesterol trending?")

    assert [task.specialist for task in found.tasks] == ["cardiology", "data_analysis"]
    assert found.complexity == "standard"


def test_it_asks_five_to_eight_specialists_for_a_summary() -> None:
    found = plan("Summarise my health")

    assert 5 <= len(found.tasks) <= 8
    assert found.complexity == "comprehensive"
    assert found.skipped == ()


def test_it_skips_who_has_no_data_and_says_why() -> None:
    found = plan("Summarise my health", bare("ldl"))

    assert "endocrinology" not in {task.specialist for task in found.tasks}
    reasons = {skipped.specialist: skipped.reason for skipped in found.skipped}
    assert reasons["endocrinology"] == "There are no sugar, thyroid or hormone results in your records."


def test_it_skips_the_analysis_of_what_was_never_measured() -> None:
    found = plan("Is my A1c going up?", bare("ldl"))

    assert [task.specialist for task in found.tasks] == ["endocrinology"]
    assert [skipped.reason for skipped in found.skipped] == ["There are no HbA1c results to analyse."]


def test_it_still_asks_the_one_who_must_say_that_there_is_nothing() -> None:
    found = plan("What medications am I taking?", Records(Patient()))

    assert [task.specialist for task in found.tasks] == ["pharmacy"]


def test_it_calls_two_fields_complex() -> None:
    assert plan("What are my latest A1c and LDL?").complexity == "complex"


def test_it_gives_a_specialist_both_of_two_questions() -> None:
    (task,) = plan("Am I allergic to anything? What meds am I on?").tasks

    assert task.specialist == "pharmacy"
    assert task.task == "List the recorded allergies. List the active medicines."


def test_it_asks_nobody_about_what_it_does_not_answer() -> None:
    found = plan("What is the capital of France?")

    assert (found.complexity, found.tasks, found.skipped) == ("simple", (), ())
