"""Trend, change, before and after, correlation."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.clinical.before_after import before_after
from agents.clinical.change import change, reference_change_value
from agents.clinical.correlation import correlate
from agents.clinical.refused import Refused
from agents.clinical.trend import Point, Trend, mann_kendall, trend

START = date(2020, 1, 1)


def points(*values: float, every: int = 90) -> list[Point]:
    return [Point(START + timedelta(days=every * index), value) for index, value in enumerate(values)]


def test_it_finds_a_rise() -> None:
    found = trend(points(1, 2, 3, 4, 5, every=365))

    assert isinstance(found, Trend)
    assert found.direction == "rising"
    assert found.p == pytest.approx(0.0275, abs=1e-4)
    assert found.slope_per_year == pytest.approx(1.0007, abs=1e-3)
    assert (found.n, found.change, found.span_days) == (5, 4, 1460)


def test_it_corrects_for_ties() -> None:
    p, sign = mann_kendall([1, 1, 2, 2, 3, 3])

    assert sign == 1
    assert p == pytest.approx(0.02885, abs=1e-4)


def test_it_calls_no_trend_on_four_points() -> None:
    assert trend(points(1, 2, 3, 4)) == Refused("a trend needs at least 5 results, and there are 4")


def test_it_calls_no_trend_on_one_day() -> None:
    assert isinstance(trend(points(1, 2, 3, 4, 5, every=0)), Refused)


def test_it_sees_no_trend_in_what_does_not_change() -> None:
    found = trend(points(5, 5, 5, 5, 5, 5))

    assert isinstance(found, Trend)
    assert (found.direction, found.p, found.slope_per_year) == ("no clear trend", 1.0, 0)


@given(st.lists(st.floats(-1e3, 1e3), min_size=5, max_size=12))
def test_it_turns_round_with_the_values(values: list[float]) -> None:
    up, down = trend(points(*values)), trend(points(*(-value for value in values)))

    assert isinstance(up, Trend)
    assert isinstance(down, Trend)
    assert up.p == pytest.approx(down.p)
    assert up.slope_per_year == pytest.approx(-down.slope_per_year)


def test_it_knows_how_much_a_test_varies() -> None:
    assert reference_change_value("a1c") == pytest.approx(5.32, abs=0.01)
    assert reference_change_value("smoking") == Refused("how much this test varies by itself is not in the table")


def test_it_tells_a_real_change_from_chance() -> None:
    assert change("creatinine", 1.0, 1.1).real is False
    assert change("creatinine", 1.0, 1.2).real is True
    assert change("steps", 1000, 9000).real is None
    assert change("crp", 0, 3).percent is None


def test_it_compares_medians_before_and_after() -> None:
    values = [Point(date(2020, month, 1), value) for month, value in ((1, 160), (2, 150), (3, 152), (6, 110), (9, 100))]

    found = before_after(values, date(2020, 3, 10))

    assert not isinstance(found, Refused)
    assert (found.before, found.after, found.n_before, found.n_after) == (152, 105, 3, 2)
    assert found.difference == -47


def test_it_compares_nothing_without_both_sides() -> None:
    assert isinstance(before_after(points(1, 2), date(2019, 1, 1)), Refused)
    assert isinstance(before_after(points(1, 2), date(2020, 12, 1)), Refused)


def test_it_correlates_paired_days() -> None:
    one = points(1, 2, 3, 4, 5, 6, 7, 8, every=1)
    other = points(2, 1, 4, 3, 6, 5, 8, 7, every=1)

    found = correlate(one, other)

    assert not isinstance(found, Refused)
    assert found.r == pytest.approx(0.904762, abs=1e-6)
    assert found.p == pytest.approx(0.002008, abs=1e-5)
    assert (found.n, found.strength) == (8, "strong")


def test_it_correlates_with_a_lag() -> None:
    one = points(*range(10), every=1)
    other = [Point(point.day + timedelta(days=1), point.value) for point in one]

    found = correlate(one, other, lag_days=1)

    assert not isinstance(found, Refused)
    assert found.r == pytest.approx(1)


def test_it_does_not_correlate_seven_days_or_what_stands_still() -> None:
    assert isinstance(correlate(points(*range(7), every=1), points(*range(7), every=1)), Refused)
    assert isinstance(correlate(points(*range(9), every=1), points(*[1.0] * 9, every=1)), Refused)
