"""Patterns of TSH and free T4: American Thyroid Association guidelines, 2014 and 2016. No diagnosis."""

from __future__ import annotations

from agents.clinical.flags import Place
from agents.clinical.refused import Refused

SOURCE = "American Thyroid Association, 2014 and 2016"


def thyroid_pattern(tsh: Place, ft4: Place | None, *, pregnant: bool = False, under_age: bool = False) -> str | Refused:
    """What the places of TSH and free T4 in their own ranges, from one sample, are often seen with."""
    if pregnant or under_age:
        return Refused("these patterns are for adults who are not pregnant")
    if tsh == "inside":
        return "TSH is inside its range, which is often seen with a thyroid that works as it should"
    if ft4 is None:
        side = "slow" if tsh == "high" else "fast"
        return f"TSH is {tsh}; without free T4 it cannot be told whether this goes with a {side} thyroid"
    return _together(tsh, ft4)


def _together(tsh: Place, ft4: Place) -> str:
    if tsh == "high":
        return {
            "low": "a pattern often seen with a slow thyroid",
            "inside": "a pattern often seen with a thyroid that is slightly slow",
            "high": "an unusual pattern that a clinician should look at",
        }[ft4]
    return {
        "high": "a pattern often seen with a fast thyroid, or too much thyroid medicine",
        "inside": "a pattern often seen with a thyroid that is slightly fast",
        "low": "an unusual pattern that a clinician should look at",
    }[ft4]
