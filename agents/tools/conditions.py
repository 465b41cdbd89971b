"""The conditions in the records: which are active, and which ever were."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pydantic_ai import RunContext

from agents.conditions import described
from agents.events import Claim
from agents.naming import as_written
from agents.records import Condition, RecordDate
from agents.tools.desk import Desk, Report, report
from agents.tools.matching import matching
from agents.wording import count, day, listed

CONDITIONS = "Conditions"
ACTIVE = frozenset({"active", "recurrence", "relapse"})
NOT_HELD = frozenset({"entered-in-error", "refuted"})
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
    return report(*recorded(ctx.deps, condition))


async def explain_condition(ctx: RunContext[Desk], condition: str) -> Report:
    """Say what a condition is, in plain words, and whether the records hold it.

    Args:
        condition: The condition as the person says it.
    """
    desk = ctx.deps
    known = described(condition)
    about = (
        desk.state(known.about, kind="knowledge", topic=CONDITIONS, source=known.source)
        if known
        else desk.state(
            f"I have no explanation of {condition} that I could name a source for. Your doctor or pharmacist "
            f"can tell you.",
            kind="limit",
            topic=CONDITIONS,
        )
    )
    summary, said = recorded(desk, condition)
    advice = desk.state(
        "What it means for you depends on how far it goes and on your other results: ask your doctor.",
        kind="advice",
        topic=CONDITIONS,
    )
    return report(f"about {condition}; {summary}", [about, *said, advice])


def recorded(desk: Desk, condition: str) -> tuple[str, list[Claim]]:
    """Whether the records hold a condition: in a few words, and as claims."""
    found = matching(held(desk), condition)
    if not found:
        text = (
            f"{as_written(condition)} is not among the conditions in your records. That does not mean that you "
            "do not have it or never had it: it may not have been written down here."
        )
        return "not in the records", [desk.state(text, kind="limit", topic=CONDITIONS)]
    groups = grouped(found)
    lead = desk.state(
        f"Yes, your records list {listed([f'“{plain(rows[0].name)}”' for rows in groups])}.",
        topic=CONDITIONS,
        evidence=[row.evidence for row in found],
    )
    return "in the records", [lead, *(condition_item(desk, rows) for rows in groups)]


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


def plain(name: str) -> str:
    """A name without its terminology's own tag: `Anemia` for `Anemia (disorder)`."""
    return _TAG.sub("", name).strip()
