"""Each formula by a worked example, and where it refuses."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.clinical import (
    anaemia,
    blood_pressure,
    body,
    electrolytes,
    glycaemia,
    heart_risk,
    insulin_resistance,
    kidney,
    lipids,
    liver,
    stroke_risk,
    thyroid,
)
from agents.clinical.age import age_on
from agents.clinical.refused import Refused
from agents.records import RecordDate

WOMAN_OF_50 = heart_risk.Inputs(
    age=50,
    sex="female",
    total_cholesterol=200,
    hdl=45,
    systolic=160,
    bmi=35,
    egfr=90,
    diabetes=True,
    smoker=False,
    pressure_medicine=True,
    statin=False,
)


def test_it_counts_age_in_whole_years() -> None:
    born = RecordDate("1959-08-26")

    assert age_on(born, date(2021, 1, 19)) == 61
    assert age_on(born, date(2021, 8, 26)) == 62
    assert age_on(born, date(1950, 1, 1)) is None
    assert age_on(None, date(2021, 1, 1)) is None


@pytest.mark.parametrize(
    ("creatinine", "age", "sex", "expected"),
    [
        (3.2320073, 61, "female", 15.7),
        (1.0224122, 53, "male", 87.6),
        (1.0, 50, "female", 68.6),
        (0.8, 40, "male", 114.4),
    ],
)
def test_it_estimates_gfr(creatinine: float, age: int, sex: str, expected: float) -> None:
    assert kidney.egfr(creatinine, age=age, sex=sex) == pytest.approx(expected, abs=0.5)  # type: ignore[arg-type]


def test_it_refuses_gfr_outside_its_limits() -> None:
    assert isinstance(kidney.egfr(1.0, age=17, sex="female"), Refused)
    assert isinstance(kidney.egfr(1.0, age=None, sex="female"), Refused)
    assert isinstance(kidney.egfr(1.0, age=40, sex="unknown"), Refused)
    assert isinstance(kidney.egfr(90.0, age=40, sex="male"), Refused)


def test_it_stages_kidney_function() -> None:
    assert [kidney.g_stage(value) for value in (95, 90, 89.9, 59.9, 44, 29, 14.9)] == [
        "G1", "G1", "G2", "G3a", "G3b", "G4", "G5",
    ]  # fmt: skip
    assert [kidney.a_stage(value) for value in (29.9, 30, 300, 301)] == ["A1", "A2", "A2", "A3"]


def test_it_asks_three_months_of_a_low_gfr() -> None:
    assert kidney.lasting_low([(date(2020, 1, 1), 55), (date(2020, 5, 1), 50)])
    assert not kidney.lasting_low([(date(2020, 1, 1), 55), (date(2020, 2, 1), 50)])
    assert not kidney.lasting_low([(date(2020, 1, 1), 55), (date(2020, 3, 1), 70), (date(2020, 5, 1), 50)])


def test_it_works_out_cholesterol() -> None:
    assert lipids.non_hdl(200, 50) == 150
    assert lipids.ldl_sampson(200, 50, 150) == pytest.approx(123.4, abs=0.05)
    assert lipids.ldl_friedewald(200, 50, 150) == 120


def test_it_refuses_cholesterol_outside_its_limits() -> None:
    assert isinstance(lipids.ldl_sampson(300, 40, 801), Refused)
    assert isinstance(lipids.ldl_friedewald(300, 40, 400), Refused)
    assert isinstance(lipids.non_hdl(50, 60), Refused)
    assert isinstance(lipids.non_hdl(5.2, 1.3), Refused)


def test_it_says_hba1c_in_other_ways() -> None:
    assert glycaemia.estimated_average_glucose(7.0) == pytest.approx(154.2)
    assert glycaemia.a1c_ifcc(6.5) == pytest.approx(47.5, abs=0.1)
    assert isinstance(glycaemia.estimated_average_glucose(48), Refused)


def test_it_names_the_range_of_hba1c_and_glucose() -> None:
    assert [glycaemia.a1c_range(value) for value in (5.6, 5.7, 6.4, 6.5)] == [
        "below diabetes ranges", "prediabetes", "prediabetes", "diabetes",
    ]  # fmt: skip
    assert glycaemia.fasting_glucose_range(110, fasting=True) == "prediabetes"
    assert isinstance(glycaemia.fasting_glucose_range(110, fasting=False), Refused)
    assert isinstance(glycaemia.a1c_range(6.0, pregnant=True), Refused)
    assert isinstance(glycaemia.a1c_range(6.0, age=12), Refused)


@pytest.mark.parametrize(
    ("systolic", "diastolic", "category"),
    [
        (119, 79, "normal"),
        (120, 79, "elevated"),
        (129, 79, "elevated"),
        (130, 79, "stage 1"),
        (119, 80, "stage 1"),
        (139, 89, "stage 1"),
        (140, 70, "stage 2"),
        (130, 90, "stage 2"),
        (180, 120, "stage 2"),
        (181, 80, "severe (>180/120)"),
        (150, 121, "severe (>180/120)"),
    ],
)
def test_it_names_the_blood_pressure_category(systolic: float, diastolic: float, category: str) -> None:
    assert blood_pressure.category(systolic, diastolic) == category


def test_it_says_what_an_average_rests_on() -> None:
    day = date(2026, 1, 1)
    one = blood_pressure.average([blood_pressure.Reading(day, 131, 79)])
    two = blood_pressure.average(
        [blood_pressure.Reading(day, 130, 80), blood_pressure.Reading(date(2026, 2, 1), 140, 84)]
    )

    assert not isinstance(one, Refused)
    assert not isinstance(two, Refused)
    assert (one.basis, one.enough, one.category) == ("one reading", False, "stage 1")
    assert (two.basis, two.enough, two.systolic) == ("an average of 2 readings on 2 days", True, 135)
    assert isinstance(blood_pressure.average([]), Refused)


def test_it_refuses_what_is_no_blood_pressure() -> None:
    assert isinstance(blood_pressure.category(80, 120), Refused)
    assert isinstance(blood_pressure.category(120, 70, age=9), Refused)
    assert isinstance(blood_pressure.mean_arterial_pressure(5, 3), Refused)
    assert blood_pressure.mean_arterial_pressure(120, 80) == pytest.approx(93.33, abs=0.01)


def test_it_works_out_the_body_mass_index() -> None:
    assert body.bmi(70, 175) == pytest.approx(22.86, abs=0.01)
    assert [body.bmi_category(value) for value in (18.4, 24.9, 25, 30, 35, 40)] == [
        "underweight", "normal", "overweight", "obesity class 1", "obesity class 2", "obesity class 3",
    ]  # fmt: skip
    assert isinstance(body.bmi(70, 1.75), Refused)
    assert isinstance(body.bmi_category(20, age=10), Refused)
    assert isinstance(body.bmi_category(30, pregnant=True), Refused)


def test_it_agrees_with_the_published_prevent_example() -> None:
    """The worked example of the equations' supplement: 14.7, 9.2 and 8.1 % in 10 years; 53.0, 35.4 and 39.0 % in 30."""
    ten = heart_risk.prevent(WOMAN_OF_50, years=10, known_disease=False)
    thirty = heart_risk.prevent(WOMAN_OF_50, years=30, known_disease=False)

    assert not isinstance(ten, Refused)
    assert not isinstance(thirty, Refused)
    assert (round(ten.total_cvd, 1), round(ten.ascvd, 1), round(ten.heart_failure, 1)) == (14.7, 9.2, 8.1)
    assert (round(thirty.total_cvd, 1), round(thirty.ascvd, 1), round(thirty.heart_failure, 1)) == (53.0, 35.4, 39.0)


