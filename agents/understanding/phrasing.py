"""An ask said back in words: as a statement of what was understood, and as a full question that means the same."""

from __future__ import annotations

from collections.abc import Sequence

from agents.concepts import CONCEPTS, GROUPS, mentions
from agents.question import Ask, Intent, Period
from agents.understanding.lexicon import CONDITIONS
from agents.understanding.scores import NAMES
from agents.wording import UNITS

_SPOKEN = {
    "a1c": "HbA1c",
    "glucose": "blood sugar",
    "egfr": "kidney filtration (eGFR)",
    "bun": "urea nitrogen",
    "co2": "bicarbonate",
    "bilirubin": "bilirubin",
    "vitamin_d": "vitamin D",
    "b12": "vitamin B12",
    "weight": "weight",
    "height": "height",
    "temperature": "temperature",
    "hrv": "heart rate variability",
    "wbc": "white blood cells",
    "rbc": "red blood cells",
    "psa": "PSA",
    "bmi": "BMI",
    "smoking": "smoking status",
    "sleep_duration": "sleep",
    "dxa": "bone density",
}

_SAID: dict[Intent, str] = {
    "latest_value": "Your latest {it}, and when it was taken",
    "last_date": "When you last had {it}",
    "count": "How many times {it} is in your records",
    "count_above": "How many of your {it} results were {limit}",
    "count_below": "How many of your {it} results were {limit}",
    "minimum": "Your lowest {it}",
    "maximum": "Your highest {it}",
    "mean_period": "Your average {it}",
    "trend": "How your {it} has changed over time",
    "compare_periods": "Your {it} {period} compared with {other}",
    "change": "How much your {it} has changed from the first to the latest result",
    "real_change": "Whether the change in your {it} is more than normal variation",
    "before_after_medicine": "Your {it} before and after {subject}",
    "correlation": "Whether {it} move together",
    "abnormal_list": "Which of your {it} are out of range",
    "explain_test": "What {it} is, and what it shows",
    "explain_result": "What your {it} result means",
    "medication_list": "The medicines that you take now",
    "medication_start": "When you started {subject}",
    "medication_history": "The medicines that you have taken before",
    "medication_interactions": "Whether your medicines affect each other",
    "medication_kidney": "Whether your medicines suit your kidneys",
    "medication_side_effect": "Whether a medicine could be behind what you notice",
    "allergies": "Your allergies",
    "conditions": "Your health conditions",
    "explain_condition": "What {subject} is, and what your records say about it",
    "ever_diagnosed": "Whether {subject} is in your records",
    "procedures": "Your procedures and operations",
    "encounters": "Your visits",
    "immunizations": "Your vaccinations",
    "last_immunization": "When you last had {subject}",
    "immunization_count": "How many vaccinations are in your records",
    "screening_due": "Which check-ups and screenings are suggested for you",
    "risk_score": "Your {score}",
    "visit_summary": "A summary of your health",
    "visit_questions": "What to ask your doctor",
    "lifestyle": "What you can do yourself{about}",
    "wearable": "Your {it} from your watch or phone",
    "unit_conversion": "Your {it} in {unit}",
    "out_of_scope": "Something that I cannot help with",
    "out_of_record": "Your {subject}, which is not one of the tests I know",
    "privacy": "A question about whose records are shown or kept",
    "smalltalk": "What I can do for you",
    "unclear": "I am not sure what you would like to know",
}

_ASKED: dict[Intent, str] = {
    "latest_value": "What is my latest {it}?",
    "last_date": "When was my last {it}?",
    "count": "How many times have I had {it}?",
    "count_above": "How many of my {it} results were {limit}?",
    "count_below": "How many of my {it} results were {limit}?",
    "minimum": "What is the lowest my {it} has ever been?",
    "maximum": "What is the highest my {it} has ever been?",
    "mean_period": "What was my average {it}?",
    "trend": "How has my {it} changed over time?",
    "compare_periods": "How does my {it} {period} compare with {other}?",
    "change": "How much has my {it} changed from the first to the latest result?",
    "real_change": "Is the change in my {it} more than normal variation?",
    "before_after_medicine": "Did my {it} change after I started {subject}?",
    "correlation": "Is there a relation between my {it}?",
    "abnormal_list": "Which of my results are out of range?",
    "explain_test": "What is {it} and what does it show?",
    "explain_result": "What does my {it} result mean?",
    "medication_list": "Which medicines am I taking now?",
    "medication_start": "When did I start {subject}?",
    "medication_history": "Which medicines did I take in the past?",
    "medication_interactions": "Do my medicines interact with {subject}?",
    "medication_kidney": "Are my medicines safe for my kidneys?",
    "medication_side_effect": "Could {subject} be a side effect of one of my medicines?",
    "allergies": "What am I allergic to?",
    "conditions": "What are my health conditions?",
    "explain_condition": "What is {subject}?",
    "ever_diagnosed": "Have I ever been diagnosed with {subject}?",
    "procedures": "Which procedures have I had?",
    "encounters": "When was I last seen by a doctor?",
    "immunizations": "Which vaccinations have I had?",
    "last_immunization": "When did I last get a {subject} vaccine?",
    "immunization_count": "How many vaccinations do I have on record?",
    "screening_due": "Which screenings am I due for?",
    "risk_score": "What is my {score}?",
    "visit_summary": "Can you summarise my health?",
    "visit_questions": "What should I ask my doctor?",
    "lifestyle": "How can I improve my {it} with food and exercise?",
    "wearable": "What is my average {it} a day?",
    "unit_conversion": "What is my latest {it} in {unit}?",
}

