from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import units
from agents.concepts import (
    CONCEPTS,
    GROUPS,
    Concept,
    adult_range,
    concept_for,
    convert,
    mentions,
    plausible,
    to_canonical,
)

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"


@pytest.mark.parametrize("concept", CONCEPTS.values(), ids=lambda concept: concept.id)
def test_it_names_a_source_and_a_date_for_every_entry(concept: Concept) -> None:
    assert len(concept.source) > 10
    assert concept.date[:4].isdigit()
    assert len(concept.date) == 7


@pytest.mark.parametrize("concept", CONCEPTS.values(), ids=lambda concept: concept.id)
def test_it_explains_every_entry_in_a_sentence_or_two(concept: Concept) -> None:
    for about in (concept.about, concept.about_spanish):
        assert about.endswith(".")
        assert about.count(". ") + 1 <= 2
    assert "you have" not in concept.about.lower()
    assert "usted tiene" not in concept.about_spanish.lower()


def test_it_gives_every_loinc_code_to_one_concept() -> None:
    codes = [code for concept in CONCEPTS.values() for code in concept.loinc]

    assert len(codes) == len(set(codes))


def test_it_gives_every_phrase_to_one_concept() -> None:
    seen: dict[str, str] = {}
    for concept in CONCEPTS.values():
        for phrase in {*concept.synonyms, *concept.spanish}:
            assert seen.setdefault(phrase, concept.id) == concept.id, phrase


@pytest.mark.parametrize("concept", CONCEPTS.values(), ids=lambda concept: concept.id)
def test_it_knows_every_printed_name_for_its_concept(concept: Concept) -> None:
    # Without "nitrogen" in its name it is urea, which is known in moles only.
    unit = "mmol/L" if concept.id == "bun" else concept.unit

    for name in (*concept.printed, *concept.abroad):
        assert concept_for(None, name=name, unit=unit) == concept.id, name


def test_it_has_groups_of_known_concepts() -> None:
    for group in GROUPS:
        assert set(group.concepts) <= set(CONCEPTS)


def test_it_keeps_ranges_in_order() -> None:
    for concept in CONCEPTS.values():
        marks = [concept.plausible_low, concept.critical_low, concept.low, concept.high, concept.critical_high]
        known = [mark for mark in marks if mark is not None]
        assert known == sorted(known), concept.id


@pytest.mark.parametrize(
    ("code", "name", "unit", "concept"),
    [
        ("4548-4", None, "%", "a1c"),
        ("38483-4", "Creatinine", "mg/dL", "creatinine"),
        ("5792-7", "Glucose", "mg/dL", None),
        (None, "LDL Cholesterol Calc (NIH)", "mg/dL", "ldl"),
        (None, "Vitamin D, 25-Hydroxy", "ng/mL", "vitamin_d"),
        (None, "eGFR", "mL/min/1.73", "egfr"),
        (None, "Cholesterol, Total", "mg/dL", "total_cholesterol"),
        (None, "Glucose, urine", "mg/dL", None),
        (None, "Creatinine, Urine", "mg/dL", None),
        (None, "Albumin/Creatinine Ratio, Urine", "mg/g", "uacr"),
        (None, "Albumin", "g/dL", "albumin"),
        (None, "Albumin", "mg/L", None),
        (None, "Bilirubin, Direct", "mg/dL", None),
        (None, "Glucose", "mmol/24h", None),
        (None, "Urea", "mmol/L", "bun"),
        (None, "Urea", "mg/dL", None),
        (None, "Hemoglobin", "mmol/L", "hemoglobin"),
        (None, "Hemoglobin", "mg/dL", "hemoglobin"),
        (None, "T4", "ug/dL", None),
        (None, "", None, None),
        (None, None, None, None),
    ],
)
def test_it_finds_the_concept_of_a_row(
    code: str | None, name: str | None, unit: str | None, concept: str | None
) -> None:
    assert concept_for(code, system="http://loinc.org" if code else None, name=name, unit=unit) == concept


def test_it_does_not_ask_the_name_where_a_loinc_code_says_another_test() -> None:
    assert concept_for("2514-8", name="Glucose") is None


def test_it_asks_the_name_where_the_code_is_of_another_system() -> None:
    assert concept_for("GLU", system="urn:lab:local", name="Glucose", unit="mg/dL") == "glucose"


@pytest.mark.parametrize(
    ("concept", "value", "source", "target", "expected"),
    [
        ("hemoglobin", 11.5, "mmol/L", "g/dL", 18.53),
        ("creatinine", 3.232007, "mg/dL", "umol/L", 285.7),
        ("ldl", 144.153, "mg/dL", "mmol/L", 3.728),
        ("glucose", 112.2166, "mg/dL", "mmol/L", 6.229),
        ("triglycerides", 1.7, "mmol/L", "mg/dL", 150.6),
        ("bun", 14.0, "mg/dL", "mmol/L", 5.0),
        ("uacr", 30, "mg/g", "mg/mmol", 3.39),
        ("uacr", 3.39, "mg/mmol", "mg/g", 30),
        ("a1c", 6.5, "%", "mmol/mol", 47.5),
        ("a1c", 48, "mmol/mol", "%", 6.54),
        ("wbc", 4.5, "K/uL", "10^9/L", 4.5),
        ("hematocrit", 0.42, "L/L", "%", 42),
        ("insulin", 10, "uIU/mL", "pmol/L", 60),
        ("insulin", 60, "pmol/L", "uIU/mL", 10),
        ("potassium", 4.2, "mEq/L", "mmol/L", 4.2),
        ("vitamin_d", 50, "nmol/L", "ng/mL", 20.03),
        ("egfr", 65, "mL/min", "mL/min/1.73m2", 65),
        ("temperature", 101, "°F", "Cel", 38.33),
        ("weight", 180, "lb", "kg", 81.65),
        ("ft4", 12.87, "pmol/L", "ng/dL", 1.0),
    ],
)
def test_it_converts_both_ways(concept: str, value: float, source: str, target: str, expected: float) -> None:
    converted = convert(concept, value, source, target)

    assert converted == pytest.approx(expected, rel=2e-3)
    assert converted is not None
    assert convert(concept, converted, target, source) == pytest.approx(value, rel=1e-6)


