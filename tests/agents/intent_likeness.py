"""Learn what the likeness of questions to intents weighs; `python -m tests.agents.intent_likeness` writes it.

A softmax regression with Adagrad steps over the written questions, with the same seed each time.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from math import exp
from pathlib import Path
from random import Random

from agents.understanding.likeness import pieces
from agents.understanding.slots import Slots, slots_of
from agents.understanding.spelling import normalise

HERE = Path(__file__).parent
CASES, WORDINGS = HERE / "question_cases.jsonl", HERE / "question_wordings.txt"
WEIGHTS = HERE.parents[1] / "agents" / "reference" / "intent_likeness.tsv"

SEED = 4
ROUNDS = 12
STEP = 0.8
LEAST_WEIGHT = 0.4
"""A weight nearer to zero than this is left out."""
NAMED = {
    "c": "LDL",
    "m": "metformin",
    "k": "asthma",
    "v": "flu",
    "t": 5,
    "y1": 2015,
    "y2": 2019,
    "n": 5,
    "u": "mmol/L",
}

Question = tuple[str, str]
"""Its intent and its words."""


def questions() -> list[Question]:
    return [*_cases(), *wordings()]


def _cases() -> list[Question]:
    cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    return [(case["intents"][0], case["text"]) for case in cases if len(case["intents"]) == 1]


def wordings() -> list[Question]:
    """The ways to ask, with names in their places."""
    found, intent = [], ""
    for line in WORDINGS.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            intent = line.strip("[]")
        elif line and not line.startswith("#"):
            found.append((intent, line.format(**NAMED)))
    return found


def read(text: str) -> Slots:
    return slots_of(normalise(text), own={"metformin": "medicine", "asthma": "condition"}, today=date(2026, 6, 1))


def trained(known: Sequence[Question]) -> tuple[list[str], dict[str, list[float]]]:
    """The intents, and the weights for each of them by feature."""
    intents = sorted({intent for intent, _ in known})
    rows = [(tuple(pieces(read(text))), intents.index(intent)) for intent, text in known]
    seen = Counter(name for row, _ in rows for name, _ in row)
    rows = [(tuple((name, share) for name, share in row if seen[name] > 1), place) for row, place in rows]
    weights: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(intents))
    squares: dict[str, list[float]] = defaultdict(lambda: [0.01] * len(intents))
    random = Random(SEED)
    for _ in range(ROUNDS):
        random.shuffle(rows)
        for row, place in rows:
            _learn(row, place, weights, squares, len(intents))
    return intents, dict(weights)


def _learn(
    row: Sequence[tuple[str, float]],
    place: int,
    weights: dict[str, list[float]],
    squares: dict[str, list[float]],
    intents: int,
) -> None:
    scores = [0.0] * intents
    for name, share in row:
        for k, weight in enumerate(weights[name]):
            scores[k] += share * weight
    highest = max(scores)
    chances = [exp(score - highest) for score in scores]
    total = sum(chances)
    slips = [chance / total for chance in chances]
    slips[place] -= 1
    wrong = [k for k in range(intents) if abs(slips[k]) > 0.004]
    for name, share in row:
        of, sums = weights[name], squares[name]
        for k in wrong:
            slope = slips[k] * share
            sums[k] += slope * slope
            of[k] -= STEP * slope / sums[k] ** 0.5


def digest() -> str:
    """Of what was learned from and of how, so that weights that are out of date are noticed."""
    found = hashlib.sha256(Path(__file__).read_bytes())
    found.update(CASES.read_bytes() + WORDINGS.read_bytes())
    return found.hexdigest()


def written(intents: Sequence[str], weights: dict[str, list[float]], of: str) -> str:
    lines = [
        "# How alike a question is to those of each intent: a feature, then places of intents and weights.",
        f"# {of}",
    ]
    lines.append("\t".join(["", *intents]))
    for name, found in sorted(weights.items()):
        kept = [f"{k}:{weight:.1f}" for k, weight in enumerate(found) if abs(weight) >= LEAST_WEIGHT]
        if kept:
            lines.append("\t".join([name, *kept]))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    WEIGHTS.write_text(written(*trained(questions()), digest()), encoding="utf-8")
