"""Judge answers against questions whose truth is known.

Three shapes of question are read, one JSON object a line:
- record questions: what the records hold is known (`expected`, `tolerance`, `evidence`, `as_of`, `file`);
- patient questions: what should be understood is known (`intent`, `complexity`, `specialists`);
- messages for the urgency screen: how urgent they are is known (`text`, `gold`).

What counts is what the specialists claim and the person reads, never how it is worded: values after unit conversion
within the tolerance, calendar dates, names, yes or no, a category. Nothing may be claimed where the records hold
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from agents.concepts import convert
from agents.events import AnyEvent, Claim, Clarify, Complexity, Finding, Plan, Specialist, Text, Triage, Understanding

SAME_INTENTS: Mapping[str, frozenset[str]] = {
    "min": frozenset({"minimum"}),
    "max": frozenset({"maximum"}),
    "extreme": frozenset({"minimum", "maximum"}),
    "bp_latest": frozenset({"latest_value"}),
    "not_in_record": frozenset({"latest_value", "out_of_record"}),
    "compare_years": frozenset({"compare_periods"}),
    "bp_category": frozenset({"risk_score"}),
    "bmi_category": frozenset({"risk_score"}),
    "eag": frozenset({"risk_score"}),
    "egfr_2021": frozenset({"risk_score"}),
    "non_hdl": frozenset({"risk_score"}),
    "meds_active": frozenset({"medication_list"}),
    "med_list": frozenset({"medication_list"}),
    "med_start": frozenset({"medication_start"}),
    "med_interactions": frozenset({"medication_interactions"}),
    "med_kidney": frozenset({"medication_kidney"}),
    "med_side_effect": frozenset({"medication_side_effect"}),
    "conditions_active": frozenset({"conditions"}),
    "before_after_med": frozenset({"before_after_medicine"}),
    "last_date": frozenset({"last_date", "last_immunization"}),
}
"""Names of intents in question files that differ from ours: what they stand for."""

ESCALATED = frozenset({"crisis", "emergency", "critical_value", "urgent"})
_ROUNDED = 0.5
_STATED = frozenset({"record", "computed"})
_DIRECTIONS = (
    ("no clear trend", r"no clear trend"),
    ("rising", r"\b(?:rising|risen|rises|going up|gone up|increas\w+|upward)\b"),
    ("falling", r"\b(?:falling|fallen|falls|going down|gone down|decreas\w+|downward)\b"),
)


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question and what is known about its answer."""

    id: str
    text: str
    intent: str | None = None
    expected: dict[str, Any] | None = None
    tolerance: dict[str, Any] = {}
    evidence: tuple[str, ...] = ()
    as_of: date | None = None
    file: str | None = None
    complexity: Complexity | None = None
    specialists: tuple[Specialist, ...] | None = None
    gold: str | None = None
    """How urgent it is: `emergency`, `crisis`, `urgent` or `none`."""

    @classmethod
    def parse(cls, line: str | bytes) -> Question:
        """The question in one line of a question file.

        Raises:
            msgspec.DecodeError: the line is no question.
        """
        raw = msgspec.json.decode(line, type=dict[str, Any])
        raw = {name: value for name, value in raw.items() if value is not None}
        return msgspec.convert({"text": raw.pop("question", ""), **raw}, cls)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a consultation said to a question."""

    claims: tuple[Claim, ...] = ()
    text: str = ""
    intents: tuple[str, ...] = ()
    complexity: str | None = None
    specialists: tuple[str, ...] = ()
    triage: str = "none"
    clarified: bool = False
    seconds: float = 0.0

    @classmethod
    def of(cls, events: Iterable[AnyEvent], *, seconds: float = 0.0) -> Answer:
        """Gather an answer from the events of a run that took `seconds`."""
        events = tuple(events)
        plan = next((event for event in events if isinstance(event, Plan)), None)
        triage = next((event for event in events if isinstance(event, Triage)), None)
        return cls(
            claims=tuple(claim for event in events if isinstance(event, Finding) for claim in event.claims),
            text="".join(event.content for event in events if isinstance(event, Text)),
            intents=tuple(i for event in events if isinstance(event, Understanding) for i in event.intents),
            complexity=plan.complexity if plan else "emergency" if triage and triage.level in ESCALATED else None,
            specialists=tuple(task.specialist for task in plan.tasks) if plan else (),
            triage=triage.level if triage else "none",
            clarified=any(isinstance(event, Clarify) for event in events),
            seconds=seconds,
        )

    @property
    def stated(self) -> tuple[Claim, ...]:
        """The claims about the person's own records."""
        return tuple(claim for claim in self.claims if claim.kind in _STATED)

    @property
    def evidence(self) -> frozenset[str]:
        return frozenset(id_ for claim in self.claims for id_ in claim.evidence)


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """How an answer does against its question; None: the question does not tell."""

    right: bool | None = None
    why: str = ""
    """What is wrong, without the person's words."""
    wrong_number: bool = False
    """A number was given as the person's result, and it is not theirs."""
    evidence_recall: float | None = None
    intent: bool | None = None
    complexity: bool | None = None
    specialists: bool | None = None
    triage: bool | None = None


