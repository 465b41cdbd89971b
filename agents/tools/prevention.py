"""Vaccinations in the records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pydantic_ai import RunContext

from agents.events import Claim
from agents.records import Immunization
from agents.tools.desk import Desk, Report, report
from agents.tools.matching import matching
from agents.tools.measurements import span, spoken_span
from agents.tools.visits import dated_list, in_span, newest_first
from agents.wording import ago, count, day, listed

VACCINATIONS = "Vaccinations"
DATES = 3
"""Of each vaccine, so many dates are shown."""
_GENERAL = frozenset({"vaccine", "vaccines", "shot", "shots", "immunization", "immunizations", "vaccination", "jab"})


async def immunizations(
    ctx: RunContext[Desk], vaccine: str = "", since: date | None = None, until: date | None = None
) -> Report:
    """List and count the vaccinations in the records, newest first.

    Args:
        vaccine: What it is against, as the person says it; empty for all.
        since: Only from this day on.
        until: Only up to this day.
    """
    desk = ctx.deps
    rows = [row for row in given(desk, vaccine) if in_span(row.given, span(since, until))]
    when = spoken_span(since, until)
    if not rows:
        return report("none", [none_given(desk, vaccine, when)])
    noun = f"{spoken(vaccine)} vaccination{when}".strip()
    ordered = newest_first([(row.given, row.name, row.evidence) for row in rows])
    lead = dated_list(desk, ordered, noun, VACCINATIONS, shown=0)
    return report(count(len(rows), "vaccination"), [*lead, *by_vaccine(desk, rows)])


async def last_immunization(ctx: RunContext[Desk], vaccine: str) -> Report:
    """Find when a vaccine was last given, and how often it is in the records.

    Args:
        vaccine: What it is against, as the person says it.
    """
    desk = ctx.deps
    rows = given(desk, vaccine)
    dated = newest_first([(row.given, row.name, row.evidence) for row in rows])
    if not dated:
        return report("none", [none_given(desk, vaccine, "")])
    when, name, evidence = dated[0]
    past = f", {ago(when.day, desk.today)}" if when else ""
    times = "It is the only one in your records." if len(rows) == 1 else f"Your records hold {len(rows)} of them."
    claim = desk.state(
        f"Your last {spoken(vaccine)} vaccination in these records was on {day(when)}{past} ({name}). {times}",
        topic=VACCINATIONS,
        date=when.shown() if when else None,
        evidence=[evidence, *(row.evidence for row in rows)],
    )
    return report(claim.text, [claim])


def by_vaccine(desk: Desk, rows: Sequence[Immunization]) -> list[Claim]:
    """Each vaccine as an item with its dates, the newest first."""
    groups: dict[str, list[Immunization]] = {}
    for row in sorted(rows, key=lambda row: row.given.instant.timestamp() if row.given else 0.0, reverse=True):
        groups.setdefault(row.name, []).append(row)
    return [
        desk.state(
            f"{name}: {listed([day(row.given) for row in same[:DATES]])}{earlier(len(same) - DATES)}",
            topic=VACCINATIONS,
            date=same[0].given.shown() if same[0].given else None,
            evidence=[row.evidence for row in same],
        )
        for name, same in groups.items()
    ]


def earlier(more: int) -> str:
    return f", and {count(more, 'time')} before" if more > 0 else ""


def given(desk: Desk, vaccine: str) -> Sequence[Immunization]:
    """The vaccinations that were carried out, of one kind or all."""
    rows = [row for row in desk.records.immunizations if row.status not in ("not-done", "entered-in-error")]
    if not vaccine or vaccine.casefold() in _GENERAL:
        return rows
    return matching(rows, "pneumococcal" if "pneumonia" in vaccine.casefold() else vaccine)


def none_given(desk: Desk, vaccine: str, when: str) -> Claim:
    text = (
        f"There is no {spoken(vaccine)} vaccination in your records{when}.".replace("  ", " ")
        + " No record of it here does not mean that you never had it: pharmacies and other clinics keep their own."
    )
    return desk.state(text, kind="limit", topic=VACCINATIONS)


def spoken(vaccine: str) -> str:
    """`flu` for `flu shot`."""
    words = [word for word in vaccine.split() if word.casefold() not in _GENERAL]
    return " ".join(words)
