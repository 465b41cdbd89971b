from __future__ import annotations

import pytest

from agents.clinical.interactions import allergy_conflicts, cautions, duplicates, interactions, rules, unknown
from agents.clinical.medicines import classes_of, ingredients, is_known, strength_mg, table

WARFARIN = "Warfarin Sodium 5 MG Oral Tablet"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Simvistatin 10 MG", ("simvastatin",)),
        (WARFARIN, ("warfarin",)),
        ("Coumadin", ("warfarin",)),
        ("diphenhydrAMINE Hydrochloride 25 MG Oral Tablet", ("diphenhydramine",)),
        ("120 ACTUAT Fluticasone propionate 0.044 MG/ACTUAT Metered Dose Inhaler", ("fluticasone",)),
        ("Acetaminophen 325 MG / Oxycodone Hydrochloride 5 MG Oral Tablet", ("acetaminophen", "oxycodone")),
        ("Alendronic acid 10 MG Oral Tablet", ("alendronate",)),
        ("atorvastatine", ("atorvastatin",)),
        ("losartan potassium 50 mg", ("losartan",)),
        ("Penicillin V Potassium 500 MG Oral Tablet", ("penicillin",)),
        ("potassium chloride 20 MEQ", ("potassium",)),
        ("Foobarium 20 MG Oral Tablet", ("foobarium",)),
        ("", ("",)),
    ],
)
def test_it_reads_ingredients_from_a_printed_name(name: str, expected: tuple[str, ...]) -> None:
    assert ingredients(name) == expected


def test_it_reads_a_strength_only_where_there_is_one() -> None:
    assert strength_mg("Simvistatin 10 MG") == 10
    assert strength_mg("sulfamethoxazole 800 MG / trimethoprim 160 MG") is None
    assert strength_mg("Epinephrine 1 MG/ML") is None


def test_it_knows_every_ingredient_of_its_rules() -> None:
    members = [member for rule in rules().pairs for member in (*rule.a, *rule.b)]
    members += [member for triple in rules().triples for group in triple.groups for member in group]
    members += [member for caution in rules().cautions for member in caution.of]
    for member in members:
        assert member[1:] in table().classes if member.startswith("@") else is_known(member)


def test_it_names_a_source_and_a_date_for_every_rule() -> None:
    assert table().source
    assert table().date
    for entry in (*rules().pairs, *rules().triples, *rules().cautions):
        assert len(entry.source) > 5
        assert entry.date == "2026-11"
        assert "stop" not in (getattr(entry, "effect", "") or getattr(entry, "words", "")).lower()


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ((WARFARIN, "ibuprofen 200 MG"), [("warfarin_nsaid", "major")]),
        (("Digoxin 0.125 MG", "Verapamil Hydrochloride 40 MG"), [("digoxin_level", "major")]),
        (("Verapamil 40 MG", "Simvistatin 10 MG"), [("simvastatin_limit_10", "moderate")]),
        (("Verapamil 40 MG", "Simvistatin 20 MG"), [("simvastatin_limit_10", "major")]),
        (("clarithromycin", "simvastatin"), [("cyp3a4_statin", "contraindicated")]),
        (("lisinopril", "hydrochlorothiazide", "naproxen"), [("triple_whammy", "major")]),
        (("sildenafil", "isosorbide mononitrate"), [("pde5_nitrate", "contraindicated")]),
        (("warfarin", "apixaban"), [("two_blood_thinners", "contraindicated")]),
        (("levothyroxine", "calcium carbonate"), [("levothyroxine_binders", "timing")]),
        (("metformin", "lisinopril"), []),
        (("losartan potassium 50 mg", "amlodipine"), []),
        (("lisinopril", "losartan potassium 50 mg"), [("acei_arb", "major")]),
        ((), []),
    ],
)
def test_it_finds_what_does_not_go_together(names: tuple[str, ...], found: list[tuple[str, str]]) -> None:
    assert [(hit.id, hit.severity) for hit in interactions(names)] == found


def test_it_puts_the_gravest_first() -> None:
    names = ("warfarin", "ibuprofen", "sildenafil", "nitroglycerin", "levothyroxine", "omeprazole")

    assert [hit.severity for hit in interactions(names)] == ["contraindicated", "major", "timing"]


def test_it_finds_duplicates() -> None:
    found = duplicates(("Advil", "ibuprofen 200 MG", "lisinopril", "enalapril", "metoprolol"))

    assert [hit.effect for hit in found] == ["Both contain ibuprofen.", "Both are ACE inhibitors."]


@pytest.mark.parametrize(
    ("medicine", "allergy", "hit"),
    [
        ("Amoxicillin 250 MG", "Allergy to penicillin", True),
        ("Aspirin 81 MG", "NSAIDs", True),
        ("sulfamethoxazole 800 MG / trimethoprim 160 MG", "Sulfa drugs", True),
        ("Ibuprofen", "ibuprofen", True),
        ("Ibuprofen", "Allergy to peanuts", False),
        ("hydrochlorothiazide", "Allergy to mould", False),
    ],
)
def test_it_checks_medicines_against_allergies(medicine: str, allergy: str, hit: bool) -> None:
    assert bool(allergy_conflicts((medicine,), (allergy,))) is hit


@pytest.mark.parametrize(
    ("medicine", "more", "ids"),
    [
        ("metformin", {"egfr": 28}, ["metformin_kidney"]),
        ("metformin", {"egfr": 40}, ["metformin_kidney_start"]),
        ("metformin", {"egfr": 70}, []),
        ("metformin", {}, []),
        ("naproxen", {"egfr": 50, "age": 70}, ["nsaid_kidney", "nsaid_65"]),
        ("naproxen", {"heart_failure": True}, ["nsaid_heart_failure"]),
        ("lisinopril", {"pregnant": True}, ["pregnancy"]),
        ("diphenhydramine", {"age": 64}, []),
        ("diphenhydramine", {"age": 65}, ["antihistamine_65"]),
        ("empagliflozin", {}, ["sglt2_sick_days"]),
    ],
)
def test_it_cautions_by_kidneys_age_and_pregnancy(medicine: str, more: dict[str, object], ids: list[str]) -> None:
    assert [hit.id for hit in cautions((medicine,), **more)] == ids  # type: ignore[arg-type]


def test_it_says_which_medicines_it_does_not_know() -> None:
    assert unknown(("Foobarium 20 MG", WARFARIN)) == ("Foobarium 20 MG",)


def test_it_knows_classes() -> None:
    assert "statin" in classes_of("simvastatin")
    assert classes_of("foobarium") == frozenset()
