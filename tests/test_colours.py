"""The style sheet's colours, light and dark, against WCAG 2.2's contrast (1.4.3: text, 1.4.11: what can be pressed)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SHEET = (Path(__file__).resolve().parent.parent / "static/css/site.css").read_text()
TEXT = 4.5
EDGE = 3.0

BACKGROUNDS = ("paper", "surface", "sunken", "accent-wash", "danger-wash", "warn-wash", "calm-wash")
PAIRS = [
    *[("ink", ground, TEXT) for ground in BACKGROUNDS],
    *[("ink-soft", ground, TEXT) for ground in ("paper", "surface", "sunken", "danger-wash", "warn-wash", "calm-wash")],
    *[("accent", ground, TEXT) for ground in ("paper", "surface", "accent-wash")],
    *[("accent-strong", ground, TEXT) for ground in ("paper", "surface", "sunken", "accent-wash")],
    ("accent-ink", "accent", TEXT),
    ("accent-ink", "accent-strong", TEXT),
    *[("danger", ground, TEXT) for ground in ("surface", "paper", "danger-wash")],
    *[("warn", ground, TEXT) for ground in ("surface", "paper", "warn-wash")],
    ("calm", "calm-wash", TEXT),
    *[("line-strong", ground, EDGE) for ground in ("paper", "surface")],
]


def palettes() -> dict[str, dict[str, str]]:
    """The custom properties that are colours, per scheme."""
    light, dark = re.findall(r":root \{(.*?)\n\s*\}", SHEET, re.DOTALL)
    found = {}
    for name, block in (("light", light), ("dark", dark)):
        found[name] = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
    return found


def luminance(colour: str) -> float:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_it_can_be_read(scheme: str, front: str, ground: str, least: float) -> None:
    colours = palettes()[scheme]

    assert contrast(colours[front], colours[ground]) >= least


def test_it_has_each_colour_in_both_schemes() -> None:
    schemes = palettes()

    assert schemes["light"].keys() == schemes["dark"].keys()
    assert len(schemes["light"]) > 15
