from __future__ import annotations

import pytest

from agents.follow_ups import ENGLISH, SPANISH, english_name, follow_ups, spanish_name
from agents.query import Query
from agents.question import Ask, Intent
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


def test_it_suggests_in_spanish_to_who_asked_so() -> None:
    asks = (Ask(intent="latest_value", concepts=("ldl",)),)

    assert follow_ups(asks, records=someone(), spanish=True) == (
        "¿Cómo ha cambiado mi colesterol LDL con el tiempo?",
        "¿Cuál es el valor más alto de mi colesterol LDL?",
        "¿Qué significa colesterol LDL?",
    )


CONCEPTS = ["a1c", "ldl", "systolic", "potassium", "total_cholesterol", "creatinine", "weight", "hemoglobin"]


@pytest.mark.parametrize("words", [ENGLISH, SPANISH])
def test_the_product_understands_each_suggestion_as_it_is_meant(words: dict[Intent, str]) -> None:
    for intent, question in words.items():
        for concept in CONCEPTS if "{}" in question else [""]:
            name = concept and (spanish_name(concept) if words is SPANISH else english_name(concept))
            understood = understand(Query(text=question.format(name), now=NOW), records=someone())

            assert [ask.intent for ask in understood.asks] == [intent], question.format(name)
            assert not concept or concept in understood.asks[0].concepts


@pytest.mark.parametrize("concept", ["a1c", "ldl", "systolic", "potassium", "total_cholesterol", "creatinine"])
def test_the_product_understands_its_own_suggestions(concept: str) -> None:
    person = someone()

    for question in follow_ups((Ask(intent="latest_value", concepts=(concept,)),), records=person):
        understood = understand(Query(text=question, now=NOW), records=person)

        assert understood.clarify is None
        assert {ask.intent for ask in understood.asks}.isdisjoint({"unclear", "out_of_scope", "out_of_record"})