@pytest.mark.parametrize(
    ("change", "known"),
    [
        ({"age": 29}, False),
        ({"age": 80}, False),
        ({"sex": "unknown"}, False),
        ({"total_cholesterol": 129}, False),
        ({"hdl": 101}, False),
        ({"systolic": 201}, False),
        ({"bmi": 40.0}, False),
        ({"egfr": 14}, False),
        ({}, True),
    ],
)
def test_it_refuses_prevent_outside_its_limits(change: dict[str, object], known: bool) -> None:
    assert isinstance(
        heart_risk.prevent(msgspec.structs.replace(WOMAN_OF_50, **change), years=10, known_disease=known), Refused
    )


def test_it_refuses_thirty_years_from_sixty_on() -> None:
    older = msgspec.structs.replace(WOMAN_OF_50, age=60)

    assert isinstance(heart_risk.prevent(older, years=30, known_disease=False), Refused)
    assert not isinstance(heart_risk.prevent(older, years=10, known_disease=False), Refused)


def test_it_needs_the_value_of_the_fuller_equations() -> None:
    with_a1c = msgspec.structs.replace(WOMAN_OF_50, a1c=9.2, uacr=92)

    assert isinstance(heart_risk.prevent(WOMAN_OF_50, years=10, known_disease=False, model="a1c"), Refused)
    assert not isinstance(heart_risk.prevent(with_a1c, years=10, known_disease=False, model="a1c"), Refused)
    assert not isinstance(heart_risk.prevent(with_a1c, years=30, known_disease=False, model="uacr"), Refused)


@given(
    st.sampled_from(["female", "male"]),
    st.sampled_from(["base", "a1c", "uacr"]),
    st.integers(30, 79),
    st.floats(110, 180),
    st.booleans(),
)
def test_it_gives_more_risk_to_who_smokes_or_has_more_pressure(
    sex: str, model: str, age: int, systolic: float, smoker: bool
) -> None:
    person = msgspec.structs.replace(WOMAN_OF_50, sex=sex, age=age, systolic=systolic, smoker=smoker, a1c=7.0, uacr=40)
    worse = msgspec.structs.replace(person, systolic=systolic + 20)

    one = heart_risk.prevent(person, years=10, known_disease=False, model=model)  # type: ignore[arg-type]
    two = heart_risk.prevent(worse, years=10, known_disease=False, model=model)  # type: ignore[arg-type]

    assert not isinstance(one, Refused)
    assert not isinstance(two, Refused)
    assert 0 < one.total_cvd < two.total_cvd < 100
    assert one.ascvd < one.total_cvd + 1