def test_it_converts_only_from_an_explicit_unit() -> None:
    assert to_canonical("glucose", 5.0, None) is None
    assert to_canonical("glucose", 5.0, "") is None
    assert to_canonical("glucose", 5.0, "kg") is None
    assert to_canonical("lpa", 30.0, "mg/dL") is None
    assert to_canonical("rdw", 45.0, "fL") is None
    assert to_canonical("calcium", 4.8, "mEq/L") is None
    assert to_canonical("smoking", 1.0, "1") is None
    assert to_canonical("nothing", 1.0, "1") is None


def test_it_takes_scores_without_a_unit() -> None:
    assert to_canonical("inr", 2.4, None) == (2.4, "{INR}")
    assert to_canonical("phq9", 4, "(score)") == (4, "{score}")


@pytest.mark.parametrize("concept", [c for c in CONCEPTS.values() if c.unit and c.si_unit], ids=lambda c: c.id)
def test_it_can_reach_the_si_unit_of_every_concept(concept: Concept) -> None:
    assert convert(concept.id, 10.0, concept.unit, concept.si_unit) is not None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("What is my latest HbA1c and my BP?", ["a1c", "systolic+diastolic"]),
        ("whats my potasium", ["potassium"]),
        ("bad cholesterol and sugar average", ["ldl", "a1c"]),
        ("how is my bottom number", ["diastolic"]),
        ("the iron in my blood", ["hemoglobin"]),
        ("show me cholesterol", ["total_cholesterol"]),
        ("my cholestorol panel", ["total_cholesterol+ldl+hdl+triglycerides"]),
        ("hows my thyriod", ["tsh"]),
        ("is my kidney function getting worse", ["egfr+creatinine+bun+uacr"]),
        ("is my K+ ok", ["potassium"]),
        ("what is my vitamin K level", []),
        ("vitamin B12 and vit d", ["b12", "vitamin_d"]),
        ("¿Cómo está mi colesterol malo y la presión arterial?", ["ldl", "systolic+diastolic"]),
        ("azúcar en la sangre", ["glucose"]),
        ("I have chest pain", []),
        ("what are the next steps", []),
        ("how many steps did i average", ["steps"]),
        ("the podium was great, a treat for eight people", []),
        ("what came back red on my labs", []),
        ("my LDLs and trigs", ["ldl", "triglycerides"]),
        ("", []),
    ],
)
def test_it_hears_what_people_call_a_test(text: str, found: list[str]) -> None:
    assert ["+".join(mention.concepts) for mention in mentions(text)] == found


def test_it_says_where_in_the_text_a_test_is_named() -> None:
    text = "¿Mi presión, or my Potasium?"

    assert [text[mention.start : mention.end] for mention in mentions(text)] == ["presión", "Potasium"]


@given(st.text(max_size=200))
def test_it_takes_any_text(text: str) -> None:
    for mention in mentions(text):
        assert text[mention.start : mention.end] == mention.text
        assert set(mention.concepts) <= set(CONCEPTS)


@given(st.sampled_from(sorted(CONCEPTS)))
def test_it_hears_every_synonym(concept_id: str) -> None:
    grouped = {word for group in GROUPS for word in group.words}
    for phrase in CONCEPTS[concept_id].synonyms:
        if phrase in grouped or phrase == "k+":
            continue
        assert concept_id in {c for m in mentions(f"what is my latest {phrase}?") for c in m.concepts}, phrase


def test_it_widens_the_range_where_the_sex_is_not_known() -> None:
    hemoglobin = CONCEPTS["hemoglobin"]

    assert adult_range(hemoglobin, "female") == (12.0, 15.5)
    assert adult_range(hemoglobin, "male") == (13.5, 17.5)
    assert adult_range(hemoglobin, "unknown") == (12.0, 17.5)


def test_it_tells_values_that_cannot_be() -> None:
    assert not plausible(CONCEPTS["globulin"], 0.28)
    assert plausible(CONCEPTS["globulin"], 2.8)


def test_it_covers_the_codes_of_the_demo_records() -> None:
    drafts = SHARED / "reference" / "analytes.json"
    if not drafts.exists():
        pytest.skip("the shared demo data is not on this machine")
    left_out = {"62388-4"}
    for analyte in json.loads(drafts.read_text())["analytes"]:
        assert analyte["id"] in CONCEPTS
        for code in set(analyte["loinc"]) - left_out:
            found = concept_for(code, system="http://loinc.org")
            assert found == ("bnp" if code in {"30934-4", "42637-9"} else analyte["id"])


def test_it_knows_every_canonical_unit() -> None:
    for concept in CONCEPTS.values():
        if concept.unit and not concept.unit.startswith("{"):
            assert units.kind(concept.unit) is not None, concept.id
