"""A person's records as the agents see them: frozen rows, read-only, all of one patient.

Importers make these rows, the database stores them, and `Records` holds those of one patient in memory for one run.
`id` is stable and unique per patient and kind: importing the same file again gives the same ids. `evidence` is what an
answer cites: the id of the source's resource (several rows share it where one resource holds several values, such as
the two numbers of a blood pressure).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Literal

import msgspec

Comparator = Literal["<", "<=", ">", ">="]
Sex = Literal["female", "male", "other", "unknown"]
Category = Literal["laboratory", "vital-signs", "social-history", "survey", "imaging", "activity", "exam", "other"]
Precision = Literal["year", "month", "day", "time"]

VALID_STATUSES = frozenset({"final", "amended", "corrected", "appended", "unknown", ""})
"""Observation statuses that count. Entered-in-error, cancelled, registered and preliminary ones do not."""

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ](.+))?)?)?\Z")


class RecordDate(msgspec.Struct, frozen=True, dict=True):
    """A date as it stands in a record, which may be only a year or a month."""

    text: str
    """ISO 8601, as precise as the record: `2020`, `2020-05`, `2020-05-17`, `2020-05-17T08:30:00+02:00`."""

    @classmethod
    def parse(cls, text: str | None) -> RecordDate | None:
        """The date in `text`, or None where there is none that can be read."""
        candidate = cls((text or "").strip())
        try:
            candidate.instant  # noqa: B018
        except ValueError:
            return None
        return candidate

    @property
    def precision(self) -> Precision:
        return {4: "year", 7: "month", 10: "day"}.get(len(self.text), "time")  # type: ignore[return-value]

    @cached_property
    def day(self) -> date:
        """The calendar date as written; the first of the month or year where it is partial."""
        match = _DATE.match(self.text)
        if match is None:
            raise ValueError("not an ISO 8601 date")
        year, month, day, _ = match.groups()
        return date(int(year), int(month or 1), int(day or 1))

    @cached_property
    def instant(self) -> datetime:
        """For ordering: aware, UTC where the record names no offset."""
        if self.precision != "time":
            return datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC)
        self.day  # noqa: B018 - raises on what is not a date
        parsed = datetime.fromisoformat(self.text)
        return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)

    def shown(self) -> str:
        """The calendar part, as precise as the record: `2020`, `2020-05` or `2020-05-17`."""
        return self.text[:10]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What every record row has."""

    id: str
    evidence: str
    source: str = ""
    """The file or form that it came from."""


class Patient(msgspec.Struct, frozen=True, kw_only=True):
    """Whose records these are. No name: the agents do not need one."""

    sex: Sex = "unknown"
    birth_date: RecordDate | None = None
    deceased: RecordDate | None = None


class Observation(Row, frozen=True, kw_only=True):
    name: str
    """As printed in the record."""
    concept: str | None = None
    """Id in `agents.concepts`, or None: not mapped, still findable by its name."""
    code: str | None = None
    code_system: str | None = None
    """`http://loinc.org` for a LOINC code."""
    category: Category = "other"
    value: float | None = None
    unit: str | None = None
    """As printed in the record."""
    comparator: Comparator | None = None
    text: str | None = None
    """The value, where it is words or a code's display."""
    canonical_value: float | None = None
    """The value in the concept's own unit; None where the record names no unit that can be converted."""
    canonical_unit: str | None = None
    effective: RecordDate | None = None
    reference_low: float | None = None
    """The lab's own printed range, in the record's unit."""
    reference_high: float | None = None
    reference_text: str | None = None
    flag: str | None = None
    """The lab's own interpretation code as printed (`H`, `L`, `HH`, `N`, …)."""
    status: str = "final"
    panel: str | None = None
    """Rows with the same panel id were measured together."""
    device: str | None = None
    """What measured it, where the record says so."""


