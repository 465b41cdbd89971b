from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import units


@pytest.mark.parametrize(
    ("printed", "unit"),
    [
        ("µmol/L", "umol/L"),
        ("μmol/l", "umol/L"),
        ("mcg/dL", "ug/dL"),
        ("K/uL", "10*3/uL"),
        ("x10E3/uL", "10*3/uL"),
        ("10³/µL", "10*3/uL"),
        ("10^9/L", "10*9/L"),
        ("G/L", "10*9/L"),
        ("T/l", "10*12/L"),
        ("Tsd./µl", "10*3/uL"),
        ("Gpt/l", "10*9/L"),
        ("mUI/L", "mIU/L"),
        ("IE/l", "U/L"),
        ("mmol/mol Hb", "mmol/mol"),
        ("mg%", "mg/dL"),
        ("g/l", "g/L"),
        ("ML/MIN/1.73 M^2", units.GFR),
        ("mL/min/1.73m2", units.GFR),
        ("mL/min/1.73", units.GFR),
        ("mmHg", "mm[Hg]"),
        ("mg/g{creat}", "mg/g"),
        ("(score)", "{score}"),
        ("{beats}/min", "/min"),
        ("kg/m²", "kg/m2"),
        ("°F", "[degF]"),
        ("lbs", "[lb_av]"),
        ("  mg/dL ", "mg/dL"),
        ("furlong", "furlong"),
        ("", None),
        (None, None),
    ],
)
def test_it_reads_the_spellings_of_a_unit(printed: str | None, unit: str | None) -> None:
    assert units.normalise(printed) == unit


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (98.6, "°F", "Cel", 37.0),
        (37.0, "Cel", "[degF]", 98.6),
        (150, "lb", "kg", 68.0389),
        (70, "in", "cm", 177.8),
        (4.5, "K/uL", "10*9/L", 4.5),
        (13.5, "g/dL", "g/L", 135),
        (16.0, "kPa", "mmHg", 120.01),
    ],
)
def test_it_converts_between_units_of_one_kind(value: float, source: str, target: str, expected: float) -> None:
    assert units.convert(value, source, target) == pytest.approx(expected, rel=1e-4)


def test_it_does_not_convert_between_kinds() -> None:
    assert units.convert(1, "mg/dL", "mmol/L") is None
    assert units.convert(1, "mg/dL", None) is None
    assert units.convert(1, "furlong", "kg") is None


@given(st.sampled_from(sorted(units._UNITS)), st.floats(0.01, 1e4))
def test_it_comes_back_to_where_it_started(unit: str, value: float) -> None:
    for other, kind in units._UNITS.items():
        if kind.dimension == units._UNITS[unit].dimension:
            there = units.convert(value, unit, other)
            assert there is not None
            assert units.convert(there, other, unit) == pytest.approx(value, rel=1e-6, abs=1e-6)


@given(st.text(max_size=20))
def test_it_takes_any_text_as_a_unit(text: str) -> None:
    known = units.normalise(text)

    assert known is None or units.normalise(known) is not None
    assert isinstance(units.shown(text), str)


def test_it_shows_units_as_people_read_them() -> None:
    assert units.shown("mm[Hg]") == "mmHg"
    assert units.shown("umol/L") == "µmol/L"
    assert units.shown("{INR}") == ""
