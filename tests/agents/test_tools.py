"""What the tools say, through whole consultations: the words are what a person reads."""

from __future__ import annotations

import asyncio

import pytest

from agents.consultation import process_query
from agents.events import Claim, Finding, Grounding, Text
from agents.records import Allergy, Observation, RecordDate, Records
from tests.agents.rows import condition, lab, medicine, pressure, query, records, someone, vaccine


async def asked(question: str, person: Records | None = None) -> tuple[str, list[Claim]]:
    async with asyncio.timeout(30):
        events = [event async for event in process_query(query(question), records=person or someone())]
    assert all(event.struck == 0 for event in events if isinstance(event, Grounding))
    text = "".join(event.content for event in events if isinstance(event, Text))
    return text, [claim for event in events if isinstance(event, Finding) for claim in event.claims]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What is my latest LDL?", "Your latest LDL cholesterol was 144 mg/dL on 2 March 2020. That was 12 months ago"),
        ("What is my latest potassium?", "The lab's own range is 3.5 to 5 mmol/L, so this result is above it"),
        ("How many times has my LDL been measured?", "has been measured 7 times, from 2 March 2014 to 2 March 2020"),
        ("How many of my LDL results were above 120?", "3 of your 7 LDL cholesterol results were above 120 mg/dL"),
        ("What is the highest my LDL has ever been?", "Your highest LDL cholesterol was 144 mg/dL, on 2 March 2020"),
        ("What is the lowest LDL I have had?", "Your lowest LDL cholesterol was 98 mg/dL, on 2 March 2014"),
        ("Is my LDL going up or down over time?", "has been rising, by about 8 mg/dL a year, over 7 results"),
        ("Is my HbA1c going up or down?", "A trend needs at least five results; there are 2."),
        ("What is my latest LDL in mmol/L?", "3.72 mmol/L; it was recorded as 144 mg/dL on 2 March 2020"),
        ("What was my last blood pressure?", "Your latest blood pressure was 150/95 mmHg on 19 March 2021"),
        ("Which blood pressure category was my last reading in?", "in the range called stage 2. That is one reading"),
        ("What is my non-HDL cholesterol?", "Your non-HDL cholesterol was 145 mg/dL on 2 March 2020"),
        ("What average blood sugar does my latest A1c correspond to?", "an average blood sugar of about 165 mg/dL"),
        ("Estimate my kidney function (eGFR) from my latest creatinine", "which is in the range of stage G2"),
        ("Am I prediabetic?", "in the range used for diabetes (6.5 % and above)"),
        ("What medicines am I taking?", "Your records list 1 active medicine"),
        ("When was warfarin first prescribed?", "was first prescribed on 1 May 2019, 23 months ago"),
        ("Can I take ibuprofen with what I'm on?", "Together they make bleeding more likely"),
        ("What am I allergic to?", "No allergies are recorded here. That is not the same as having no allergies"),
        ("What are my active health conditions?", "Your records list 1 active condition"),
        ("Have I ever had pneumonia?", "Yes, your records list “Pneumonia”"),
        ("Have I ever been diagnosed with COPD?", "COPD is not among the conditions in your records. That does"),
        ("When did I last get a flu shot?", "on 1 October 2020, 6 months ago"),
        ("How many vaccinations do I have on record?", "Your records hold 2 vaccinations"),
        ("Which of my latest results are out of range?", "5.6 mmol/L on 13 April 2020, above the lab's range"),
        ("What does creatinine mean?", "Creatinine is a waste product"),
        ("What screenings am I due for?", "For a woman of 60, the US Preventive Services Task Force recommends"),
    ],
)  # fmt: skip
async def test_it_says_what_the_records_say(question: str, words: str) -> None:
    text, _ = await asked(question)

    assert words in text


async def test_an_answer_about_a_medicine_leaves_the_decision_to_the_prescriber() -> None:
    text, _ = await asked("Do any of my medicines clash with each other?")

    assert "not in this short list" in text
    assert "no interaction" not in text.lower()


async def test_two_results_of_one_time_are_both_shown() -> None:
    person = records(lab("potassium", 4.1, "2021-03-01"), lab("potassium", 5.9, "2021-03-01"))

    text, claims = await asked("What is my latest potassium?", person)

    assert "2 potassium results for 1 March 2021: 4.1 mmol/L and 5.9 mmol/L" in text
    assert len(claims[0].evidence) == 2


async def test_the_same_result_from_two_files_counts_once() -> None:
    person = records(lab("potassium", 4.1, "2021-03-01"), lab("potassium", 4.1, "2021-03-01"))

    text, _ = await asked("How many times has my potassium been measured?", person)

    assert "has been measured 1 time" in text


async def test_results_in_two_units_are_one_series() -> None:
    person = records(lab("glucose", 90, "2020-03-01"), lab("glucose", 5.5, "2021-03-01", unit="mmol/L"))

    text, _ = await asked("What is the highest my glucose has ever been?", person)

    assert "5.5 mmol/L, on 1 March 2021" in text


