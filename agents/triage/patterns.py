"""Lists of phrases in `agents/reference/triage_*.txt`, a regular expression a line, by heading; rules on them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_MACRO = re.compile(r"([A-Z_]+) = (.+)")
_USE = re.compile(r"<([A-Z_]+)>")


Rule = tuple[tuple[str, ...], ...]
"""What must all be there, each as its alternatives."""


def rule(line: str) -> Rule:
    """A rule as it is written, `a|b c`: either of the first two, and the third."""
    return tuple(tuple(part.split("|")) for part in line.split())


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
