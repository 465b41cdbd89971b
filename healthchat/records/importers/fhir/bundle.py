"""All the resources of one FHIR file, gathered into an import."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec
from django.utils.translation import gettext, gettext_noop

from agents.records import AnyRow, Observation
from healthchat.records.importers.fhir.allergy import allergy
from healthchat.records.importers.fhir.condition import condition, states_none
from healthchat.records.importers.fhir.document import document
from healthchat.records.importers.fhir.elements import code, concept, objs, text
from healthchat.records.importers.fhir.encounter import encounter
from healthchat.records.importers.fhir.immunization import immunization
from healthchat.records.importers.fhir.medication import medication
from healthchat.records.importers.fhir.observation import observations
from healthchat.records.importers.fhir.patient import Persons
from healthchat.records.importers.fhir.procedure import procedure
from healthchat.records.importers.fhir.resource import Links, Notes, Reference, Resource, reference
from healthchat.records.importers.fhir.spool import Spool
from healthchat.records.importers.fhir.stream import Entry
from healthchat.records.importers.imported import Import, NotUnderstood
from healthchat.records.importers.rows import Rows

MAX_ROWS = 250_000
"""Rows of one file; what a person's whole life of laboratory work and visits does not reach."""

_ROWS: dict[str, tuple[str, Callable[[Resource], AnyRow]]] = {
    "MedicationRequest": ("medication", medication),
    "MedicationOrder": ("medication", medication),
    "MedicationStatement": ("medication", medication),
    "MedicationDispense": ("medication", medication),
    "MedicationAdministration": ("medication", medication),
    "Condition": ("condition", condition),
    "AllergyIntolerance": ("allergy", allergy),
    "Immunization": ("immunization", immunization),
    "Procedure": ("procedure", procedure),
    "Encounter": ("encounter", encounter),
    "DiagnosticReport": ("document", document),
    "CarePlan": ("document", document),
    "DocumentReference": ("document", document),
}
_CALLED = {
    "fhir": gettext_noop("FHIR file"),
    "apple_health": gettext_noop("Apple Health export"),
    "ccda": gettext_noop("C-CDA document"),
    "sheet": gettext_noop("table"),
}
_KINDS = {"Observation": "observation"} | {type_: kind for type_, (kind, _) in _ROWS.items()}
_REFERRED_TO = frozenset({"Medication", "Condition"})


class TooMany(NotUnderstood):
    """There are more rows in a file than `MAX_ROWS`."""

    def __init__(self) -> None:
        said = gettext("This file has more than %(most)s entries. Please import it in parts.")
        super().__init__(said % {"most": f"{MAX_ROWS:,}"})


def gather(entries: Iterable[Entry], *, file: str, kind: str = "fhir") -> Import:
    """The rows of all resources that are about the file's one patient.

    Raises:
        NotUnderstood: there is nothing of a patient in it, records of several people, or far too much.
    """
    return _Gathering(file, kind).run(entries)


class _Gathering:
    def __init__(self, file: str, kind: str) -> None:
        self._file = file
        self._kind = kind
        self._notes = Notes()
        self._links = Links()
        self._persons = Persons()
        self._rows = Rows()
        self._retracted: dict[tuple[str, str], None] = {}
        self._panels: dict[str, str] = {}
        self._waiting = Spool()

    def run(self, entries: Iterable[Entry]) -> Import:
        with self._waiting:
            for entry in entries:
                self._take(self._resource(entry))
            for entry, within in self._waiting:
                self._convert(self._resource(entry, within=within))
        self._group()
        self._rows.retract(self._retracted)
        patient, name = self._persons.settle()
        if not self._rows and not self._persons.met and not self._retracted:
            raise NotUnderstood(
                gettext("This is of the kind “%(kind)s”, but there is nothing about a patient in it.")
                % {"kind": gettext(_CALLED[self._kind])}
            )
        return Import(
            file=self._file,
            kind=self._kind,
            sha256="",
            patient=patient,
            name=name,
            rows=tuple(self._rows),
            unmapped=self._notes.listed(),
            skipped=dict(sorted(self._notes.skipped.items())),
            retracted=tuple(self._retracted),
        )

    def _resource(self, entry: Entry, *, within: str = "") -> Resource:
        return Resource(entry, file=self._file, links=self._links, notes=self._notes, within=within)

    def _take(self, resource: Resource) -> None:
        if resource.type == "Patient":
            self._persons.meet(resource)
            return
        if resource.type in _REFERRED_TO:
            self._links.learn(resource)
        if resource.type not in _KINDS:
            self._notes.skipped[resource.type[:60]] += 1
            return
        if not self._stands(resource):
            return
        self._note_panel(resource)
        for inner in objs(resource.data.get("contained")):
            if inner.get("resourceType") == "Observation":
                self._take(self._resource(Entry(inner), within=resource.id))
        # What it refers to may come later in the file.
        if any(key in resource.data for key in ("medicationReference", "medication", "reasonReference")):
            self._waiting.put(resource.entry, within=resource.within)
        else:
            self._convert(resource)

    def _stands(self, resource: Resource) -> bool:
        """Whether it says something about the patient; why not is noted."""
        data, kind = resource.data, _KINDS[resource.type]
        if "entered-in-error" in (code(data.get("status")), code(data.get("verificationStatus"))):
            self._retracted[kind, resource.id] = None
            why = "entered in error"
        elif not self._persons.owns(resource):
            why = "not about a person"
        elif kind == "condition" and states_none(concept(data.get("code"))):
            why = "states that there are none"
        else:
            return True
        self._notes.skipped[f"{resource.type} ({why})"] += 1
        return False

    def _note_panel(self, resource: Resource) -> None:
        key = {"DiagnosticReport": "result", "Observation": "hasMember"}.get(resource.type)
        for one in objs(resource.data.get(key)) if key else ():
            written = text(one.get("reference"))
            target = Reference("", f"{resource.id}{written}") if written.startswith("#") else reference(written)
            if target:
                self._panels.setdefault(target.id, resource.id)

    def _convert(self, resource: Resource) -> None:
        for row in self._rows_of(resource):
            self._rows.put(row)
        if len(self._rows) > MAX_ROWS:
            raise TooMany()

    def _rows_of(self, resource: Resource) -> Iterator[AnyRow]:
        if resource.type == "Observation":
            yield from observations(resource)
        else:
            yield _ROWS[resource.type][1](resource)

    def _group(self) -> None:
        for row in list(self._rows):
            if isinstance(row, Observation) and row.panel is None and row.id in self._panels:
                self._rows.replace(msgspec.structs.replace(row, panel=self._panels[row.id]))
