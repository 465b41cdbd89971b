"""How the urgency screen does on the written cases; `python -m tests.agents.triage_table` writes it into the docs."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from agents.triage import screen

CASES = Path(__file__).with_name("triage_cases.jsonl")
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "evaluation.md"
_SECTION = re.compile(r"(<!-- triage table -->\n).*?(<!-- end of triage table -->)", re.DOTALL)


def cases() -> list[dict[str, Any]]:
    return [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]


def scored() -> dict[tuple[str, str], tuple[int, int]]:
    """By level and part of the cases: how many came out right, of how many."""
    found: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for case in cases():
        found[case["level"], case["part"]].append(screen(case["text"]).level == case["level"])
    return {key: (sum(right), len(right)) for key, right in sorted(found.items())}


def table() -> str:
    lines = ["| Level | Cases | Right | Share |", "|---|---|---|---|"]
    for (level, part), (right, total) in scored().items():
        lines.append(f"| {level} ({part.replace('_', ' ')}) | {total} | {right} | {right / total:.1%} |")
    lines += ["", "Wrong:", ""]
    wrong = [(case, screen(case["text"]).level) for case in cases()]
    lines += [
        f"- {case['level']} taken as {level}: {case['text']}" for case, level in wrong if level != case["level"]
    ] or ["- none"]
    return "\n".join(lines) + "\n"


def write() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(_SECTION.sub(lambda match: match[1] + table() + match[2], text), encoding="utf-8")


if __name__ == "__main__":
    write()
