"""One patient with something of everything, for questions that are about understanding rather than about data."""

from __future__ import annotations

from datetime import UTC, datetime

from agents.records import (
    Allergy,
    Condition,
    Encounter,
    Immunization,
    Medication,
    Observation,
    Patient,
    Procedure,
    RecordDate,
    Records,
)

NOW = datetime(2020, 11, 30, 12, tzinfo=UTC)
MEASURED = """
    a1c glucose total_cholesterol ldl hdl triglycerides creatinine egfr bun sodium potassium calcium alt ast albumin
    hemoglobin wbc platelets tsh ferritin crp inr systolic diastolic heart_rate weight height bmi steps sleep_duration
"""
MEDICINES = (
    "24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet",
    "lisinopril 10 MG Oral Tablet",
    "Simvastatin 10 MG",
    "Warfarin Sodium 5 MG Oral Tablet",
)
CONDITIONS = ("Diabetes", "Hypertension", "Acute bronchitis (disorder)")


def someone() -> Records:
    """A woman of 60 with diabetes and high blood pressure, seven years of results, four medicines."""
    results = [
        Observation(
            id=f"{concept}-{year}",
            evidence=f"{concept}-{year}",
            name=concept,
            concept=concept,
            category="laboratory",
            value=10.0 + year - 2014,
            canonical_value=10.0 + year - 2014,
            effective=RecordDate(f"{year}-03-05"),
        )
        for concept in MEASURED.split()
        for year in range(2014, 2021)
    ]
    medicines = [
        Medication(id=name, evidence=name, name=name, status="active", start=RecordDate("2016-05-01"))
        for name in MEDICINES
    ]
    conditions = [
        Condition(id=name, evidence=name, name=name, clinical_status="active", onset=RecordDate("2015-01-01"))
        for name in CONDITIONS
    ]
    flu = "Influenza, seasonal, injectable, preservative free"
    rest = (
        Allergy(id="a", evidence="a", name="Allergy to peanuts"),
        Immunization(id="i", evidence="i", name=flu, given=RecordDate("2020-10-01")),
        Procedure(id="p", evidence="p", name="Colonoscopy", status="completed", performed=RecordDate("2017-02-03")),
        Encounter(id="e", evidence="e", name="Encounter for check up", kind="AMB", start=RecordDate("2020-03-05")),
    )
    patient = Patient(sex="female", birth_date=RecordDate("1960-02-01"))
    return Records(patient, [*results, *medicines, *conditions, *rest])
