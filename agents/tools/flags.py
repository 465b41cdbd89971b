"""Which of the newest results are outside their range."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from pydantic_ai import RunContext

from agents.clinical.flags import Flag
from agents.concepts import CONCEPTS
from agents.events import Claim
from agents.naming import called, short, titled, topic_of
from agents.tools.desk import Desk, Report, report
from agents.tools.measurements import span, spoken_span
from agents.tools.ranges import compared, standing
from agents.tools.series import Point, Series, series
from agents.wording import OLD_DAYS, count, day, listed

TOPIC = "Results outside their range"
SHOWN = 15
CHECKED = frozenset(
    {"diabetes", "lipids", "kidney", "electrolytes", "liver", "blood_count", "iron", "vitamins", "thyroid", "hormones"}
    | {"inflammation", "clotting", "heart", "prostate"}
)
"""Categories of concepts that are laboratory tests."""
ADVICE = (
    "A result outside its range is common and often harmless, but it is worth asking your doctor about, above all when "
    "it is far outside or keeps moving the same way."
)


class Checked(NamedTuple):
    """The newest result of one test beside its range."""

    series: Series
    point: Point
    standing: Flag | None


async def out_of_range(
    ctx: RunContext[Desk],
    concepts: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
) -> Report:
    """List which of the newest laboratory results are outside their range, how many are inside, and what has no range.

    Args:
        concepts: Ids of the concepts to look at; empty for every laboratory test in the records.
        since: Only results from this day on.
        until: Only results up to this day.
    """
    desk = ctx.deps
    chosen = tuple(concepts) or tuple(laboratory(desk))
    checked = [found for concept in chosen if (found := newest_checked(desk, concept, since, until))]
    if not checked:
        text = f"There is no laboratory result in your records{spoken_span(since, until)}."
        return report("no results", [desk.state(text, kind="limit", topic=TOPIC)])
    outside = [found for found in checked if is_outside(found)]
    outside.sort(key=lambda found: found.point.when.instant, reverse=True)
    inside = [found for found in checked if found.standing is not None and not is_outside(found)]
    without = [found for found in checked if found.standing is None and not is_outside(found)]
    claims: list[Claim | None] = [lead(desk, checked, outside, inside)]
    claims += [outside_item(desk, found) for found in outside[:SHOWN]]
    claims += [what_was_compared(desk, checked), not_compared(desk, without), old_note(desk, checked)]
    claims.append(desk.state(ADVICE, kind="advice", topic=TOPIC) if outside else None)
    return report(f"{len(outside)} of {len(checked)} outside their range", claims)


def laboratory(desk: Desk) -> Iterator[str]:
    """The laboratory tests in the records, in the table's order."""
    for concept in CONCEPTS.values():
        if concept.category in CHECKED and desk.records.by_concept.get(concept.id):
            yield concept.id


def newest_checked(desk: Desk, concept: str, since: date | None, until: date | None) -> Checked | None:
    found = series(desk.records, concept).within(span(since, until))
    if not found:
        return None
    point = found.points[-1]
    return Checked(found, point, standing(desk, point.row))


def is_outside(found: Checked) -> bool:
    """Outside the range, or marked so by the lab."""
    place = found.standing
    return place is not None and (place.place != "inside" or place.lab_flag in ("low", "high"))


def lead(desk: Desk, checked: Sequence[Checked], outside: Sequence[Checked], inside: Sequence[Checked]) -> Claim:
    total = len(inside) + len(outside)
    if outside:
        verb = "is" if len(outside) == 1 else "are"
        text = f"{len(outside)} of the newest results of {count(total, 'test')} {verb} outside the range:"
    else:
        text = f"The newest results of {total} of {count(len(checked), 'test')} are inside their range."
    return desk.state(
        text,
        kind="computed",
        topic=TOPIC,
        value=len(outside),
        evidence=[found.point.row.evidence for found in (outside or inside)],
        formula="comparison with the range",
    )


def outside_item(desk: Desk, found: Checked) -> Claim:
    """One result outside its range as an item, with value, date and range."""
    name = titled(called(found.series.concept))
    return desk.state(
        f"**{name}**: {found.series.dated(found.point)}{compared(found.standing)}",
        topic=TOPIC,
        value=found.point.value,
        unit=found.series.unit,
        date=found.point.when.shown(),
        concept=found.series.concept,
        evidence=[found.point.row.evidence],
        severity="attention",
    )


def what_was_compared(desk: Desk, checked: Iterable[Checked]) -> Claim | None:
    """Whose ranges these are."""
    general = [found for found in checked if found.standing is not None and found.standing.kind == "general adult"]
    if not general:
        return None
    text = (
        f"For {count(len(general), 'test')} your records print no range of the lab, so a general adult range was used. "
        "Your lab's own range may differ a little."
    )
    return desk.state(text, kind="limit", topic=TOPIC)


def not_compared(desk: Desk, without: Sequence[Checked]) -> Claim | None:
    if not without:
        return None
    names = listed([short(found.series.concept) for found in without])
    return desk.state(f"Not checked, as there is no range to compare with: {names}.", kind="limit", topic=TOPIC)


def old_note(desk: Desk, checked: Sequence[Checked]) -> Claim | None:
    """How many of these results are old."""
    limit = desk.today - timedelta(days=OLD_DAYS)
    old = [found for found in checked if found.point.date < limit]
    if not old:
        return None
    oldest = min(old, key=lambda found: found.point.when.instant)
    text = (
        f"{len(old)} of these {count(len(checked), 'result')} {'is' if len(old) == 1 else 'are'} more than a year old; "
        f"the oldest is from {day(oldest.point.when)} ({topic_of(oldest.series.concept)})."
    )
    return desk.state(text, kind="limit", topic=TOPIC, evidence=[found.point.row.evidence for found in old])
