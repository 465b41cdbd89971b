from __future__ import annotations

from datetime import date

from agents.clinical.refused import Refused
from agents.clinical.screening import Due, screening_due, screenings
from agents.concepts import CONCEPTS
from agents.records import Observation, Patient, Procedure, RecordDate, Records

TODAY = date(2026, 6, 1)


def due(records: Records) -> dict[str, Due]:
    found = screening_due(records, TODAY)
    assert not isinstance(found, Refused)
    return {entry.screening.id: entry for entry in found}


def procedure(name: str, day: str) -> Procedure:
    return Procedure(id=name, evidence=name, name=name, status="completed", performed=RecordDate(day))


def test_it_goes_by_age_and_sex() -> None:
    woman = due(Records(Patient(sex="female", birth_date=RecordDate("1971-02-01"))))
    man = due(Records(Patient(sex="male", birth_date=RecordDate("1956-02-01"))))

    assert {"breast", "cervical", "colorectal", "hypertension"} <= set(woman)
    assert "aaa" not in woman
    assert {"aaa", "colorectal", "falls"} <= set(man)
    assert "breast" not in man


def test_it_says_no_record_of_it_here() -> None:
    found = due(Records(Patient(sex="female", birth_date=RecordDate("1971-02-01"))))

    assert (found["breast"].status, found["breast"].last) == ("no record of it here", None)


def test_it_finds_the_last_record() -> None:
    patient = Patient(sex="female", birth_date=RecordDate("1971-02-01"))
    rows = [procedure("Colonoscopy", "2019-03-01"), procedure("Screening mammography", "2022-01-01")]

    found = due(Records(patient, rows))

    assert (found["colorectal"].status, found["colorectal"].evidence) == ("recorded", "Colonoscopy")
    assert (found["breast"].status, found["breast"].last) == ("longer ago than advised", RecordDate("2022-01-01"))


def test_it_leaves_out_what_comes_later_than_today() -> None:
    patient = Patient(sex="female", birth_date=RecordDate("1971-02-01"))

    assert due(Records(patient, [procedure("Colonoscopy", "2027-03-01")]))["colorectal"].last is None


def test_it_asks_for_diabetes_screening_only_with_overweight() -> None:
    patient = Patient(sex="male", birth_date=RecordDate("1980-02-01"))
    bmi = Observation(
        id="b",
        evidence="b",
        name="BMI",
        concept="bmi",
        value=31.0,
        canonical_value=31.0,
        effective=RecordDate("2026-01-01"),
    )

    assert "diabetes" not in due(Records(patient))
    assert "diabetes" in due(Records(patient, [bmi]))


def test_it_refuses_without_an_adults_birth_date() -> None:
    assert isinstance(screening_due(Records(Patient(sex="male")), TODAY), Refused)
    child = Patient(sex="male", birth_date=RecordDate("2015-02-01"))
    assert screening_due(Records(child), TODAY) == Refused("these recommendations are for adults")


def test_it_names_a_source_and_a_date_for_every_entry() -> None:
    for entry in screenings():
        assert entry.source.startswith("US Preventive Services Task Force, 20")
        assert entry.since
        assert entry.date == "2026-11"
        assert set(entry.concepts) <= set(CONCEPTS)
