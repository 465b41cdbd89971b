"""The newest results of tests that belong together, each beside its range."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic_ai import RunContext

from agents.concepts import GROUPS
from agents.events import Claim
from agents.naming import called, short, titled
from agents.tools.desk import Desk, Report, report
from agents.tools.names import concept_of
from agents.tools.ranges import compared, standing
from agents.tools.series import Point, Series, series
from agents.wording import OLD_DAYS, count, listed


async def panel(ctx: RunContext[Desk], concepts: Sequence[str]) -> Report:
    """Look up the newest result of several tests at once, each with date and range.

    Args:
        concepts: Ids of the concepts, such as `total_cholesterol`, `ldl`, `hdl` and `triglycerides`.
    """
    desk = ctx.deps
    topic = topic_of_all(concepts)
    found: list[Series] = []
    missing: list[str] = []
    for concept in concepts:
        concept_of(concept)
        results = series(desk.records, concept)
        found += [results] if results else []
        missing += [] if results else [short(concept)]
    claims: list[Claim | None] = []
    if found:
        claims.append(desk.state("Your newest results:", topic=topic, evidence=[]))
        claims += [result_item(desk, results, topic) for results in found]
        claims.append(general_note(desk, found, topic))
    if missing:
        claims.append(
            desk.state(f"There is no result in your records for {listed(missing, 'or')}.", kind="limit", topic=topic)
        )
    return report(f"{count(len(found), 'test')} found", claims)


def topic_of_all(concepts: Sequence[str]) -> str:
    """The name of the group that they are, if they are one."""
    named = next((group.display for group in GROUPS if set(concepts) <= set(group.concepts)), None)
    return named or "Newest results"


def result_item(desk: Desk, found: Series, topic: str) -> Claim:
    """One result as an item, with date, age and range."""
    point = found.points[-1]
    beside = standing(desk, point.row)
    return desk.state(
        f"**{titled(called(found.concept))}**: {found.dated(point)}{compared(beside)}{aged(desk, point)}",
        topic=topic,
        value=point.value,
        unit=found.unit,
        date=point.when.shown(),
        concept=found.concept,
        evidence=[point.row.evidence],
        severity="attention" if beside and beside.place != "inside" else "info",
    )


def aged(desk: Desk, point: Point) -> str:
    return ", more than a year old" if (desk.today - point.date).days > OLD_DAYS else ""


def general_note(desk: Desk, found: Sequence[Series], topic: str) -> Claim | None:
    """That general ranges were used, where the lab printed none."""
    beside = [standing(desk, results.points[-1].row) for results in found]
    if not any(one and one.kind == "general adult" for one in beside):
        return None
    text = (
        "Where your records print no range of the lab, a general adult range was used; your lab's may differ a little."
    )
    return desk.state(text, kind="limit", topic=topic)