class Medication(Row, frozen=True, kw_only=True):
    name: str
    code: str | None = None
    code_system: str | None = None
    status: str = ""
    """As in the record; only `active` is active."""
    dosage: str | None = None
    start: RecordDate | None = None
    end: RecordDate | None = None
    reason: str | None = None


class Condition(Row, frozen=True, kw_only=True):
    name: str
    code: str | None = None
    code_system: str | None = None
    clinical_status: str = ""
    verification_status: str = ""
    onset: RecordDate | None = None
    end: RecordDate | None = None
    recorded: RecordDate | None = None


class Allergy(Row, frozen=True, kw_only=True):
    name: str
    code: str | None = None
    code_system: str | None = None
    clinical_status: str = ""
    verification_status: str = ""
    criticality: str | None = None
    reactions: tuple[str, ...] = ()
    recorded: RecordDate | None = None
    negated: bool = False
    """True for an assertion of absence such as "No known allergy"."""


class Immunization(Row, frozen=True, kw_only=True):
    name: str
    code: str | None = None
    code_system: str | None = None
    status: str = ""
    given: RecordDate | None = None


class Procedure(Row, frozen=True, kw_only=True):
    name: str
    code: str | None = None
    code_system: str | None = None
    status: str = ""
    performed: RecordDate | None = None


class Encounter(Row, frozen=True, kw_only=True):
    name: str
    kind: str = ""
    """The class code as in the record (`AMB`, `EMER`, `IMP`, …)."""
    status: str = ""
    start: RecordDate | None = None
    end: RecordDate | None = None
    reason: str | None = None


class Document(Row, frozen=True, kw_only=True):
    name: str
    kind: str = ""
    """The source's own type (`DiagnosticReport`, `CarePlan`, `DocumentReference`, …)."""
    status: str = ""
    dated: RecordDate | None = None
    text: str | None = None


AnyRow = Observation | Medication | Condition | Allergy | Immunization | Procedure | Encounter | Document


class Records:
    """All rows of one patient, read-only. Observations come oldest first, without those that do not count."""

    def __init__(self, patient: Patient, rows: Iterable[AnyRow] = ()) -> None:
        self.patient = patient
        by_kind: dict[type, list[AnyRow]] = {}
        for row in rows:
            by_kind.setdefault(type(row), []).append(row)
        self.observations: Sequence[Observation] = sorted(
            (row for row in by_kind.get(Observation, []) if row.status in VALID_STATUSES),  # type: ignore[union-attr, misc]
            key=lambda row: (_instant(row.effective), row.id),
        )
        self.medications: Sequence[Medication] = by_kind.get(Medication, [])  # type: ignore[assignment]
        self.conditions: Sequence[Condition] = by_kind.get(Condition, [])  # type: ignore[assignment]
        self.allergies: Sequence[Allergy] = by_kind.get(Allergy, [])  # type: ignore[assignment]
        self.immunizations: Sequence[Immunization] = by_kind.get(Immunization, [])  # type: ignore[assignment]
        self.procedures: Sequence[Procedure] = by_kind.get(Procedure, [])  # type: ignore[assignment]
        self.encounters: Sequence[Encounter] = by_kind.get(Encounter, [])  # type: ignore[assignment]
        self.documents: Sequence[Document] = by_kind.get(Document, [])  # type: ignore[assignment]

    @cached_property
    def by_concept(self) -> dict[str, list[Observation]]:
        """Observations of each concept, oldest first."""
        found: dict[str, list[Observation]] = {}
        for row in self.observations:
            if row.concept:
                found.setdefault(row.concept, []).append(row)
        return found

    @cached_property
    def rows(self) -> Sequence[AnyRow]:
        return [
            *self.observations,
            *self.medications,
            *self.conditions,
            *self.allergies,
            *self.immunizations,
            *self.procedures,
            *self.encounters,
            *self.documents,
        ]


def _instant(when: RecordDate | None) -> datetime:
    return when.instant if when else datetime.min.replace(tzinfo=UTC)
