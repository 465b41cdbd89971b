"""What food and habits can do: short advice with its source, and what in the records speaks for care."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from pydantic_ai import RunContext

from agents.events import Claim
from agents.tools.conditions import held, is_active
from agents.tools.desk import Desk, Report, report
from agents.tools.matching import matching
from agents.wording import count

TOPIC = "Food and habits"
CHANGES_FIRST = "Before a big change in what you eat or how you exercise, talk with your doctor or dietitian."


class Advice(msgspec.Struct, frozen=True):
    """Advice for people in general, with where it comes from."""

    text: str
    source: str


HEART = Advice(
    "Eat more vegetables, fruit, whole grains, beans, nuts and fish; less red and processed meat, sugar and salt.",
    "ACC/AHA, Guideline on the primary prevention of cardiovascular disease, 2019 (class I)",
)
ACTIVITY = Advice(
    "Move: at least 150 minutes a week at a pace that makes you breathe faster, or 75 minutes of hard exercise.",
    "World Health Organization, Guidelines on physical activity and sedentary behaviour, 2020 (strong)",
)
WEIGHT = Advice(
    "If you carry extra weight, losing 5 % of it or more helps blood pressure, blood sugar and blood fats.",
    "ACC/AHA, Guideline on the primary prevention of cardiovascular disease, 2019 (class I)",
)
SALT = Advice(
    "Eat less salt: below 2,300 mg of sodium a day, and better still towards 1,500 mg.",
    "AHA/ACC, Guideline for high blood pressure in adults, 2025 (class 1)",
)
ALCOHOL = Advice(
    "Less alcohol is better for blood pressure; none is best.",
    "AHA/ACC, Guideline for high blood pressure in adults, 2025 (class 1)",
)
FATS = Advice(
    "Swap butter, fatty meat and coconut oil for plant oils, nuts and fish, and eat more fibre such as oats and beans.",
    "AHA/ACC, Guideline on the management of blood cholesterol, 2018 (class I)",
)
TRIGLYCERIDES = Advice(
    "Cut down on sugar, sweet drinks, white bread and alcohol: they raise triglycerides most.",
    "ACC, Expert consensus on the management of hypertriglyceridemia, 2021",
)
SUGAR = Advice(
    "Choose vegetables, whole foods and water; keep sweet drinks and refined flour for rare occasions.",
    "American Diabetes Association, Standards of Care in Diabetes 2026, section 5 (level B)",
)
SMOKING = Advice(
    "If you smoke, stopping is the single step that helps the heart most; ask for help with it.",
    "ACC/AHA, Guideline on the primary prevention of cardiovascular disease, 2019 (class I)",
)
KIDNEYS = Advice(
    "For the kidneys: less salt (below 2 g of sodium a day), no extra protein powders, and care with pain killers.",
    "KDIGO, Clinical practice guideline for chronic kidney disease, 2024 (level 2C)",
)
POTASSIUM = Advice(
    "Potassium is in fruit, vegetables, beans, and in salt substitutes. Whether you should eat more or less of it "
    "depends on your kidneys and your medicines, so ask before you change it.",
    "KDIGO, Clinical practice guideline for chronic kidney disease, 2024 (practice point)",
)
GOUT = Advice(
    "For uric acid: less alcohol, sweet drinks with fructose, red meat and shellfish.",
    "American College of Rheumatology, Guideline for the management of gout, 2020 (conditional)",
)
SLEEP = Advice(
    "Adults do best with 7 hours of sleep or more, at regular times.",
    "American Academy of Sleep Medicine and Sleep Research Society, Recommended amount of sleep, 2015",
)
BONES = Advice(
    "Vitamin D comes from sunlight, oily fish, eggs and fortified food. Whether you need a supplement is for your "
    "doctor to say.",
    "Endocrine Society, Vitamin D for the prevention of disease, 2024",
)

FOR_CONCEPT: dict[str, tuple[Advice, ...]] = {
    **dict.fromkeys(("ldl", "total_cholesterol", "non_hdl", "apob"), (FATS, HEART, ACTIVITY, WEIGHT)),
    "hdl": (ACTIVITY, SMOKING, WEIGHT),
    "triglycerides": (TRIGLYCERIDES, ACTIVITY, WEIGHT),
    **dict.fromkeys(("systolic", "diastolic"), (SALT, HEART, ACTIVITY, ALCOHOL, WEIGHT)),
    **dict.fromkeys(("a1c", "glucose", "insulin"), (SUGAR, ACTIVITY, WEIGHT)),
    **dict.fromkeys(("weight", "bmi", "waist"), (WEIGHT, ACTIVITY, HEART)),
    **dict.fromkeys(("egfr", "creatinine", "uacr", "bun"), (KIDNEYS, ACTIVITY)),
    "potassium": (POTASSIUM,),
    "sodium": (SALT,),
    "uric_acid": (GOUT, WEIGHT),
    "sleep_duration": (SLEEP, ACTIVITY),
    **dict.fromkeys(("steps", "vo2max", "heart_rate", "hrv"), (ACTIVITY, SLEEP)),
    **dict.fromkeys(("vitamin_d", "calcium", "dxa"), (BONES, ACTIVITY)),
    "smoking": (SMOKING,),
}
GENERAL = (HEART, ACTIVITY, SLEEP, SMOKING)
FOR_WORDS: dict[str, tuple[str, ...]] = {
    "ldl": ("cholesterol", "lipid"),
    "systolic": ("blood pressure", "hypertension"),
    "a1c": ("sugar", "diabet", "a1c"),
    "weight": ("weight", "bmi", "fat", "obes"),
    "egfr": ("kidney",),
    "uric_acid": ("gout", "uric"),
    "sleep_duration": ("sleep",),
    "steps": ("exercise", "active", "fit"),
}


async def lifestyle_advice(ctx: RunContext[Desk], concept: str = "", topic: str = "") -> Report:
    """Give general advice on food and habits for one measurement, with its source, and cautions from the records.

    Args:
        concept: Id of the concept that is to change, such as `ldl`; empty for health in general.
        topic: What it is about in the person's words, where it is no concept.
    """
    desk = ctx.deps
    chosen = concept or next((key for key, words in FOR_WORDS.items() if any(w in topic.casefold() for w in words)), "")
    advice = FOR_CONCEPT.get(chosen, GENERAL)
    lead = desk.state("What often helps, for most adults:", kind="advice", topic=TOPIC)
    items = [
        desk.state(one.text.rstrip("."), kind="advice", topic=TOPIC, source=one.source, concept=chosen or None)
        for one in advice
    ]
    end = desk.state(CHANGES_FIRST, kind="advice", topic=TOPIC)
    return report(count(len(items), "piece of advice", "pieces of advice"), [lead, *items, *cautions(desk), end])


def cautions(desk: Desk) -> Iterator[Claim]:
    """What in the records speaks for asking first."""
    active = [row for row in held(desk) if is_active(row)]
    kidneys = matching(active, "kidney disease")
    if kidneys:
        text = "Your records list kidney disease: ask before you eat more potassium or protein or use salt substitutes."
        yield desk.state(text, kind="limit", topic=TOPIC, evidence=[row.evidence for row in kidneys])
    warfarin = matching([row for row in desk.records.medications if row.status == "active"], "warfarin")
    if warfarin:
        text = (
            "Your records list warfarin: keep leafy greens (vitamin K) about the same from week to week, and ask first."
        )
        yield desk.state(text, kind="limit", topic=TOPIC, evidence=[row.evidence for row in warfarin])
    diabetes = matching(active, "diabetes")
    if diabetes:
        text = "Your records list diabetes: with some medicines, more exercise or less food can drop the sugar too low."
        yield desk.state(text, kind="limit", topic=TOPIC, evidence=[row.evidence for row in diabetes])
