from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.events import Claim
from agents.grounding import Grounder, is_drug, parsed

CLAIMS = (
    Claim(
        id="endocrinology-1",
        kind="record",
        text="Your latest HbA1c was 7.4 % on 13 April 2020.",
        value=7.37571663481694,
        unit="%",
        date="2020-04-13",
    ),
    Claim(id="cardiology-1", kind="record", text="Your latest blood pressure was 177/95 mmHg.", value=177.4),
    Claim(id="pharmacy-1", kind="record", text="Digoxin 0.125 MG Oral Tablet", date="2019"),
    Claim(id="laboratory_medicine-1", kind="computed", text="1,204 steps; eGFR 65 mL/min/1.73 m²", value=64.6),
)


def shown(text: str, step: int = 10_000) -> tuple[str, int, int]:
    grounder = Grounder(CLAIMS)
    parts = [grounder.feed(text[start : start + step]) for start in range(0, len(text), step)]
    return "".join([*parts, grounder.finish()]), grounder.checked, grounder.struck


@pytest.mark.parametrize(
    "text",
    [
        "It was 7.4 % [endocrinology-1].",
        "More exactly 7.38 % or 7.376 %.",
        "On 13 April 2020, April 13, 2020, the 13th of April 2020, 2020-04-13, 13.04.2020 and 4/13/2020.",
        "In April 2020, in 2020, and since 2019.",
        "It was 177/95 mmHg.",
        "You take digoxin.",
        "1. The first\n2. The second, your 3rd.",
        "HbA1c, B12, COVID-19, T4 and ×10³/µL",
        "eGFR 65 mL/min/1.73 m²",
        "1204 or 1,204 steps",
    ],
)
def test_it_leaves_what_a_claim_says(text: str) -> None:
    assert shown(text)[0] == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was 7.5 %.", "It was ~~7.5~~ %."),
        ("It was 7 %.", "It was ~~7~~ %."),
        ("On 14 April 2020", "On ~~14 April 2020~~"),
        ("on May 13, 2020", "on ~~May 13, 2020~~"),
        ("since 2018", "since ~~2018~~"),
        ("178/95 mmHg", "~~178~~/95 mmHg"),
        ("Take metformin 500mg", "Take ~~metformin~~ ~~500~~mg"),
        ("LDL=144", "LDL=~~144~~"),
        ("see [62]", "see [~~62~~]"),
        ("about 7.4-9.9", "about 7.4-~~9.9~~"),
    ],
)
def test_it_strikes_what_no_claim_says(text: str, expected: str) -> None:
    assert shown(text)[0] == expected


OF_TESTS = (
    Claim(id="e-1", kind="record", text="Your HbA1c was 6.1 %.", value=6.1, unit="%", date="2026-01-05", concept="a1c"),
    Claim(id="l-1", kind="record", text="Your ldl was 131 mg/dL.", value=131, unit="mg/dL", concept="ldl"),
    Claim(id="l-2", kind="record", text="110 mg/dL", topic="Glucose", value=110, unit="mg/dL"),
    Claim(id="p-1", kind="record", text="metFORMIN 500 MG Oral Tablet"),
)


def grounded(text: str, step: int = 10_000) -> str:
    grounder = Grounder(OF_TESTS)
    return "".join([*(grounder.feed(text[at : at + step]) for at in range(0, len(text), step)), grounder.finish()])


