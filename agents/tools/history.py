"""What the records say beside measurements: conditions, allergies, procedures, visits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from pydantic_ai import RunContext

from agents.events import Claim
from agents.naming import as_written
from agents.question import Period
from agents.records import Condition, RecordDate
from agents.tools.desk import Desk, Report, report
from agents.tools.matching import matching
from agents.tools.measurements import span, spoken_span
from agents.wording import ago, count, day, listed

CONDITIONS = "Conditions"
ALLERGIES = "Allergies"
PROCEDURES = "Procedures"
VISITS = "Visits"
ACTIVE = frozenset({"active", "recurrence", "relapse"})
NOT_HELD = frozenset({"entered-in-error", "refuted"})
SHOWN = 12
"""Items of a list that are shown; the rest is counted."""
VISIT_KINDS = {"EMER": "emergency", "IMP": "inpatient", "ACUTE": "inpatient", "AMB": "outpatient", "VR": "virtual"}
"""Class codes of HL7 v3 ActEncounterCode."""
_TAG = re.compile(
    r"\s*\((?:disorder|finding|situation|procedure|regime/therapy|morphologic abnormality|event|observable entity)\)\Z"
)


async def problem_list(ctx: RunContext[Desk]) -> Report:
    """List the conditions that the records hold as active, with since when."""
    desk = ctx.deps
    active = [row for row in held(desk) if is_active(row)]
    if not active:
        rest = count(len(held(desk)), "condition")
        tail = f" They hold {rest} that are no longer active." if held(desk) else ""
        text = f"Your records list no active condition.{tail} That does not mean that you have none."
        return report("no active condition", [desk.state(text, kind="limit", topic=CONDITIONS)])
    groups = grouped(active)
    lead = desk.state(
        f"Your records list {count(len(groups), 'active condition')}:",
        topic=CONDITIONS,
        value=len(groups),
        evidence=[row.evidence for row in active],
    )
    items = [condition_item(desk, rows) for rows in groups]
    return report(count(len(groups), "active condition"), [lead, *items])


async def ever_diagnosed(ctx: RunContext[Desk], condition: str) -> Report:
    """Look whether the records hold a condition, now or in the past.

    Args:
        condition: The condition as the person says it.
    """
    desk = ctx.deps
    found = matching(held(desk), condition)
    if not found:
        text = (
            f"{as_written(condition)} is not among the conditions in your records. That does not mean that you "
            "do not have it or never had it: it may not have been written down here."
        )
        return report("not in the records", [desk.state(text, kind="limit", topic=CONDITIONS)])
    groups = grouped(found)
    lead = desk.state(
        f"Yes, your records list {listed([f'“{plain(rows[0].name)}”' for rows in groups])}.",
        topic=CONDITIONS,
        evidence=[row.evidence for row in found],
    )
    return report("in the records", [lead, *(condition_item(desk, rows) for rows in groups)])


async def allergies(ctx: RunContext[Desk], substance: str = "") -> Report:
    """List the allergies in the records, or look whether one of them is to a substance.

    Args:
        substance: A medicine or food that is asked about; empty for all allergies.
    """
    desk = ctx.deps
    rows = [row for row in desk.records.allergies if row.verification_status not in NOT_HELD]
    real = [row for row in rows if not row.negated and row.clinical_status not in ("resolved", "inactive")]
    negated = [row for row in rows if row.negated]
    if substance:
        return report("allergies checked", allergy_to(desk, substance, matching(real, substance), bool(real)))
    if real:
        names = dict.fromkeys(plain(row.name) for row in real)
        lead = desk.state(
            f"Your records list {count(len(names), 'allergy', 'allergies')}:",
            topic=ALLERGIES,
            value=len(names),
            evidence=[row.evidence for row in real],
        )
        items = [
            desk.state(
                f"{plain(row.name)}{reaction_of(row.reactions, row.criticality)}",
                topic=ALLERGIES,
                evidence=[row.evidence],
                date=row.recorded.shown() if row.recorded else None,
            )
            for row in real
        ]
        return report(count(len(names), "allergy", "allergies"), [lead, *items])
    if negated:
        text = f"Your records say: “{negated[0].name}”."
        return report("none known", [desk.state(text, topic=ALLERGIES, evidence=[row.evidence for row in negated])])
    text = (
        "No allergies are recorded here. That is not the same as having no allergies: nobody may have written them "
        "down. Tell every doctor and pharmacist about any reaction that you have had."
    )
    return report("none recorded", [desk.state(text, kind="limit", topic=ALLERGIES)])


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


def held(desk: Desk) -> list[Condition]:
    """The conditions that were not withdrawn."""
    return [row for row in desk.records.conditions if row.verification_status not in NOT_HELD]


def is_active(row: Condition) -> bool:
    """Whether the record's own status says so, or it has neither status nor end."""
    return row.clinical_status in ACTIVE or (not row.clinical_status and row.end is None)


def grouped(rows: Iterable[Condition]) -> list[list[Condition]]:
    """The rows of one name together, as they first appear, oldest row first."""
    groups: dict[str, list[Condition]] = {}
    for row in sorted(rows, key=lambda row: began(row).instant.timestamp() if began(row) else 0.0):  # type: ignore[union-attr]
        groups.setdefault(plain(row.name).casefold(), []).append(row)
    return list(groups.values())


def began(row: Condition) -> RecordDate | None:
    return row.onset or row.recorded


def condition_item(desk: Desk, rows: Sequence[Condition]) -> Claim:
    """One condition as an item: its name, since when, and whether it still holds."""
    first, last = rows[0], rows[-1]
    since = f", since {day(began(first))}" if began(first) else ""
    if is_active(last):
        state = "" if last.clinical_status else " (status not stated)"
    else:
        ended = f", ended {day(last.end)}" if last.end else ""
        state = f"{ended} ({last.clinical_status or 'no longer active'})"
    unsure = f" ({last.verification_status})" if last.verification_status in ("provisional", "unconfirmed") else ""
    return desk.state(
        f"{plain(first.name)}{since}{state}{unsure}",
        topic=CONDITIONS,
        date=start.shown() if (start := began(first)) else None,
        evidence=[row.evidence for row in rows],
    )


def allergy_to(desk: Desk, substance: str, found: Sequence[object], any_recorded: bool) -> list[Claim | None]:
    """What the list of allergies says about one substance."""
    if found:
        names = listed([f"“{plain(row.name)}”" for row in found])  # type: ignore[attr-defined]
        text = (
            f"Your records list an allergy that fits: {names}. "
            f"Before you take or eat {substance}, talk with a doctor or pharmacist."
        )
        evidence = [row.evidence for row in found]  # type: ignore[attr-defined]
        return [desk.state(text, topic=ALLERGIES, evidence=evidence, severity="attention")]
    text = (
        f"{as_written(substance)} is not among the allergies in your records."
        if any_recorded
        else f"No allergies are recorded here, so these records cannot tell about {substance}."
    )
    text += " That does not show that it is safe for you: ask a doctor or pharmacist, who can see everything you take."
    return [desk.state(text, kind="limit", topic=ALLERGIES)]


def reaction_of(reactions: Sequence[str], criticality: str | None) -> str:
    words = f": {listed([reaction.lower() for reaction in reactions])}" if reactions else ""
    return words + (" (marked as high risk)" if criticality == "high" else "")


def plain(name: str) -> str:
    """A name without its terminology's own tag: `Anemia` for `Anemia (disorder)`."""
    return _TAG.sub("", name).strip()


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
