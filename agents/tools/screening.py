"""Screenings that are recommended at this age and sex, with the last record of each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic_ai import RunContext

from agents.clinical.age import age_on
from agents.clinical.refused import Refused
from agents.clinical.screening import Due, screening_due
from agents.events import Claim
from agents.naming import as_written
from agents.tools.desk import Desk, Report, report
from agents.tools.visits import last_entry
from agents.wording import ago, capitalised, count, day

TOPIC = "Screening"
LIMIT = (
    "These are for people without special risks or complaints. No record of it here does not mean that it is "
    "overdue: it may have been done elsewhere. Ask your doctor which of them fit you."
)
_WORDS = re.compile(r"[a-z]{4,}")
_NAMES = {
    "mammogram": "breast",
    "mammography": "breast",
    "colonoscopy": "colorectal",
    "pap": "cervical",
    "smear": "cervical",
    "colon": "colorectal",
    "bone": "osteoporosis",
}


async def screening(ctx: RunContext[Desk], test: str = "") -> Report:
    """List the screenings that the USPSTF recommends (A, B) at this age and sex, with the last record of each.

    Args:
        test: One screening that is asked about, as the person says it; empty for all.
    """
    desk = ctx.deps
    found = screening_due(desk.records, desk.today)
    if isinstance(found, Refused):
        text = f"Which screenings fit you cannot be told: {found.reason}."
        return report("cannot be told", [desk.state(text, kind="limit", topic=TOPIC)])
    chosen = [due for due in found if meant(due, test)] if test else list(found)
    if not chosen:
        looked = await last_entry(ctx, test)
        text = f"{as_written(test)} is not among the screenings recommended for everyone at your age and sex."
        claim = desk.state(text, kind="limit", topic=TOPIC, source="USPSTF, grades A and B")
        return report("not in the list", [claim, *(desk.claims[one["id"]] for one in looked["claims"])])
    # What depends on things that the records do not say comes up where it is asked about.
    for_all = chosen if test else [due for due in chosen if not due.screening.needs]
    claims: list[Claim | None] = [lead(desk, for_all), *(item(desk, due) for due in for_all)]
    claims += [depending(desk, len(chosen) - len(for_all)), desk.state(LIMIT, kind="limit", topic=TOPIC)]
    return report(count(len(for_all), "screening"), claims)


def meant(due: Due, test: str) -> bool:
    """Whether the recommendation is the one that is asked about."""
    words = {_NAMES.get(word, word) for word in _WORDS.findall(test.casefold())} - {
        "screening",
        "screen",
        "test",
        "check",
    }
    words |= {_NAMES[word] for word in test.casefold().split() if word in _NAMES}
    about = f"{due.screening.id} {due.screening.what} {due.screening.note}".casefold()
    return any(word in about for word in words)


def depending(desk: Desk, more: int) -> Claim | None:
    if not more:
        return None
    text = f"{more} more {'depends' if more == 1 else 'depend'} on risks that these records do not settle."
    return desk.state(text, kind="limit", topic=TOPIC)


def lead(desk: Desk, chosen: Sequence[Due]) -> Claim:
    patient = desk.records.patient
    age = age_on(patient.birth_date, desk.today)
    sex = {"female": " woman", "male": " man"}.get(patient.sex, " person")
    noun = count(len(chosen), "screening")
    return desk.state(
        f"For a{sex} of {age}, the US Preventive Services Task Force recommends {noun}:",
        kind="computed",
        topic=TOPIC,
        value=len(chosen),
        formula="age and sex against the list",
        source="USPSTF, grades A and B",
    )


def item(desk: Desk, due: Due) -> Claim:
    """One recommendation with what the records have of it."""
    entry = due.screening
    last = f"last record {day(due.last)}, {ago(due.last.day, desk.today)}" if due.last else due.status
    if due.last and due.status == "longer ago than advised":
        last += "; that is longer ago than advised"
    depends = f"; only with {' or '.join(entry.needs)}" if entry.needs else ""
    return desk.state(
        f"**{capitalised(entry.what)}** ({entry.note}{depends}): {last}",
        kind="computed",
        topic=TOPIC,
        date=due.last.shown() if due.last else None,
        evidence=[due.evidence] if due.evidence else [],
        source=entry.source,
        severity="attention" if due.status == "longer ago than advised" else "info",
    )