def test_it_corrects_calcium_and_works_out_the_gap() -> None:
    assert electrolytes.corrected_calcium(8.0, 2.0) == pytest.approx(9.6)
    assert isinstance(electrolytes.corrected_calcium(8.0, 4.2), Refused)
    assert electrolytes.anion_gap(140, 104, 24) == 12
    assert isinstance(electrolytes.anion_gap(14, 104, 24), Refused)


def test_it_works_out_fib4() -> None:
    found = liver.fib4(age=60, ast=40, alt=36, platelets=200)

    assert not isinstance(found, Refused)
    assert (found.value, found.likelihood) == (pytest.approx(2.0), "in between")
    assert isinstance(liver.fib4(age=34, ast=40, alt=36, platelets=200), Refused)
    older = liver.fib4(age=65, ast=30, alt=36, platelets=200)
    assert not isinstance(older, Refused)
    assert (older.low_mark, older.likelihood) == (2.0, "low")


def test_it_works_out_meld() -> None:
    values = {"age": 55, "bilirubin": 2.0, "sodium": 135, "inr": 1.5, "creatinine": 1.2, "albumin": 3.0}

    assert liver.meld3(sex="male", liver_disease=True, **values) == 17  # type: ignore[arg-type]
    assert liver.meld3(sex="female", liver_disease=True, **values) == 18  # type: ignore[arg-type]
    assert isinstance(liver.meld3(sex="male", liver_disease=False, **values), Refused)  # type: ignore[arg-type]


def test_it_keeps_meld_between_6_and_40() -> None:
    low = liver.meld3(
        age=40, sex="male", bilirubin=0.4, sodium=140, inr=0.9, creatinine=0.6, albumin=4.5, liver_disease=True
    )
    high = liver.meld3(
        age=40, sex="female", bilirubin=40, sodium=110, inr=6, creatinine=8, albumin=1, liver_disease=True
    )

    assert (low, high) == (6, 40)


def test_it_works_out_homa() -> None:
    assert insulin_resistance.homa_ir(100, 8.1, fasting=True, insulin_treated=False) == pytest.approx(2.0)
    assert isinstance(insulin_resistance.homa_ir(100, 8.1, fasting=False, insulin_treated=False), Refused)
    assert isinstance(insulin_resistance.homa_ir(100, 8.1, fasting=True, insulin_treated=True), Refused)


def test_it_scores_stroke_risk_only_with_atrial_fibrillation() -> None:
    history = stroke_risk.History(hypertension=True)

    assert stroke_risk.cha2ds2_vasc(history, age=76, sex="female", atrial_fibrillation=True) == 4
    assert stroke_risk.cha2ds2_vasc(stroke_risk.History(stroke=True), age=50, sex="male", atrial_fibrillation=True) == 2
    assert isinstance(stroke_risk.cha2ds2_vasc(history, age=76, sex="female", atrial_fibrillation=False), Refused)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"hemoglobin": 13.1}, "not under"),
        ({"hemoglobin": 10.0, "ferritin": 8.0}, "too little iron"),
        ({"hemoglobin": 10.0, "ferritin": 80.0, "crp": 40.0}, "too little iron"),
        ({"hemoglobin": 10.0, "b12": 120.0}, "B12"),
        ({"hemoglobin": 10.0, "folate": 2.0}, "folate"),
        ({"hemoglobin": 10.0, "mcv": 72.0}, "small red cells"),
        ({"hemoglobin": 10.0, "mcv": 90.0}, "usual size"),
        ({"hemoglobin": 10.0, "mcv": 110.0}, "large red cells"),
        ({"hemoglobin": 10.0}, "cannot be told"),
    ],
)
def test_it_names_anaemia_patterns(values: dict[str, float], words: str) -> None:
    found = anaemia.anaemia_pattern(sex="female", age=40, **values)  # type: ignore[arg-type]

    assert not isinstance(found, Refused)
    assert words in found.words


def test_it_refuses_anaemia_patterns_in_children_and_pregnancy() -> None:
    assert isinstance(anaemia.anaemia_pattern(hemoglobin=10, sex="female", age=8), Refused)
    assert isinstance(anaemia.anaemia_pattern(hemoglobin=10, sex="female", age=30, pregnant=True), Refused)
    assert isinstance(anaemia.anaemia_pattern(hemoglobin=10, sex="unknown", age=30), Refused)


def test_it_names_thyroid_patterns() -> None:
    assert thyroid.thyroid_pattern("high", "low") == "a pattern often seen with a slow thyroid"
    assert "fast thyroid" in str(thyroid.thyroid_pattern("low", "high"))
    assert "without free T4" in str(thyroid.thyroid_pattern("high", None))
    assert "unusual" in str(thyroid.thyroid_pattern("low", "low"))
    assert isinstance(thyroid.thyroid_pattern("high", "low", pregnant=True), Refused)
