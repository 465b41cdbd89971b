from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.understanding.periods import period_mentions, years_before
from agents.understanding.spelling import normalise

TODAY = date(2020, 11, 30)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("last year", "2019-01-01", "2019-12-31"),
        ("over the last year", "2019-11-30", "2020-11-30"),
        ("this year", "2020-01-01", "2020-11-30"),
        ("since 2018", "2018-01-01", None),
        ("in 2012", "2012-01-01", "2012-12-31"),
        ("before 2015", None, "2014-12-31"),
        ("after 2015", "2016-01-01", None),
        ("until March 2019", None, "2019-03-31"),
        ("over the last 10 years", "2010-11-30", "2020-11-30"),
        ("past 6 months", "2020-05-30", "2020-11-30"),
        ("in the past two weeks", "2020-11-16", "2020-11-30"),
        ("the last few years", "2017-11-30", "2020-11-30"),
        ("last summer", "2020-06-01", "2020-08-31"),
        ("winter 2019", "2018-12-01", "2019-02-28"),
        ("between March and June 2019", "2019-03-01", "2019-06-30"),
        ("from 2015 to 2018", "2015-01-01", "2018-12-31"),
        ("2015-2018", "2015-01-01", "2018-12-31"),
        ("in March", "2020-03-01", "2020-03-31"),
        ("in December", "2019-12-01", "2019-12-31"),
        ("on 5 March 2019", "2019-03-05", "2019-03-05"),
        ("on March 5th, 2019", "2019-03-05", "2019-03-05"),
        ("2019-03-05", "2019-03-05", "2019-03-05"),
        ("last month", "2020-10-01", "2020-10-31"),
        ("last week", "2020-11-23", "2020-11-29"),
        ("two years ago", "2018-01-01", "2018-12-31"),
        ("3 months ago", "2020-08-01", "2020-08-31"),
        ("Q2 2019", "2019-04-01", "2019-06-30"),
        ("the first half of 2019", "2019-01-01", "2019-06-30"),
        ("yesterday", "2020-11-29", "2020-11-29"),
        ("the year before last", "2018-01-01", "2018-12-31"),
    ],
)
def test_it_reads(text: str, start: str | None, end: str | None) -> None:
    (mention,) = period_mentions(normalise(text), today=TODAY)

    assert (mention.period.start and str(mention.period.start), mention.period.end and str(mention.period.end)) == (
        start,
        end,
    )


@pytest.mark.parametrize(
    "text", ["before my appointment", "over time", "may i ask", "how many times", "31 February 2019", "over 2000 steps"]
)
def test_it_reads_no_time_where_there_is_none(text: str) -> None:
    assert all(mention.period.start != mention.period.end for mention in period_mentions(normalise(text), today=TODAY))
    assert "appointment" not in text or period_mentions(normalise(text), today=TODAY) == []


def test_it_counts_from_a_birthday() -> None:
    (mention,) = period_mentions("since i turned 50", today=TODAY, birth=date(1960, 2, 29))

    assert mention.period.start == date(2010, 2, 28)


def test_it_keeps_two_times_apart() -> None:
    labels = [mention.period.label for mention in period_mentions("2012 compared with 2020", today=TODAY)]

    assert labels == ["in 2012", "in 2020"]


@given(st.text(max_size=60), st.dates(date(1950, 1, 1), date(2090, 1, 1)))
def test_it_never_turns_a_span_around(text: str, today: date) -> None:
    for mention in period_mentions(normalise(f"from 2010 to {text} last 3 months"), today=today):
        if mention.period.start and mention.period.end:
            assert mention.period.start <= mention.period.end


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 120))
def test_it_goes_back_whole_years(day: date, years: int) -> None:
    before = years_before(day, years)

    assert before.year == day.year - years
    assert before.month == day.month