def judge(question: Question, answer: Answer) -> Verdict:
    """Compare an answer with what is known about its question."""
    if question.gold is not None:
        return Verdict(triage=answer.triage == question.gold)
    wanted = SAME_INTENTS.get(question.intent or "", frozenset({question.intent or ""}))
    right, why = _right(question, answer) if question.expected is not None else (None, "")
    return Verdict(
        right=right,
        why=why,
        wrong_number=question.expected is not None and _wrong_number(question, answer),
        evidence_recall=_recall(question.evidence, answer.evidence) if question.evidence else None,
        intent=bool(wanted & set(answer.intents)) if question.intent else None,
        complexity=answer.complexity == question.complexity if question.complexity else None,
        specialists=set(answer.specialists) == set(question.specialists) if question.specialists is not None else None,
    )


def _right(question: Question, answer: Answer) -> tuple[bool, str]:
    expected = question.expected or {}
    if answer.clarified:
        return False, "asked back"
    if expected.get("absent"):
        return not _values_of(answer, expected.get("concept")), "a number where there is none"
    for key, holds, why in _CHECKS:
        if key in expected and not holds(question, answer):
            return False, why
    if _years(expected) and not _compared(question, answer):
        return False, "values of the two times"
    return True, ""


def _has_value(question: Question, answer: Answer) -> bool:
    expected = (question.expected or {})["value"]
    return any(_close(claim, expected, question) for claim in answer.stated)


def _close(claim: Claim, expected: float, question: Question) -> bool:
    unit = (question.expected or {}).get("unit")
    value = claim.value
    if value is None:
        return False
    if unit and claim.unit and claim.concept and claim.unit != unit:
        value = convert(claim.concept, value, claim.unit, unit) or value
    return abs(value - expected) <= _margin(expected, question.tolerance) + 1e-9


def _margin(expected: float, tolerance: Mapping[str, Any]) -> float:
    if "abs_rel" in tolerance:
        return abs(expected) * float(tolerance["abs_rel"])
    return float(tolerance.get("abs", abs(expected) * 0.01))


def _has_date(question: Question, answer: Answer) -> bool:
    wanted = (question.expected or {})["date"]
    wanted = [wanted] if isinstance(wanted, str) else wanted
    days = int(question.tolerance.get("date_days", 0))
    return any(_same_day(claim.date, day, days) for claim in answer.stated for day in wanted)


def _same_day(said: str | None, wanted: str, days: int) -> bool:
    if said is None or len(said) < len("2020-05-17"):
        return said is not None and wanted.startswith(said)
    return abs((date.fromisoformat(said[:10]) - date.fromisoformat(wanted[:10])).days) <= days


def _names(question: Question, answer: Answer) -> bool:
    """Whether each name stands in a claim with evidence, and none is claimed where there is none."""
    names = (question.expected or {})["names"]
    said = [claim.text.casefold() for claim in answer.stated if claim.evidence]
    return all(any(_plain(name) in text for text in said) for name in names) if names else not said


def _plain(name: str) -> str:
    return re.sub(r"\s*\((?:disorder|finding|situation|procedure)\)\s*\Z", "", name).casefold()


def _yes_or_no(question: Question, answer: Answer) -> bool:
    said = any(claim.kind == "record" and claim.evidence for claim in answer.claims)
    return said is bool((question.expected or {})["yes"])


def _direction(question: Question, answer: Answer) -> bool:
    accepted = {(question.expected or {})["direction"]}
    if question.tolerance.get("borderline"):
        accepted |= {"no clear trend"}
    said = " ".join(claim.text for claim in answer.stated if claim.kind == "computed").casefold()
    found = next((name for name, pattern in _DIRECTIONS if re.search(pattern, said)), None)
    return found in accepted


def _category(question: Question, answer: Answer) -> bool:
    expected = question.expected or {}
    accepted = {str(expected["category"]), str(expected.get("also_accepted", expected["category"]))}
    said = " ".join(claim.text for claim in answer.stated).casefold()
    return any(re.search(rf"(?<![\w>]){re.escape(_short(name))}(?!\w)", said) for name in accepted)