_WITH_SUBJECT: dict[Intent, str] = {
    "medication_list": "Whether you take {subject}, and how",
    "medication_history": "When {subject} was prescribed and stopped",
    "medication_interactions": "Whether {subject} goes with your medicines",
    "medication_side_effect": "Whether {subject} could come from one of your medicines",
    "allergies": "Whether an allergy to {subject} is in your records",
    "conditions": "Whether {subject} is among your conditions",
    "procedures": "Whether and when you had {subject}",
    "encounters": "Your visits: {subject}",
    "immunizations": "Whether you had the {subject} vaccine",
    "screening_due": "Whether {subject} is due for you",
    "last_immunization": "When you last had the {subject} vaccine",
    "immunization_count": "How many {subject} vaccines are in your records",
}
_WITH_SUBJECT_ASKED: dict[Intent, str] = {
    "medication_list": "Am I taking {subject}?",
    "medication_history": "When did I take {subject} in the past?",
    "allergies": "Am I allergic to {subject}?",
    "conditions": "Do I have {subject}?",
    "immunization_count": "How many {subject} vaccines have I had?",
    "screening_due": "Am I due for a {subject}?",
    "immunizations": "Have I had the {subject} vaccine?",
    "procedures": "Have I had a {subject}?",
}
_UNDATED = frozenset(
    {"compare_periods", "explain_test", "medication_start", "risk_score", "out_of_record", "unit_conversion"}
)


def summary_of(asks: Sequence[Ask]) -> str:
    """One plain sentence that says what was understood."""
    parts = list(dict.fromkeys(_said(ask) for ask in asks))
    first, *others = parts
    sentence = "; ".join([first, *(part[:1].lower() + part[1:] for part in others)])
    return f"{sentence}."


def question_for(ask: Ask) -> str:
    """A full question that is understood as this ask."""
    template = _ASKED[ask.intent]
    if ask.subject:
        template = _WITH_SUBJECT_ASKED.get(ask.intent, template)
    if ask.intent == "medication_list" and (ask.subject in CONDITIONS or mentions(ask.subject)):
        template = "What do I take for {subject}?"
    if ask.intent == "before_after_medicine" and not ask.concepts:
        template = "Is my {subject} working?"
    if ask.intent == "count" and not ask.concepts and not ask.subject:
        template = "How many visits have I had?"
    dated = ask.period is not None and ask.intent not in _UNDATED and ask.intent != "trend"
    question = _filled(template, ask)
    return f"{question[:-1]} {ask.period.label}?" if dated and ask.period else question


def name_of(concepts: Sequence[str]) -> str:
    """What the concepts are called together: `blood pressure`, `LDL cholesterol and HbA1c`."""
    named: list[str] = []
    rest = list(concepts)
    for group in GROUPS:
        if len(group.concepts) > 1 and all(concept in rest for concept in group.concepts):
            named.append(group.display[:1].lower() + group.display[1:])
            rest = [concept for concept in rest if concept not in group.concepts]
    named += [_concept_name(concept) for concept in rest]
    return " and ".join([", ".join(named[:-1]), named[-1]]) if len(named) > 1 else "".join(named)


def _concept_name(concept: str) -> str:
    if concept in _SPOKEN:
        return _SPOKEN[concept]
    display = CONCEPTS[concept].display
    return display if display[1:2].isupper() or display[2:3].isupper() else display[:1].lower() + display[1:]


def _said(ask: Ask) -> str:
    template = _WITH_SUBJECT.get(ask.intent, _SAID[ask.intent]) if ask.subject else _SAID[ask.intent]
    said = _filled(template, ask)
    return f"{said}, {ask.period.label}" if ask.period and ask.intent != "compare_periods" else said


def _filled(template: str, ask: Ask) -> str:
    about = name_of(ask.concepts) or ask.subject
    limit = ask.threshold
    return template.format(
        it=about or ("results" if ask.intent == "abnormal_list" else "it"),
        subject=ask.subject or "a medicine",
        about=f" about your {about}" if about else "",
        period=_label(ask.period),
        other=_label(ask.other_period).removeprefix("in "),
        unit=UNITS.get(ask.unit or "", ask.unit or "another unit"),
        score=NAMES[ask.score] if ask.score else "risk score",
        limit=f"{'above' if limit.comparator.startswith('>') else 'below'} {limit.value:g}" if limit else "",
    )


def _label(period: Period | None) -> str:
    return period.label if period else "then"
