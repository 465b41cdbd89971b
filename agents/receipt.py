"""What left for a model: which fields of which records were handed to it, and where it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from pydantic_ai.messages import ModelMessage, ToolReturnPart

from agents.access import host_of, is_loopback
from agents.events import AnyEvent, Receipt, SentRecords, ToolResult
from agents.handed import brief_in
from agents.records import Records

NOT_OF_RECORDS = "derived"
"""Under which name statements go that rest on no single record: ages, formulas, what is not there."""
TOLD = ("text", "value", "unit", "date")
"""The fields of a claim that tell something of a record; ids of records are not handed over."""


class Ledger:
    """Notes what a run hands to a model outside this program, before it is sent."""

    def __init__(self, records: Records, *, address: str) -> None:
        self._address = address
        self._kinds = {row.evidence: type(row).__name__.lower() for row in records.rows}
        self._rows: dict[str, set[str]] = {}
        self._fields: dict[str, set[str]] = {}
        self.requests = 0

    def recall(self, past: Iterable[AnyEvent]) -> None:
        """Count what an interrupted attempt had handed over: the results of its tools."""
        for event in past:
            if isinstance(event, ToolResult):
                for row in event.evidence:
                    self._note(self._kinds.get(row, NOT_OF_RECORDS), row, TOLD)

    def note(self, messages: Iterable[ModelMessage]) -> None:
        """Take down what a request with these messages hands over."""
        self.requests += 1
        for message in messages:
            for part in message.parts:
                for claim in claims_in(part):
                    self._note_claim(claim)

    def receipt(self, *, written_by: str) -> Receipt:
        if not (self.requests or self._rows):
            return Receipt(written_by=written_by)
        sent = (
            SentRecords(kind=kind, records=len(rows), fields=tuple(sorted(self._fields[kind])))
            for kind, rows in sorted(self._rows.items())
        )
        return Receipt(
            written_by=written_by,
            endpoint=host_of(self._address),
            left_machine=not is_loopback(self._address),
            requests=self.requests,
            sent=tuple(sent),
        )

    def _note_claim(self, claim: Mapping[str, Any]) -> None:
        fields = tuple(name for name in TOLD if claim.get(name) not in (None, "", [], ()))
        for row in claim.get("evidence") or (claim.get("id", ""),):
            self._note(self._kinds.get(row, NOT_OF_RECORDS), row, fields)

    def _note(self, kind: str, row: str, fields: Iterable[str]) -> None:
        self._rows.setdefault(kind, set()).add(row)
        self._fields.setdefault(kind, set()).update(fields)


def claims_in(part: object) -> list[dict[str, Any]]:
    """The claims that a part of a message holds: those of a tool's result, or of the brief for the answer."""
    if isinstance(part, ToolReturnPart) and isinstance(part.content, dict):
        claims: list[dict[str, Any]] = part.content.get("claims", [])
        return claims
    brief = brief_in(part)
    return [msgspec.to_builtins(claim) for claim in brief.claims] if brief else []
