"""A record row as a person reads it: a title, and what the record says line by line."""

from __future__ import annotations

from typing import assert_never

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from agents.records import (
    Allergy,
    AnyRow,
    Condition,
    Document,
    Encounter,
    Immunization,
    Medication,
    Observation,
    Procedure,
    RecordDate,
)

_FLAGS = {
    "H": gettext_noop("high"),
    "HH": gettext_noop("critically high"),
    "HU": gettext_noop("significantly high"),
    "L": gettext_noop("low"),
    "LL": gettext_noop("critically low"),
    "LU": gettext_noop("significantly low"),
    "A": gettext_noop("abnormal"),
    "AA": gettext_noop("critically abnormal"),
    "N": gettext_noop("normal"),
}
"""HL7 v3 ObservationInterpretation."""
_KINDS = {
    "Observation": gettext_noop("Value"),
    "Medication": gettext_noop("Medicine"),
    "Condition": gettext_noop("Condition"),
    "Allergy": gettext_noop("Allergy"),
    "Immunization": gettext_noop("Vaccination"),
    "Procedure": gettext_noop("Procedure"),
    "Encounter": gettext_noop("Visit"),
    "Document": gettext_noop("Document"),
}
STATUSES = (
    gettext_noop("active"),
    gettext_noop("completed"),
    gettext_noop("stopped"),
    gettext_noop("finished"),
    gettext_noop("final"),
    gettext_noop("resolved"),
    gettext_noop("inactive"),
    gettext_noop("confirmed"),
    gettext_noop("current"),
)
"""What records mostly say, and what pages say in the person's language; anything else is shown as it stands."""


class Shown(msgspec.Struct, frozen=True):
    kind: str
    title: str
    lines: tuple[tuple[str, str], ...]
    """Label and text; what the record does not say is not there."""
    text: str = ""
    """Long text, with its line breaks."""


def shown(row: AnyRow) -> Shown:
    """The row in words; nothing is computed, and dates are as precise as the record."""
    lines = [*_lines(row), (_("From"), row.source), (_("Record id"), row.evidence)]
    text = (row.text or "") if isinstance(row, Document) else ""
    return Shown(_kind(row), row.name, tuple((label, said) for label, said in lines if said), text)


def _kind(row: AnyRow) -> str:
    return row.kind if isinstance(row, Document) and row.kind else _(_KINDS[type(row).__name__])


def _lines(row: AnyRow) -> list[tuple[str, str]]:
    match row:
        case Observation():
            return _observation(row)
        case Medication():
            dates = [(_("Started"), _date(row.start)), (_("Ended"), _date(row.end))]
            return [
                (_("Status"), status_said(row.status)),
                (_("How it is taken"), row.dosage or ""),
                *dates,
                (_("For"), row.reason or ""),
            ]
        case Condition():
            status = ", ".join(map(status_said, filter(None, (row.clinical_status, row.verification_status))))
            dates = [(_("Since"), _date(row.onset)), (_("Until"), _date(row.end)), (_("Recorded"), _date(row.recorded))]
            return [(_("Status"), status), *dates]
        case Allergy():
            return _allergy(row)
        case Immunization():
            return [(_("Status"), status_said(row.status)), (_("Given"), _date(row.given))]
        case Procedure():
            return [(_("Status"), status_said(row.status)), (_("Done"), _date(row.performed))]
        case Encounter():
            dates = [(_("Began"), _date(row.start)), (_("Ended"), _date(row.end))]
            return [(_("Status"), status_said(row.status)), *dates, (_("For"), row.reason or "")]
        case Document():
            return [(_("Status"), status_said(row.status)), (_("Dated"), _date(row.dated))]
        case _:
            assert_never(row)


def _observation(row: Observation) -> list[tuple[str, str]]:
    value = (
        f"{row.comparator or ''}{row.value:.15g} {row.unit or ''}".strip() if row.value is not None else row.text or ""
    )
    flag = f"{_(_FLAGS[row.flag])} ({row.flag})" if row.flag in _FLAGS else row.flag or ""
    return [
        (_("Value"), value),
        (_("Date"), _date(row.effective)),
        (_("Printed range"), _range(row)),
        (_("Flag of the laboratory"), flag),
        (_("Status"), status_said(row.status) if row.status != "final" else ""),
    ]


def _range(row: Observation) -> str:
    if row.reference_text:
        return row.reference_text
    bounds = [f"{bound:g}" for bound in (row.reference_low, row.reference_high) if bound is not None]
    return " – ".join(bounds)


def _allergy(row: Allergy) -> list[tuple[str, str]]:
    status = ", ".join(map(status_said, filter(None, (row.clinical_status, row.verification_status))))
    return [
        (_("Status"), status),
        (_("Reaction"), ", ".join(row.reactions)),
        (_("Criticality"), row.criticality or ""),
        (_("Recorded"), _date(row.recorded)),
    ]


def status_said(written: str | None) -> str:
    """In the person's language, where it is one of those that records mostly say."""
    return _(written) if written else ""


def _date(date: RecordDate | None) -> str:
    """Date, and the time where the record has one."""
    return date.text[:16].replace("T", " ") if date else ""
