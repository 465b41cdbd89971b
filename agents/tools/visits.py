"""What was done and when: procedures, visits, and the last entry of anything."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from pydantic_ai import RunContext

from agents.events import Claim
from agents.naming import as_written
from agents.question import Period
from agents.records import RecordDate
from agents.tools.conditions import plain
from agents.tools.desk import Desk, Report, report
from agents.tools.matching import matching
from agents.tools.measurements import span, spoken_span
from agents.wording import ago, count, day

PROCEDURES = "Procedures"
VISITS = "Visits"
SHOWN = 12
"""Items of a list that are shown; the rest is counted."""
VISIT_KINDS = {"EMER": "emergency", "IMP": "inpatient", "ACUTE": "inpatient", "AMB": "outpatient", "VR": "virtual"}
"""Class codes of HL7 v3 ActEncounterCode."""


async def procedures(
    ctx: RunContext[Desk], procedure: str = "", since: date | None = None, until: date | None = None
) -> Report:
    """List the procedures in the records, or find the newest one of a kind.

    Args:
        procedure: The procedure as the person says it; empty for all.
        since: Only from this day on.
        until: Only up to this day.
    """
    desk = ctx.deps
    period = span(since, until)
    rows = [
        row
        for row in (matching(desk.records.procedures, procedure) if procedure else desk.records.procedures)
        if row.status not in ("entered-in-error", "not-done") and in_span(row.performed, period)
    ]
    when = spoken_span(since, until)
    if not rows:
        text = (
            f"There is no {procedure or 'procedure'} in your records{when}. "
            "It may have been done somewhere whose records are not here."
        )
        return report("none", [desk.state(text, kind="limit", topic=PROCEDURES)])
    ordered = newest_first([(row.performed, plain(row.name), row.evidence) for row in rows])
    return report(count(len(rows), "procedure"), dated_list(desk, ordered, f"procedure{when}", PROCEDURES))


async def encounters(
    ctx: RunContext[Desk], kind: str = "", since: date | None = None, until: date | None = None
) -> Report:
    """List or count the visits in the records, newest first.

    Args:
        kind: `emergency`, `inpatient`, `outpatient`, words of a visit's name or reason, or empty for all.
        since: Only from this day on.
        until: Only up to this day.
    """
    desk = ctx.deps
    period = span(since, until)
    wanted = visit_kind(kind)
    rows = [row for row in desk.records.encounters if row.status not in ("entered-in-error", "cancelled", "planned")]
    rows = [row for row in rows if in_span(row.start, period)]
    if wanted:
        rows = [row for row in rows if VISIT_KINDS.get(row.kind) == wanted]
    elif kind:
        rows = matching(rows, kind, lambda row: f"{row.name} {row.reason or ''}")
    name = f"{wanted or kind} visit".strip()
    when = spoken_span(since, until)
    if not rows:
        text = f"There is no {name} in your records{when}. Visits elsewhere may not be in these records."
        return report("none", [desk.state(text, kind="limit", topic=VISITS)])
    ordered = newest_first(
        [
            (row.start, plain(row.name) + (f", for {plain(row.reason).lower()}" if row.reason else ""), row.evidence)
            for row in rows
        ]
    )
    return report(count(len(rows), name), dated_list(desk, ordered, f"{name}{when}", VISITS))


async def last_entry(ctx: RunContext[Desk], words: str) -> Report:
    """Find when something was last done, among procedures, vaccinations, results, visits and documents.

    Args:
        words: What was done, as the person says it.
    """
    desk = ctx.deps
    kinds: list[tuple[str, list[tuple[RecordDate | None, str, str]]]] = [
        ("procedure", [(row.performed, row.name, row.evidence) for row in matching(desk.records.procedures, words)]),
        ("vaccination", [(row.given, row.name, row.evidence) for row in matching(desk.records.immunizations, words)]),
        ("result", [(row.effective, row.name, row.evidence) for row in matching(desk.records.observations, words)]),
        ("visit", [(row.start, row.name, row.evidence) for row in matching(desk.records.encounters, words)]),
        ("document", [(row.dated, row.name, row.evidence) for row in matching(desk.records.documents, words)]),
    ]
    claims: list[Claim | None] = [last_of(desk, kind, newest_first(rows)) for kind, rows in kinds if rows]
    if claims:
        return report(count(len(claims), "kind of entry", "kinds of entries"), claims)
    text = (
        f"There is no record of {words} here. That does not mean that you never had it: it may have been done "
        "somewhere whose records are not here."
    )
    return report("none", [desk.state(text, kind="limit", topic=as_written(words))])


def last_of(desk: Desk, kind: str, rows: Sequence[tuple[RecordDate | None, str, str]]) -> Claim:
    """The newest entry of one kind, in a sentence."""
    when, name, evidence = rows[0]
    past = f", {ago(when.day, desk.today)}" if when else ""
    times = "It is the only one in your records" if len(rows) == 1 else f"Your records hold {len(rows)} of them"
    return desk.state(
        f"The newest {kind} that fits is “{plain(name)}”, on {day(when)}{past}. {times}.",
        topic=PROCEDURES,
        date=when.shown() if when else None,
        evidence=[evidence, *(row[2] for row in rows[1:SHOWN])],
    )


def dated_list(
    desk: Desk, rows: Sequence[tuple[RecordDate | None, str, str]], noun: str, topic: str, shown: int = SHOWN
) -> list[Claim | None]:
    """A lead with how many and the newest date, then the newest ones as items."""
    plural = plural_of(noun)
    newest = rows[0][0]
    last = f" The newest was on {day(newest)}" + (f", {ago(newest.day, desk.today)}." if newest else ".")
    more = f" The newest {shown} are:" if 0 < shown < len(rows) else ""
    lead = desk.state(
        f"Your records hold {count(len(rows), noun, plural)}.{last if newest else ''}{more}",
        topic=topic,
        value=len(rows),
        date=newest.shown() if newest else None,
        evidence=[evidence for _, _, evidence in rows],
    )
    items = [
        desk.state(
            f"{day(when)}: {name}",
            topic=topic,
            date=when.shown() if when else None,
            evidence=[evidence],
        )
        for when, name, evidence in rows[:shown]
    ]
    return [lead, *items]


def plural_of(noun: str) -> str:
    """`emergency visits in 2019` for `emergency visit in 2019`."""
    return re.sub(r"\b(procedure|visit|vaccination)\b", r"\1s", noun, count=1)


def newest_first(rows: Iterable[tuple[RecordDate | None, str, str]]) -> list[tuple[RecordDate | None, str, str]]:
    return sorted(rows, key=lambda row: row[0].instant.timestamp() if row[0] else float("-inf"), reverse=True)


def in_span(when: RecordDate | None, period: Period | None) -> bool:
    return period is None or (when is not None and period.holds(when.day))


def visit_kind(words: str) -> str:
    """`emergency`, `inpatient`, `outpatient` or `virtual` where the words mean one; else nothing."""
    text = words.casefold()
    if re.search(r"\b(emergency|er|a&e|ed|casualty|urgent)\b", text):
        return "emergency"
    if re.search(r"\b(hospital\w*|inpatient|admitted|admission\w*|stays?)\b", text):
        return "inpatient"
    if re.search(r"\b(outpatient|ambulatory|office)\b", text):
        return "outpatient"
    return "virtual" if re.search(r"\b(virtual|video|telehealth|telemedicine)\b", text) else ""
