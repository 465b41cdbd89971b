"""The whole picture: what the records hold, and what to ask a doctor."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic_ai import RunContext

from agents.clinical.age import age_on
from agents.clinical.interactions import interactions
from agents.events import Claim
from agents.naming import short
from agents.tools.desk import Desk, Report, report
from agents.tools.flags import Checked, is_outside, laboratory, newest_checked
from agents.tools.medicines import by_name
from agents.wording import OLD_DAYS, ago, count, day, listed

TOPIC = "Your records"
QUESTIONS = "Questions for your doctor"
ASKED_ABOUT = 4
"""Results outside their range that become a question each."""


async def record_summary(ctx: RunContext[Desk]) -> Report:
    """Say what the records hold, from when to when, and how old the newest entries are."""
    desk = ctx.deps
    records = desk.records
    kinds = [
        (len(records.observations), "measurement", ""),
        (len(records.conditions), "entry of a condition", "entries of conditions"),
        (len(records.medications), "prescription", ""),
        (len(records.immunizations), "vaccination", ""),
        (len(records.procedures), "procedure", ""),
        (len(records.encounters), "visit", ""),
    ]
    held = [count(amount, noun, plural) for amount, noun, plural in kinds if amount]
    if not held:
        text = "There are no records here yet. Once you import some, I can look things up in them."
        return report("no records", [desk.state(text, kind="limit", topic=TOPIC)])
    text = f"This is what your records here say as of {day(desk.today)}: {listed(held)}{measured_span(desk)}."
    claims: list[Claim | None] = [person(desk), desk.state(text, topic=TOPIC, evidence=newest_evidence(desk))]
    claims.append(desk.state("Care elsewhere, and what nobody wrote down, is not in it.", kind="limit", topic=TOPIC))
    return report(listed(held), claims)


async def question_list(ctx: RunContext[Desk]) -> Report:
    """Suggest questions for the next visit, from what stands out in the records."""
    desk = ctx.deps
    items = [*about_results(desk), *about_interactions(desk), *about_medicines(desk), *about_old(desk)]
    if not items:
        text = "Nothing in these records stands out to ask about. Bring your own worries: they count as much."
        return report("nothing stands out", [desk.state(text, kind="limit", topic=QUESTIONS)])
    lead = desk.state("You could ask your doctor:", kind="computed", topic=QUESTIONS)
    own = desk.state(
        "Add what worries you most, and take your list of medicines along.", kind="advice", topic=QUESTIONS
    )
    return report(count(len(items), "question"), [lead, *items, own])


def person(desk: Desk) -> Claim | None:
    """Age and sex as the records have them."""
    patient = desk.records.patient
    years = age_on(patient.birth_date, desk.today)
    if years is None:
        return None
    sex = f", {patient.sex}" if patient.sex in ("female", "male") else ""
    return desk.state(
        f"You are {count(years, 'year')} old{sex}.",
        kind="computed",
        topic=TOPIC,
        value=years,
        unit="a",
        formula="age from the date of birth",
    )


def measured_span(desk: Desk) -> str:
    dated = [row.effective for row in desk.records.observations if row.effective is not None]
    if not dated:
        return ""
    return f". Measurements go from {day(dated[0])} to {day(dated[-1])} ({ago(dated[-1].day, desk.today)})"


def newest_evidence(desk: Desk) -> list[str]:
    return [row.evidence for row in desk.records.observations[-1:]]


def outside(desk: Desk) -> Iterator[Checked]:
    """The newest laboratory results that are outside their range, the newest first."""
    checked = (newest_checked(desk, concept, None, None) for concept in laboratory(desk))
    found = [one for one in checked if one is not None and is_outside(one)]
    yield from sorted(found, key=lambda one: one.point.when.instant, reverse=True)


def about_results(desk: Desk) -> Iterator[Claim]:
    for one in list(outside(desk))[:ASKED_ABOUT]:
        name = short(one.series.concept)
        yield desk.state(
            f"“My {name} was {one.series.dated(one.point)}, outside the range. What does that mean for me, and "
            "should it be checked again?”",
            topic=QUESTIONS,
            value=one.point.value,
            unit=one.series.unit,
            date=one.point.when.shown(),
            concept=one.series.concept,
            evidence=[one.point.row.evidence],
            severity="attention",
        )


def about_interactions(desk: Desk) -> Iterator[Claim]:
    """Of the gravest entries that a short list of interactions has for the active medicines."""
    active = [row for row in desk.records.medications if row.status == "active"]
    grave = [hit for hit in interactions([row.name for row in active]) if hit.severity in ("contraindicated", "major")]
    for hit in grave[:ASKED_ABOUT]:
        yield desk.state(
            f"“My records list {listed(hit.medicines)} together. Is that right for me?”",
            topic=QUESTIONS,
            evidence=[row.evidence for row in active if row.name in hit.medicines],
            source=hit.source,
            severity="attention",
        )


def about_medicines(desk: Desk) -> Iterator[Claim]:
    active = by_name(row for row in desk.records.medications if row.status == "active")
    if active:
        yield desk.state(
            f"“My records list {count(len(active), 'active medicine')}. Is that list right, and do I still need "
            "each of them?”",
            topic=QUESTIONS,
            value=len(active),
            evidence=[rows[-1].evidence for rows in active],
        )


def about_old(desk: Desk) -> Iterator[Claim]:
    """Whether tests that were once outside their range and are old should be done again."""
    old = [one for one in outside(desk) if (desk.today - one.point.date).days > OLD_DAYS][:ASKED_ABOUT]
    if old:
        names = listed([short(one.series.concept) for one in old])
        yield desk.state(
            f"“My {names} {'has' if len(old) == 1 else 'have'} not been measured for over a year. Is it time again?”",
            topic=QUESTIONS,
            evidence=[one.point.row.evidence for one in old],
        )
