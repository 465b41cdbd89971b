"""What a person is told first when a gate fires: short, fixed texts by family, language and region."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

from agents import units
from agents.clinical.critical import Critical
from agents.concepts import CONCEPTS


class Wording(msgspec.Struct, frozen=True):
    what: str
    wait: str


class Advice(msgspec.Struct, frozen=True):
    en: Wording
    es: Wording
    source: str
    date: str


class Region(msgspec.Struct, frozen=True):
    emergency: str
    en: Mapping[str, str]
    es: Mapping[str, str]


class Texts(msgspec.Struct, frozen=True):
    templates: Mapping[str, Mapping[str, str]]
    regions: Mapping[str, Region]
    advice: Mapping[str, Advice]


@cache
def texts() -> Texts:
    """Every fixed text of the urgency screen."""
    raw = files("agents.reference").joinpath("triage_advice.json").read_bytes()
    return msgspec.json.decode(raw, type=Texts)


def told(family: str, template: str, *, region: str, spanish: bool) -> tuple[str, str]:
    """The text for a family, in markdown, and its source."""
    advice = texts().advice[family]
    wording = advice.es if spanish else advice.en
    words = _words(region, spanish=spanish)
    words |= {"what": _filled(wording.what, words), "wait": _filled(wording.wait, words)}
    return _filled(_template(template, spanish=spanish), words), advice.source


def told_of_result(hit: Critical, *, region: str, spanish: bool) -> tuple[str, str]:
    """The text for a critical value in the records, with its value, unit and date, and its source."""
    words = _words(region, spanish=spanish) | {"result": _result(hit)}
    return _filled(_template(f"critical_{hit.degree}", spanish=spanish), words), hit.source


def _words(region: str, *, spanish: bool) -> dict[str, str]:
    local = texts().regions.get(region) or texts().regions["eu"]
    return {"emergency": local.emergency, **(local.es if spanish else local.en)}


def _template(name: str, *, spanish: bool) -> str:
    return texts().templates["es" if spanish else "en"][name]


def _filled(text: str, words: Mapping[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(f"{{{name}}}", word)
    return text.strip()


def _result(hit: Critical) -> str:
    shown = f"{CONCEPTS[hit.concept].display} {hit.value:.4g} {units.shown(hit.unit)}".strip()
    date = hit.row.effective.shown() if hit.row and hit.row.effective else ""
    return f"{shown}, {date}" if date else shown