@pytest.mark.parametrize(
    "text",
    [
        "Your HbA1c was 6.1 %.",
        "- A1c: 6.1 % on 5 January 2026",
        "Your sugar average, the hemoglobin A1c, was 6.1 %.",
        "Your HbA1c and LDL were 6.1 % and 131 mg/dL.",
        "HbA1c: 6.1 %; bad cholesterol: 131 mg/dL; glucose: 110 mg/dL.",
        "Your HbA1c is fine. It was 6.1 % then.",
        "**Glucose**\n- 6.1 %",
        "For your glucose you take metformin 500 mg.",
        "Su hemoglobina glicosilada fue de 6,1 %.",
    ],
)
@pytest.mark.parametrize("step", [1, 4, 10_000])
def test_it_leaves_a_value_that_is_of_the_test_named(text: str, step: int) -> None:
    assert grounded(text, step) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Your glucose is 6.1.", "Your glucose is ~~6.1~~."),
        ("Your glucose on 5 January 2026 was 6.1 %.", "Your glucose on 5 January 2026 was ~~6.1~~ %."),
        ("- Blood sugar: 131 mg/dL", "- Blood sugar: ~~131~~ mg/dL"),
        ("Your HbA1c was 6.1 % and your potassium 6.1.", "Your HbA1c was 6.1 % and your potassium ~~6.1~~."),
        ("El colesterol HDL fue de 131 mg/dL.", "El colesterol HDL fue de ~~131~~ mg/dL."),
    ],
)
@pytest.mark.parametrize("step", [1, 4, 10_000])
def test_it_strikes_a_value_that_is_of_another_test(text: str, expected: str, step: int) -> None:
    assert grounded(text, step) == expected


def test_it_counts_what_it_checked() -> None:
    assert shown("7.4 % on 13 April 2020, then 9.9 %")[1:] == (3, 1)


@given(st.integers(min_value=1, max_value=9))
def test_it_says_the_same_however_the_text_is_cut(step: int) -> None:
    text = (
        "1. Your HbA1c [endocrinology-1] was 7.4 % (7.38) on April 13, 2020, not 7 or 42.5 on 14 April 2020.\n"
        "2. BP 177/95 and 178/95; in 2020 or 2019, the 13th of April 2020; 4/13/2020. Digoxin, metformin 500mg. B12 12"
    )

    assert shown(text, step) == shown(text)


@given(st.text(alphabet="0123456789.,/- AprilMay[]():digoxinmet\n~", max_size=80), st.integers(1, 7))
def test_it_says_the_same_of_any_text_however_it_is_cut(text: str, step: int) -> None:
    assert shown(text, step) == shown(text)


@given(st.text(max_size=60))
def test_it_changes_nothing_but_what_it_strikes(text: str) -> None:
    assert shown(text.replace("~", ""))[0].replace("~~", "") == text.replace("~", "")


def test_it_holds_back_only_what_may_still_grow() -> None:
    grounder = Grounder(CLAIMS)

    assert grounder.feed("Your latest ") == "Your latest "
    assert grounder.feed("HbA1c was 7") == "HbA1c was "
    assert grounder.feed(".4 ") == ""
    assert grounder.feed("% on 13 ") == "7.4 % on "
    assert grounder.feed("April ") == ""
    assert grounder.feed("2020 and ") == "13 April 2020 and "
    assert grounder.finish() == ""


def test_it_knows_a_drug_by_the_ending_of_its_name() -> None:
    assert all(is_drug(name) for name in ("lisinopril", "losartan", "atorvastatin", "apixaban", "sitagliptin"))
    assert not any(is_drug(word) for word in ("april", "cholesterol", "testosterone", "result", "statins"))


def test_it_reads_numbers_as_they_are_written() -> None:
    assert [str(parsed(text)) for text in ("7.4", "1,204", "7,4", "12,345.6")] == ["7.4", "1204", "7.4", "12345.6"]


@pytest.mark.parametrize(
    ("said", "struck"),
    [
        ("Your glucose was 120 mg/dL.", 0),
        ("Your glucose was 120 mmol/L.", 1),
        ("Your glucose was 120, high.", 0),
        ("The range is 65 mg/dL to 99 mg/dL.", 0),
        ("The range is 65 % to 99 %.", 2),
        ("El 24 de abril de 2026 fue 120 mg/dL.", 0),
        ("El 25 de abril de 2026 fue 120 mg/dL.", 1),
        ("En abril de 2026.", 0),
    ],
)
def test_it_matches_a_number_with_its_unit(said: str, struck: int) -> None:
    text = "Your latest glucose was 120 mg/dL on 24 April 2026. The range is 65 to 99 mg/dL."
    claim = Claim(id="a-1", kind="record", text=text, value=120.0, unit="mg/dL", date="2026-04-24")

    for pieces in ([said], list(said), [f"{word} " for word in said.split()]):
        grounder = Grounder([claim])
        for piece in pieces:
            grounder.feed(piece)
        grounder.finish()

        assert grounder.struck == struck
