from __future__ import annotations

import pytest

from agents.clinical.critical import critical, marks
from agents.clinical.flags import Flag, flag
from agents.clinical.refused import Refused
from agents.concepts import CONCEPTS
from agents.records import Observation, Patient, RecordDate

ADULT = Patient(sex="female", birth_date=RecordDate("1970-01-01"))


def row(**fields: object) -> Observation:
    given: dict[str, object] = {
        "id": "o",
        "evidence": "o",
        "name": "Hemoglobin",
        "concept": "hemoglobin",
        "value": 11.0,
        "unit": "g/dL",
        "canonical_value": 11.0,
        "canonical_unit": "g/dL",
        "effective": RecordDate("2026-01-05"),
    }
    return Observation(**{**given, **fields})  # type: ignore[arg-type]


def placed(observation: Observation, patient: Patient = ADULT, *, pregnant: bool = False) -> Flag:
    found = flag(observation, patient, pregnant=pregnant)
    assert isinstance(found, Flag), found
    return found


def test_it_takes_the_laboratorys_own_range_first() -> None:
    found = placed(row(reference_low=10.5, reference_high=15.0))

    assert (found.place, found.kind, found.low, found.high) == ("inside", "laboratory", 10.5, 15.0)


def test_it_takes_a_general_adult_range_only_without_one_and_says_so() -> None:
    found = placed(row())

    assert (found.place, found.kind, found.low, found.high) == ("low", "general adult", 12.0, 15.5)
    assert found.source == CONCEPTS["hemoglobin"].source


def test_it_uses_the_wider_range_where_the_sex_is_not_recorded() -> None:
    found = placed(row(value=13.0, canonical_value=13.0), Patient(birth_date=RecordDate("1970-01-01")))

    assert (found.place, found.low, found.high) == ("inside", 12.0, 17.5)
    assert found.note is not None


@pytest.mark.parametrize(
    ("text", "place"),
    [("12.0 - 16.0", "low"), ("<12", "inside"), (">10", "inside"), ("10.5–15", "inside"), ("up to 9", "high")],
)
def test_it_reads_a_printed_range(text: str, place: str) -> None:
    found = placed(row(reference_text=text))

    assert (found.place, found.kind) == (place, "laboratory")


def test_it_shows_a_conflict_with_the_laboratorys_flag() -> None:
    assert placed(row(flag="N")).conflict
    assert not placed(row(flag="L")).conflict


def test_it_takes_the_laboratorys_flag_where_there_is_no_range() -> None:
    found = placed(row(concept=None, canonical_value=None, flag="HH"))

    assert (found.place, found.kind) == ("high", "laboratory flag")


@pytest.mark.parametrize(
    ("fields", "patient", "pregnant", "reason"),
    [
        ({}, Patient(sex="female", birth_date=RecordDate("2015-01-01")), False, "adult ranges do not apply"),
        ({}, ADULT, True, "the general range does not apply in pregnancy"),
        ({"value": None}, ADULT, False, "the result is not a number"),
        ({"unit": None, "canonical_value": None}, ADULT, False, "the unit is missing or does not belong to this test"),
        ({"concept": "globulin", "canonical_value": 0.28}, ADULT, False, "the value and its unit do not fit together"),
        ({"concept": None}, ADULT, False, "this test is not in the table of ranges, and the laboratory printed none"),
        ({"concept": "steps", "canonical_value": 900.0}, ADULT, False, "there is no agreed range for this"),
    ],
)
def test_it_refuses_with_a_plain_reason(
    fields: dict[str, object], patient: Patient, pregnant: bool, reason: str
) -> None:
    assert flag(row(**fields), patient, pregnant=pregnant) == Refused(reason)


def test_it_judges_a_child_by_the_laboratorys_range() -> None:
    child = Patient(sex="female", birth_date=RecordDate("2015-01-01"))

    assert placed(row(reference_low=10.0, reference_high=14.0), child).place == "inside"


@pytest.mark.parametrize(
    ("comparator", "value", "place"), [("<", 11.9, "low"), (">", 16.0, "high"), ("<", 14.0, None), (">", 13.0, None)]
)
def test_it_uses_a_bound_only_where_it_settles_the_place(comparator: str, value: float, place: str | None) -> None:
    found = flag(row(comparator=comparator, value=value, canonical_value=value), ADULT)

    assert (found.place if isinstance(found, Flag) else None) == place


def test_it_keeps_both_ends_of_a_range_inside() -> None:
    assert placed(row(value=12.0, canonical_value=12.0)).place == "inside"
    assert placed(row(value=15.5, canonical_value=15.5)).place == "inside"


@pytest.mark.parametrize(
    ("concept", "value", "degree"),
    [
        ("potassium", 6.5, "emergency"),
        ("potassium", 6.0, "advise"),
        ("potassium", 5.9, None),
        ("potassium", 2.5, "emergency"),
        ("glucose", 54, "advise"),
        ("glucose", 45, "emergency"),
        ("spo2", 92, None),
        ("spo2", 91, "advise"),
        ("systolic", 180, None),
        ("systolic", 181, "advise"),
        ("hemoglobin", 0.5, None),
        ("ldl", 400, None),
    ],
)
def test_it_knows_critical_values(concept: str, value: float, degree: str | None) -> None:
    found = critical(concept, value)

    assert (found.degree if found else None) == degree


def test_it_names_a_source_and_a_date_for_every_critical_mark() -> None:
    for concept, entry in marks().items():
        assert concept in CONCEPTS
        assert len(entry.source) > 10
        assert entry.date == "2026-11"
