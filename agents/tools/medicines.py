"""The medicines in the records: which are active, since when, and what they were."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic_ai import RunContext

from agents.clinical.medicines import classes_of, ingredients
from agents.events import Claim
from agents.naming import as_written
from agents.records import Medication, RecordDate
from agents.tools.conditions import plain
from agents.tools.desk import Desk, Report, report
from agents.tools.matching import matching
from agents.wording import OLD_DAYS, ago, capitalised, count, day, listed

MEDICINES = "Medicines"
ASK_FIRST = "Do not start, stop or change a medicine because of this list: talk with your doctor or pharmacist first."
OFTEN_FOR: dict[str, frozenset[str]] = {
    "blood pressure": frozenset(
        {"ace_inhibitor", "arb", "thiazide", "beta_blocker", "dihydropyridine", "calcium_channel_slow", "loop_diuretic"}
    ),
    "cholesterol": frozenset({"statin", "ezetimibe", "fenofibrate", "gemfibrozil"}),
    "diabetes": frozenset({"insulin", "sulfonylurea", "sglt2", "metformin", "sitagliptin", "pioglitazone"}),
    "sugar": frozenset({"insulin", "sulfonylurea", "sglt2", "metformin", "sitagliptin", "pioglitazone"}),
    "pain": frozenset({"nsaid", "opioid", "acetaminophen"}),
    "blood thin": frozenset({"vka", "doac", "heparin", "antiplatelet"}),
    "depression": frozenset({"ssri", "snri", "tricyclic", "bupropion", "mirtazapine"}),
    "stomach": frozenset({"ppi", "famotidine", "ranitidine"}),
}
"""Classes and ingredients (`agents.clinical.medicines`) by what people say that they are for."""
ENDED = frozenset({"stopped", "completed", "ended", "cancelled", "inactive", "on-hold"})


async def active_medicines(ctx: RunContext[Desk], purpose: str = "") -> Report:
    """List the medicines that the records hold as active, with since when.

    Args:
        purpose: Only those recorded for this purpose or named so; empty for all.
    """
    desk = ctx.deps
    active = [row for row in desk.records.medications if row.status == "active"]
    if not active:
        held = len({row.name.casefold() for row in desk.records.medications})
        tail = (
            f" They hold {count(held, 'medicine')} that {'is' if held == 1 else 'are'} not marked as active."
            if held
            else ""
        )
        text = f"Your records list no active medicine.{tail} Medicines you buy yourself may not be in these records."
        return report("no active medicine", [desk.state(text, kind="limit", topic=MEDICINES)])
    chosen = serving(active, purpose) if purpose else active
    if not chosen:
        return report("none for that purpose", [*unknown_purpose(desk, purpose), *listing(desk, active)])
    return report(count(len(by_name(chosen)), "active medicine"), listing(desk, chosen, purpose))


async def medicine_timeline(ctx: RunContext[Desk], medicine: str = "") -> Report:
    """Tell when a medicine was first and last prescribed and whether it is active; of all medicines without a name.

    Args:
        medicine: The medicine as the person says it; empty for all.
    """
    desk = ctx.deps
    rows = [row for row in desk.records.medications if row.status != "entered-in-error"]
    found = named(rows, medicine) if medicine else rows
    if not found:
        return report("not in the records", [not_listed(desk, medicine)])
    if medicine:
        return report("in the records", [timeline(desk, rows) for rows in by_name(found)])
    groups = by_name(found)
    lead = desk.state(
        f"Your records hold {count(len(groups), 'medicine')}, active and past:",
        topic=MEDICINES,
        value=len(groups),
        evidence=[row.evidence for row in found],
    )
    return report(count(len(groups), "medicine"), [lead, *(history_item(desk, rows) for rows in groups)])


def named(rows: Sequence[Medication], words: str) -> list[Medication]:
    """The medicines with that name, or of the class that is meant, such as "the statin"."""
    meant = words.casefold().rstrip("s").replace(" ", "_")
    return matching(rows, words) or [row for row in rows if meant in classes(row)]


def serving(rows: Sequence[Medication], purpose: str) -> list[Medication]:
    """The medicines recorded for a purpose or named so, and those of a kind that is often used for it."""
    said = {row.id for row in matching(rows, purpose, lambda row: f"{row.name} {row.reason or ''}")}
    kinds = {kind for words, kinds in OFTEN_FOR.items() if words in purpose.casefold() for kind in kinds}
    return [row for row in rows if row.id in said or (not row.reason and kinds & classes(row))] or named(rows, purpose)


def classes(row: Medication) -> frozenset[str]:
    return frozenset(kind for ingredient in ingredients(row.name) for kind in (*classes_of(ingredient), ingredient))


def not_listed(desk: Desk, medicine: str) -> Claim:
    text = (
        f"{as_written(medicine) or 'No medicine'} is not among the medicines in your records. "
        "It may have been prescribed or bought somewhere whose records are not here."
    )
    return desk.state(text, kind="limit", topic=MEDICINES)


def listing(desk: Desk, rows: Sequence[Medication], purpose: str = "") -> list[Claim | None]:
    """A lead, the medicines as items, and what to do with such a list."""
    groups = by_name(rows)
    aim = f" recorded for {purpose}, or of a kind often used for it" if purpose else ""
    lead = desk.state(
        f"Your records list {count(len(groups), 'active medicine')}{aim}:",
        topic=MEDICINES,
        value=len(groups),
        evidence=[row.evidence for row in rows],
    )
    items = [active_item(desk, same) for same in groups]
    oldest = [same for same in groups if (since := newest(same)) and (desk.today - since.day).days > 5 * OLD_DAYS]
    old = (
        desk.state(
            f"{count(len(oldest), 'of these entries is', 'of these entries are')} more than 5 years old and still "
            "marked as active. Check with your doctor or pharmacist whether the list is up to date.",
            kind="limit",
            topic=MEDICINES,
            evidence=[row.evidence for same in oldest for row in same],
        )
        if oldest
        else None
    )
    return [
        lead,
        *items,
        old,
        desk.state(ASK_FIRST, kind="advice", topic=MEDICINES),
    ]


def unknown_purpose(desk: Desk, purpose: str) -> list[Claim | None]:
    text = f"Your records do not say which medicines are for {purpose}. Your pharmacist can tell you."
    return [desk.state(text, kind="limit", topic=MEDICINES)]


def active_item(desk: Desk, rows: Sequence[Medication]) -> Claim:
    first = rows[0]
    since = f", first prescribed {day(start)}" if (start := first.start) else ""
    dosage = f" (as written: {last.dosage})" if (last := rows[-1]).dosage else ""
    reason = f", for {plain(last.reason).lower()}" if last.reason else ""
    return desk.state(
        f"{first.name}{reason}{since}{dosage}",
        topic=MEDICINES,
        date=start.shown() if start else None,
        evidence=[row.evidence for row in rows],
    )


def timeline(desk: Desk, rows: Sequence[Medication]) -> Claim:
    """First and last prescription of one medicine, in a sentence."""
    first, last = rows[0], rows[-1]
    start = first.start
    text = f"{first.name} was first prescribed on {day(start)}"
    text += f", {ago(start.day, desk.today)}." if start else "."
    if len(rows) > 1 and last.start:
        text += f" Your records hold {count(len(rows), 'prescription')} of it, the newest from {day(last.start)}."
    text += f" {capitalised(status_of(rows))}."
    return desk.state(
        text,
        topic=MEDICINES,
        date=start.shown() if start else None,
        evidence=[row.evidence for row in rows],
    )


def history_item(desk: Desk, rows: Sequence[Medication]) -> Claim:
    start = rows[0].start
    return desk.state(
        f"{rows[0].name}, first prescribed {day(start)}: {status_of(rows)}",
        topic=MEDICINES,
        date=start.shown() if start else None,
        evidence=[row.evidence for row in rows],
    )


def status_of(rows: Sequence[Medication]) -> str:
    """What the records say about whether it is taken now."""
    if any(row.status == "active" for row in rows):
        return "it is marked as active"
    last = rows[-1]
    ended = f" on {day(last.end)}" if last.end else ""
    if last.status in ENDED:
        return f"it is marked as {last.status}{ended}, so not as active"
    return "the records do not say whether it is active"


def by_name(rows: Iterable[Medication]) -> list[list[Medication]]:
    """The prescriptions of one name together, oldest first; the names in alphabetical order."""
    groups: dict[str, list[Medication]] = {}
    for row in sorted(rows, key=lambda row: row.start.instant.timestamp() if row.start else float("-inf")):
        groups.setdefault(row.name.casefold(), []).append(row)
    return [groups[name] for name in sorted(groups)]


def newest(rows: Sequence[Medication]) -> RecordDate | None:
    return rows[-1].start


def names_of(rows: Iterable[Medication]) -> str:
    return listed(list(dict.fromkeys(row.name for row in rows)))