async def test_a_withdrawn_result_does_not_count() -> None:
    person = records(
        lab("potassium", 4.1, "2021-02-01"), lab("potassium", 9.9, "2021-03-01", status="entered-in-error")
    )

    text, _ = await asked("What is my latest potassium?", person)

    assert "4.1 mmol/L on 1 February 2021" in text
    assert "9.9" not in text


async def test_a_comparator_stays_with_its_value() -> None:
    text, _ = await asked("What is my latest CRP?", records(lab("crp", 0.6, "2021-03-01", comparator="<")))

    assert "was below 0.6 mg/L on 1 March 2021" in text


async def test_a_partial_date_is_shown_as_it_is() -> None:
    text, claims = await asked("What is my latest potassium?", records(lab("potassium", 4.1, "2020-05")))

    assert "on May 2020" in text or "in May 2020" in text
    assert claims[0].date == "2020-05"


async def test_adult_ranges_do_not_apply_to_a_child() -> None:
    text, _ = await asked(
        "What is my latest potassium?", records(lab("potassium", 6.1, "2021-03-01"), born="2010-01-01")
    )

    assert "adult ranges do not apply" in text
    assert "above" not in text


async def test_a_flag_that_does_not_fit_the_range_is_shown() -> None:
    row = lab("potassium", 4.5, "2021-03-01", reference_low=3.5, reference_high=5.1, flag="H")

    text, _ = await asked("What is my latest potassium?", records(row))

    assert "The lab itself marked it as high, which does not fit this range" in text


async def test_a_test_that_is_not_known_is_found_by_its_name() -> None:
    row = Observation(
        id="k",
        evidence="k",
        name="Vitamin K1 (phylloquinone)",
        value=0.8,
        unit="ng/mL",
        effective=RecordDate("2021-01-05"),
    )

    text, claims = await asked("What is my vitamin K level?", records(row))

    assert "0.8 ng/mL, on 5 January 2021" in text
    assert claims[0].evidence == ("k",)


async def test_a_negative_assertion_is_not_an_allergy() -> None:
    row = Allergy(id="a", evidence="a", name="No known allergy", negated=True)

    text, _ = await asked("What am I allergic to?", records(row))

    assert "Your records say: “No known allergy”" in text


async def test_only_the_status_active_makes_a_medicine_active() -> None:
    person = records(
        medicine("Metformin 500 MG", "2020-01-01", ""), medicine("Lisinopril 10 MG", "2020-01-01", "stopped")
    )

    text, _ = await asked("What medicines am I taking?", person)

    assert "Your records list no active medicine. They hold 2 medicines that are not marked as active" in text


async def test_a_condition_without_status_and_end_is_active_and_said_so() -> None:
    text, _ = await asked("What are my active health conditions?", records(condition("Asthma", "2015")))

    assert "Asthma, since 2015 (status not stated)" in text


async def test_a_severe_reading_comes_with_what_to_do() -> None:
    text, claims = await asked(
        "Which blood pressure category was my last reading in?", records(pressure(190, 100, "2021-01-02"))
    )

    assert "severe (>180/120)" in text
    assert "rest for five minutes and measure again" in text
    assert any(claim.severity == "urgent" for claim in claims)


async def test_a_result_dated_after_the_day_of_the_answer_is_said_to_be() -> None:
    text, _ = await asked("What is my latest potassium?", records(lab("potassium", 4.1, "2021-05-01")))

    assert "on 1 May 2021. That date lies after 1 April 2021, the day of this answer" in text


async def test_an_empty_record_is_said_to_be_empty() -> None:
    text, _ = await asked("Summarise my health for a new doctor", records(born="1960-01-01"))

    assert "There are no records here yet" in text


async def test_a_vaccine_is_found_by_what_it_is_against() -> None:
    person = records(vaccine("Td (adult) preservative free", "2013-02-19"), vaccine("zoster", "2019-08-16"))

    tetanus, _ = await asked("When did I last get a tetanus shot?", person)
    shingles, _ = await asked("When did I last get a shingles vaccine?", person)

    assert "19 February 2013" in tetanus
    assert "16 August 2019" in shingles


async def test_it_counts_an_entry_that_repeats_a_result_once_and_says_so() -> None:
    twice = [lab("ldl", 110, "2019-03-02", evidence=name) for name in ("one", "again")]

    text, claims = await asked("How many times has my LDL been measured?", records(twice, lab("ldl", 98, "2018-03-02")))

    assert "has been measured 2 times" in text
    assert "Your records hold 3 entries for them: 1 repeats the same value" in text
    assert {"one", "again"} <= {id_ for claim in claims for id_ in claim.evidence}


async def test_it_cites_every_entry_that_says_the_newest_result() -> None:
    twice = [lab("ldl", 110, "2019-03-02", evidence=name) for name in ("one", "again")]

    _, claims = await asked("What is my latest LDL?", records(twice))

    assert claims[0].evidence == ("one", "again")


async def test_it_explains_a_condition_and_looks_for_it() -> None:
    text, _ = await asked("What is hypertension?")

    assert text.startswith("High blood pressure means")
    assert "records" in text
