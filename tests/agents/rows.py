"""A made-up person's rows for tests, short to write."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

from agents.concepts import CONCEPTS, to_canonical
from agents.query import Query
from agents.records import (
    AnyRow,
    Condition,
    Immunization,
    Medication,
    Observation,
    Patient,
    RecordDate,
    Records,
)

NOW = datetime(2021, 4, 1, 12, tzinfo=UTC)
_numbers = count(1)


def lab(concept: str, value: float, day: str, unit: str | None = None, **more: object) -> Observation:
    unit = unit or CONCEPTS[concept].unit
    canonical = to_canonical(concept, value, unit)
    row = f"{concept}-{day}-{next(_numbers)}"
    return Observation(
        id=row,
        evidence=str(more.pop("evidence", row)),
        name=CONCEPTS[concept].display,
        concept=concept,
        category="laboratory",
        value=value,
        unit=unit,
        canonical_value=canonical[0] if canonical else None,
        canonical_unit=canonical[1] if canonical else None,
        effective=RecordDate.parse(day),
        **more,  # type: ignore[arg-type]
    )


def pressure(top: float, bottom: float, day: str) -> list[Observation]:
    panel = f"pressure-{day}"
    return [
        lab("systolic", top, day, panel=panel, evidence=panel),
        lab("diastolic", bottom, day, panel=panel, evidence=panel),
    ]


def medicine(name: str, start: str, status: str = "active") -> Medication:
    return Medication(
        id=f"{name}-{start}", evidence=f"{name}-{start}", name=name, status=status, start=RecordDate.parse(start)
    )


def condition(name: str, onset: str, **more: str) -> Condition:
    return Condition(id=name, evidence=name, name=name, onset=RecordDate.parse(onset), **more)  # type: ignore[arg-type]


def vaccine(name: str, day: str) -> Immunization:
    row = f"{name}-{day}"
    return Immunization(id=row, evidence=row, name=name, status="completed", given=RecordDate.parse(day))


def records(*rows: AnyRow | list[AnyRow], sex: str = "female", born: str = "1960-05-17") -> Records:
    flat = [row for group in rows for row in (group if isinstance(group, list) else [group])]
    return Records(Patient(sex=sex, birth_date=RecordDate.parse(born)), flat)  # type: ignore[arg-type]


def query(text: str) -> Query:
    return Query(text=text, now=NOW)


def someone() -> Records:
    """A woman of 60 with a bit of everything."""
    return records(
        [
            lab("ldl", value, f"{year}-03-02")
            for year, value in zip(range(2014, 2021), (98, 104, 111, 119, 128, 136, 144), strict=True)
        ],
        [lab("total_cholesterol", 180 + year, f"20{year}-03-02") for year in range(14, 21)],
        [lab("hdl", 55, "2020-03-02"), lab("triglycerides", 140, "2020-03-02")],
        [lab("a1c", 7.37571663481694, "2020-04-13"), lab("a1c", 6.9, "2019-04-13")],
        [
            lab("creatinine", 0.9, "2020-04-13"),
            lab("potassium", 5.6, "2020-04-13", reference_low=3.5, reference_high=5.0),
        ],
        pressure(150, 95, "2021-03-19"),
        pressure(142, 91, "2020-12-01"),
        [
            medicine("Warfarin Sodium 5 MG Oral Tablet", "2019-05-01"),
            medicine("Aspirin 81 MG", "2010-01-01", "stopped"),
        ],
        [
            condition("Hypertension", "2015-02-24", clinical_status="active"),
            condition("Pneumonia", "1999", clinical_status="resolved"),
        ],
        [
            vaccine("Influenza, seasonal, injectable", "2020-10-01"),
            vaccine("Influenza, seasonal, injectable", "2019-10-01"),
        ],
    )
