"""Results that were taken together, and what is worked out from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from agents.clinical.refused import Refused
from agents.events import Claim, Severity
from agents.naming import short
from agents.records import RecordDate
from agents.tools.desk import Desk, Report, report
from agents.tools.measurements import none_of
from agents.tools.series import Point, Series, series
from agents.wording import age_note, day, listed


class Sample(NamedTuple):
    """Results of one sample, in the order of the concepts asked for."""

    series: Sequence[Series]
    points: Sequence[Point]

    @property
    def values(self) -> list[float]:
        """In the concepts' own units."""
        return [point.row.canonical_value or 0.0 for point in self.points]

    @property
    def evidence(self) -> list[str]:
        return [id_ for point in self.points for id_ in point.evidence]

    @property
    def when(self) -> RecordDate:
        return self.points[0].when

    @property
    def parts(self) -> str:
        """`total cholesterol 180 mg/dL and HDL cholesterol 55 mg/dL`."""
        pairs = zip(self.series, self.points, strict=True)
        return listed([f"{short(found.concept)} {found.shown(point)}" for found, point in pairs])


def newest_sample(desk: Desk, *concepts: str) -> Sample | None:
    """The newest results of all the concepts that were taken at one time."""
    all_series = [series(desk.records, concept) for concept in concepts]
    first, others = all_series[0], all_series[1:]
    for point in reversed(first.points):
        partners = [partner(point, other) for other in others]
        if point.row.canonical_value is not None and all(partners):
            return Sample(all_series, [point, *(one for one in partners if one is not None)])
    return None


def partner(point: Point, other: Series) -> Point | None:
    """The other result of the same sample: of the same panel, else of the same time, else of the same day."""
    there = [one for one in other.points if one.date == point.date and one.row.canonical_value is not None]
    same_panel = [one for one in there if one.row.panel and one.row.panel == point.row.panel]
    same_time = [one for one in there if one.when.text == point.when.text]
    return next(iter([*same_panel[-1:], *same_time[-1:], *there[-1:]]), None)


def worked_out(
    desk: Desk,
    lead: str,
    *,
    sample: Sample,
    topic: str,
    formula: str,
    source: str,
    value: float | None = None,
    unit: str | None = None,
    concept: str | None = None,
    severity: Severity = "info",
) -> Claim:
    """What was worked out from a sample, in `lead`, then from what and of when."""
    return desk.state(
        f"{lead} It is worked out from results of {day(sample.when)}: {sample.parts} ({formula})."
        f"{age_note(sample.when.day, desk.today)}",
        kind="computed",
        topic=topic,
        value=value,
        unit=unit,
        date=sample.when.shown(),
        concept=concept,
        evidence=sample.evidence,
        formula=formula,
        source=source,
        severity=severity,
    )


def no_sample(desk: Desk, what: str, *needed: str, topic: str) -> Report:
    """That no single sample has all that is needed, and which of it there is no result of at all."""
    missing = [concept for concept in needed if not series(desk.records, concept)]
    if len(missing) == len(needed) == 1:
        return none_of(desk, missing[0])
    names = listed([short(concept) for concept in needed])
    text = f"{what} cannot be worked out: no single sample in your records has {names}."
    if missing:
        text += f" There is no {listed([short(concept) for concept in missing], 'or')} result at all."
    return report("no sample", [desk.state(text, kind="limit", topic=topic)])


def not_worked_out(desk: Desk, what: str, why: Refused, *, topic: str) -> Report:
    """That a formula may not be used here, and why."""
    return report(
        "not worked out", [desk.state(f"{what} was not worked out: {why.reason}.", kind="limit", topic=topic)]
    )