def _short(category: str) -> str:
    return re.sub(r"\s*\(.*\)", "", category).casefold()


def _pressure(question: Question, answer: Answer) -> bool:
    expected = question.expected or {}
    margin = float(question.tolerance.get("abs", 1))
    pairs = [
        (float(top), float(bottom))
        for claim in answer.stated
        for top, bottom in re.findall(r"\b(\d{2,3})/(\d{2,3})\b", claim.text)
    ]
    wanted = (expected["systolic"], expected["diastolic"])
    return any(
        all(abs(said - real) <= margin + _ROUNDED for said, real in zip(pair, wanted, strict=True)) for pair in pairs
    )


def _years(expected: Mapping[str, Any]) -> list[str]:
    return [key for key, value in expected.items() if re.fullmatch(r"\d{4}", key) and isinstance(value, dict)]


def _compared(question: Question, answer: Answer) -> bool:
    expected = question.expected or {}
    return all(
        any(_close(claim, value, question) for claim in answer.stated for value in (*of["values"], of["mean"]))
        for of in (expected[year] for year in _years(expected))
    )


def _stage(question: Question, answer: Answer) -> bool:
    stage = re.escape((question.expected or {})["stage"])
    return any(re.search(rf"\b{stage}\b", claim.text) for claim in answer.stated)


_CHECKS: tuple[tuple[str, Callable[[Question, Answer], bool], str], ...] = (
    ("yes", _yes_or_no, "yes or no"),
    ("names", _names, "names"),
    ("direction", _direction, "direction"),
    ("category", _category, "category"),
    ("systolic", _pressure, "blood pressure"),
    ("value", _has_value, "value"),
    ("date", _has_date, "date"),
    ("stage", _stage, "stage"),
)
"""What is checked where `expected` has the key, and what is said to be wrong if it does not hold."""


def _values_of(answer: Answer, concept: str | None) -> list[Claim]:
    return [claim for claim in answer.stated if claim.value is not None and concept in {None, claim.concept}]


def _wrong_number(question: Question, answer: Answer) -> bool:
    """Whether the first number about what was asked is not the person's."""
    expected = question.expected or {}
    concept = expected.get("concept")
    said = _values_of(answer, concept)
    if expected.get("absent"):
        return bool(said)
    if not said or not isinstance(expected.get("value"), int | float):
        return False
    return not any(_close(claim, expected["value"], question) for claim in said[:2])


def _recall(wanted: Sequence[str], found: frozenset[str]) -> float:
    return len(set(wanted) & found) / len(set(wanted))


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one intent, or of all questions together; None: nothing to measure."""

    name: str
    questions: int
    right: float | None
    evidence_recall: float | None
    wrong_numbers: float | None
    intent: float | None
    complexity: float | None
    specialists: float | None
    triage: float | None
    median_seconds: float
    slowest_seconds: float


def table(judged: Sequence[tuple[Question, Answer, Verdict]]) -> list[Row]:
    """One row per intent (for messages to the screen: per level) in the order of their names, then one over all."""
    groups: dict[str, list[tuple[Question, Answer, Verdict]]] = {}
    for one in judged:
        groups.setdefault(one[0].gold or one[0].intent or "?", []).append(one)
    rows = [_row(name, group) for name, group in sorted(groups.items())]
    return [*rows, _row("all", judged)] if judged else []


def _row(name: str, judged: Sequence[tuple[Question, Answer, Verdict]]) -> Row:
    verdicts = [verdict for _, _, verdict in judged]
    seconds = sorted(answer.seconds for _, answer, _ in judged)
    valued = [verdict for verdict in verdicts if verdict.right is not None]
    return Row(
        name=name,
        questions=len(judged),
        right=_share(verdict.right for verdict in verdicts),
        evidence_recall=_mean(verdict.evidence_recall for verdict in verdicts),
        wrong_numbers=_share(verdict.wrong_number for verdict in valued),
        intent=_share(verdict.intent for verdict in verdicts),
        complexity=_share(verdict.complexity for verdict in verdicts),
        specialists=_share(verdict.specialists for verdict in verdicts),
        triage=_share(verdict.triage for verdict in verdicts),
        median_seconds=seconds[len(seconds) // 2],
        slowest_seconds=seconds[-1],
    )


def _share(values: Iterable[bool | None]) -> float | None:
    return _mean(None if value is None else float(value) for value in values)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
