"""What lies on a specialist's desk: the records, the day, and the claims that its tools have made so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import msgspec

# Pydantic reads a tool's result type, and before Python 3.12 it takes this TypedDict only.
from typing_extensions import TypedDict

from agents.events import AnyEvent, Claim, ClaimKind, Severity, Specialist
from agents.records import Records


class Report(TypedDict):
    """What a tool hands back: one line of what it found, and claims that may be cited by their ids."""

    summary: str
    claims: list[dict[str, Any]]


@dataclass
class Desk:
    """The dependencies of one specialist's run."""

    specialist: Specialist
    records: Records
    now: datetime
    emit: Callable[[AnyEvent], None] = lambda _: None
    """Takes events that a tool makes by itself, such as a chart."""
    pay: Callable[[], None] = lambda: None
    """Pays for one tool call; raises where none is left."""
    claims: dict[str, Claim] = field(default_factory=dict)
    """Every claim that a tool has made, by id."""
    charted: set[str] = field(default_factory=set)

    @property
    def today(self) -> date:
        return self.now.date()

    def state(
        self,
        text: str,
        *,
        kind: ClaimKind = "record",
        topic: str | None = None,
        value: float | None = None,
        unit: str | None = None,
        date: str | None = None,
        concept: str | None = None,
        evidence: Iterable[str] = (),
        inputs: Iterable[str] = (),
        formula: str | None = None,
        source: str | None = None,
        severity: Severity = "info",
    ) -> Claim:
        """Make a claim with an id of its own and keep it, so that findings can cite it."""
        claim = Claim(
            id=f"{self.specialist}-{len(self.claims) + 1}",
            kind=kind,
            text=text,
            value=value,
            unit=unit,
            date=date,
            concept=concept,
            evidence=tuple(dict.fromkeys(evidence)),
            inputs=tuple(inputs),
            formula=formula,
            source=source,
            severity=severity,
            topic=topic,
        )
        self.claims[claim.id] = claim
        return claim


def report(summary: str, claims: Iterable[Claim | None]) -> Report:
    """A tool's result from its claims; None among them is left out."""
    return Report(
        summary=summary,
        claims=[msgspec.to_builtins(claim) for claim in claims if claim is not None],
    )
