"""The lists of phrases in `agents/reference/triage_*.txt`, one regular expression a line, by heading."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_MACRO = re.compile(r"([A-Z_]+) = (.+)")
_USE = re.compile(r"<([A-Z_]+)>")


@cache
def patterns(name: str) -> Mapping[str, re.Pattern[str]]:
    """The patterns of one list, in the order of the file, ready to search with."""
    return {heading: re.compile("|".join(lines)) for heading, lines in _headings(name).items()}


def _headings(name: str) -> dict[str, list[str]]:
    macros: dict[str, str] = {}
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in files("agents.reference").joinpath(f"triage_{name}.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]") and line[1:-1].isidentifier():
            lines = found[line[1:-1]] = []
        elif not found and (macro := _MACRO.fullmatch(line)):
            macros[macro[1]] = macro[2]
        else:
            lines.append(_USE.sub(lambda match: macros[match[1]], line))
    return found
