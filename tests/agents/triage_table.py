"""How the urgency screen does on the written cases; `python -m tests.agents.triage_table` writes it into the docs."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

from agents.triage import screen

CASES = Path(__file__).with_name("triage_cases.jsonl")
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "evaluation.md"
BLIND = "blind"
"""The part of the cases that nothing was learned from and nothing was mended for."""
_SECTION = re.compile(r"(<!-- triage table -->\n).*?(<!-- end of triage table -->)", re.DOTALL)


class Blind(NamedTuple):
    """How many of a kind of blind cases there are, and what they were taken for."""

    total: int
    crisis: int
    emergency: int
    urgent: int
    concern: int

    @property
    def helped(self) -> float:
        """The share that is told of help, at once or beside the answer."""
        return (self.crisis + self.emergency + self.concern) / self.total

    @property
    def alarmed(self) -> float:
        """The share of which the answer is taken over, or begins with an alarm."""
        return (self.crisis + self.emergency + self.urgent) / self.total


def cases() -> list[dict[str, Any]]:
    return [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]


def blind() -> dict[str, Blind]:
    """How the blind cases come out, by kind: as crises, emergencies, record questions, or misleading messages."""
    levels: dict[str, list[str]] = defaultdict(list)
    for case in cases():
        if case["part"] == BLIND:
            levels[case["kind"]].append(screen(case["text"]).level)
    return {
        kind: Blind(
            len(found),
            crisis=found.count("crisis"),
            emergency=found.count("emergency"),
            urgent=found.count("urgent"),
            concern=found.count("concern"),
        )
        for kind, found in levels.items()
    }


def scored() -> dict[tuple[str, str], tuple[int, int]]:
    """By level and part of the cases: how many came out right, of how many."""
    found: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for case in cases():
        if case["part"] != BLIND:
            found[case["level"], case["part"]].append(screen(case["text"]).level == case["level"])
    return {key: (sum(right), len(right)) for key, right in sorted(found.items())}


def table() -> str:
    lines = ["| Level | Cases | Right | Share |", "|---|---|---|---|"]
    for (level, part), (right, total) in scored().items():
        lines.append(f"| {level} ({part.replace('_', ' ')}) | {total} | {right} | {right / total:.1%} |")
    lines += ["", "Wrong:", ""]
    wrong = [(case, screen(case["text"]).level) for case in cases() if case["part"] != BLIND]
    lines += [
        f"- {case['level']} taken as {level}: {case['text']}" for case, level in wrong if level != case["level"]
    ] or ["- none"]
    lines += ["", "| Blind | Cases | Crisis | Emergency | Urgent | Concern |", "|---|---|---|---|---|---|"]
    lines += [f"| {kind} | {' | '.join(map(str, row))} |" for kind, row in blind().items()]
    return "\n".join(lines) + "\n"


def write() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(_SECTION.sub(lambda match: match[1] + table() + match[2], text), encoding="utf-8")


if __name__ == "__main__":
    write()
