"""Cholesterol figures that are worked out from one sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pydantic_ai import RunContext

from agents.clinical.lipids import SAMPSON_SOURCE, ldl_sampson
from agents.clinical.lipids import non_hdl as clinical_non_hdl
from agents.clinical.refused import Refused
from agents.concepts import CONCEPTS
from agents.events import Claim
from agents.naming import called, topic_of
from agents.tools.desk import Desk, Report, report
from agents.tools.measurements import none_of
from agents.tools.names import defined
from agents.tools.series import Point, Series, series
from agents.wording import age_note, day, listed, quantity

UNIT = "mg/dL"


class Sample(NamedTuple):
    """Results of one sample, in mg/dL, in the order of the concepts asked for."""

    series: Sequence[Series]
    points: Sequence[Point]

    @property
    def values(self) -> list[float]:
        return [point.row.canonical_value or 0.0 for point in self.points]

    @property
    def evidence(self) -> list[str]:
        return [point.row.evidence for point in self.points]


async def non_hdl(ctx: RunContext[Desk]) -> Report:
    """Work out non-HDL cholesterol from the newest sample that has total and HDL cholesterol."""
    desk = ctx.deps
    sample = newest_sample(desk, "total_cholesterol", "hdl")
    if sample is None:
        return no_sample(desk, "non_hdl", "total_cholesterol", "hdl")
    total, hdl = sample.values
    result = clinical_non_hdl(total, hdl)
    if isinstance(result, Refused):
        return refused(desk, "non_hdl", result)
    claim = worked_out(desk, "non_hdl", result, sample, "total minus HDL cholesterol", CONCEPTS["non_hdl"].source)
    return report(claim.text, [claim, defined(desk, "non_hdl")])


async def ldl_estimate(ctx: RunContext[Desk]) -> Report:
    """Work out LDL cholesterol from the newest sample that has total cholesterol, HDL and triglycerides."""
    desk = ctx.deps
    sample = newest_sample(desk, "total_cholesterol", "hdl", "triglycerides")
    if sample is None:
        return no_sample(desk, "ldl", "total_cholesterol", "hdl", "triglycerides")
    total, hdl, triglycerides = sample.values
    result = ldl_sampson(total, hdl, triglycerides)
    if isinstance(result, Refused):
        return refused(desk, "ldl", result)
    claim = worked_out(desk, "ldl", result, sample, "Sampson-NIH equation", SAMPSON_SOURCE)
    return report(claim.text, [claim, defined(desk, "ldl")])


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


def worked_out(desk: Desk, concept: str, value: float, sample: Sample, formula: str, source: str) -> Claim:
    point = sample.points[0]
    parts = listed(
        [f"{called(found.concept)} {found.shown(one)}" for found, one in zip(sample.series, sample.points, strict=True)]
    )
    return desk.state(
        f"Your {called(concept)} was {quantity(value, UNIT)} on {day(point.when)}. It is worked out from one sample: "
        f"{parts} ({formula}).{age_note(point.date, desk.today)}",
        kind="computed",
        topic=topic_of(concept),
        value=value,
        unit=UNIT,
        date=point.when.shown(),
        concept=concept,
        evidence=sample.evidence,
        formula=formula,
        source=source,
    )


def no_sample(desk: Desk, concept: str, *needed: str) -> Report:
    names = listed([called(one) for one in needed])
    if not any(series(desk.records, one) for one in needed):
        return none_of(desk, concept)
    text = f"Your {called(concept)} cannot be worked out: no single sample in your records has {names}."
    return report("no sample", [desk.state(text, kind="limit", topic=topic_of(concept))])


def refused(desk: Desk, concept: str, why: Refused) -> Report:
    text = f"Your {called(concept)} was not worked out: {why.reason}."
    return report("not worked out", [desk.state(text, kind="limit", topic=topic_of(concept))])
