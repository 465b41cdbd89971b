from __future__ import annotations

import pytest

from agents.follow_ups import follow_ups
from agents.query import Query
from agents.question import Ask
from agents.records import Patient, Records
from agents.understanding import understand
from tests.agents.rows import NOW, someone


def test_it_suggests_what_was_not_just_asked() -> None:
    asks = (Ask(intent="latest_value", concepts=("ldl",)),)

    assert follow_ups(asks, records=someone()) == (
        "Is my LDL cholesterol going up or down over time?",
        "What is the highest my LDL cholesterol has ever been?",
        "What does LDL cholesterol mean?",
    )


def test_it_suggests_nothing_that_empty_records_cannot_answer() -> None:
    assert follow_ups((Ask(intent="smalltalk"),), records=Records(Patient())) == ()


@pytest.mark.parametrize("concept", ["a1c", "ldl", "systolic", "potassium", "total_cholesterol", "creatinine"])
def test_the_product_understands_its_own_suggestions(concept: str) -> None:
    person = someone()

    for question in follow_ups((Ask(intent="latest_value", concepts=(concept,)),), records=person):
        understood = understand(Query(text=question, now=NOW), records=person)

        assert understood.clarify is None
        assert {ask.intent for ask in understood.asks}.isdisjoint({"unclear", "out_of_scope", "out_of_record"})
