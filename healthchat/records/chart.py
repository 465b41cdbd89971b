"""Charts as SVG made on the server: no script and no inline style, so that they show, print and read without either."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import ceil, floor, log10

import msgspec
from django.utils.dateformat import format as date_format

WIDTH = 720
HEIGHT = 280
TOP, RIGHT, BOTTOM, LEFT = 22, 24, 40, 72
SPARK_WIDTH = 120
SPARK_HEIGHT = 32
MANY_POINTS = 90
"""Beyond these, points are drawn without marks of their own, and days are thinned out in the sparkline."""


class Point(msgspec.Struct, frozen=True):
    """A value on a day, and where it stands: `low`, `inside`, `high`, or "" where that is not known."""

    day: date
    value: float
    place: str
    shown: str
    """Value, unit and date in words."""
    link: str


class Mark(msgspec.Struct, frozen=True):
    x: float
    y: float
    point: Point
    shape: str
    """The `d` of its path: a disc inside its range, a triangle up above it, down below it."""


class Tick(msgspec.Struct, frozen=True):
    at: float
    label: str


class Chart(msgspec.Struct, frozen=True):
    """All a template needs to draw one."""

    line: str
    marks: tuple[Mark, ...]
    values: tuple[Tick, ...]
    times: tuple[Tick, ...]
    band: tuple[float, float] | None
    """Top and height of the reference range."""
    dense: bool
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    inner: int = WIDTH - RIGHT - LEFT
    label_at: int = LEFT - 10


def chart(points: Sequence[Point], *, low: float | None, high: float | None) -> Chart | None:
    """Draw a series, oldest first, over its reference range; None with fewer than two values."""
    if len(points) < 2:
        return None
    values = [point.value for point in points]
    edges = [edge for edge in (low, high) if edge is not None and _near(edge, values)]
    ticks = _steps(min(*values, *edges) if edges else min(values), max(*values, *edges) if edges else max(values))
    first, last = points[0].day.toordinal(), points[-1].day.toordinal()

    def x(day: date) -> float:
        share = (day.toordinal() - first) / (last - first) if last > first else 0.5
        return round(LEFT + 10 + share * (WIDTH - LEFT - RIGHT - 20), 1)

    def y(value: float) -> float:
        share = (value - ticks[0]) / (ticks[-1] - ticks[0])
        return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)

    places = [(x(point.day), y(point.value)) for point in points]
    band = None
    if low is not None or high is not None:
        top = y(min(high, ticks[-1])) if high is not None else y(ticks[-1])
        bottom = y(max(low, ticks[0])) if low is not None else y(ticks[0])
        band = (top, round(bottom - top, 1)) if bottom > top else None
    dense = len(points) > MANY_POINTS
    return Chart(
        line=" ".join(f"{across},{down}" for across, down in places),
        marks=tuple(
            Mark(across, down, point, _shape(across, down, point.place, 2.6 if dense else 5))
            for (across, down), point in zip(places, points, strict=True)
        ),
        values=tuple(Tick(y(tick), f"{tick:g}") for tick in ticks),
        times=tuple(Tick(x(day), label) for day, label in _times(points[0].day, points[-1].day)),
        band=band,
        dense=dense,
    )


def spark(values: Sequence[float]) -> tuple[str, float, float] | None:
    """The points of a small line, and where its last one is; None with fewer than two values."""
    if len(values) < 2:
        return None
    step = max(1, len(values) // 60)
    thinned = [*values[:-1:step], values[-1]]
    low, high = min(thinned), max(thinned)
    inner = SPARK_HEIGHT - 10
    places = [
        (
            round(4 + place * (SPARK_WIDTH - 8) / (len(thinned) - 1), 1),
            round(5 + inner * (1 - (value - low) / (high - low)) if high > low else SPARK_HEIGHT / 2, 1),
        )
        for place, value in enumerate(thinned)
    ]
    return " ".join(f"{across},{down}" for across, down in places), *places[-1]


def _near(edge: float, values: Sequence[float]) -> bool:
    """Whether a range's edge is close enough to be drawn without flattening the values."""
    low, high = min(values), max(values)
    room = max(high - low, abs(high) * 0.25, 1e-9)
    return low - 1.5 * room <= edge <= high + 1.5 * room


def _steps(low: float, high: float) -> list[float]:
    """Four to seven round numbers from below `low` to above `high`."""
    span = (high - low) or abs(high) * 0.2 or 1.0
    rough = span / 4
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    start, end = floor(low / step), ceil(high / step)
    if start == end:
        end += 1
    return [round(place * step, 10) for place in range(start, end + 1)]


def _times(first: date, last: date) -> list[tuple[date, str]]:
    """Years where the series is long, months where it is not, days where it is short."""
    years = last.year - first.year
    if years >= 2:
        step = max(1, ceil(years / 6))
        return [(date(year, 1, 1), str(year)) for year in range(first.year + 1, last.year + 1, step)]
    months = (last.year - first.year) * 12 + last.month - first.month
    if months >= 2:
        step = max(1, ceil(months / 5))
        starts = [divmod(first.year * 12 + first.month - 1 + place, 12) for place in range(1, months + 1, step)]
        return [(date(year, month + 1, 1), date_format(date(year, month + 1, 1), "M ’y")) for year, month in starts]
    if first == last:
        return [(first, date_format(first, "j M Y"))]
    return [(first, date_format(first, "j M")), (last, date_format(last, "j M Y"))]


def _shape(x: float, y: float, place: str, size: float) -> str:
    if place == "high":
        return f"M{x} {y - size - 1}l{size + 1} {2 * size}h{-2 * size - 2}z"
    if place == "low":
        return f"M{x} {y + size + 1}l{size + 1} {-2 * size}h{-2 * size - 2}z"
    return f"M{x - size} {y}a{size} {size} 0 1 0 {2 * size} 0a{size} {size} 0 1 0 {-2 * size} 0z"
