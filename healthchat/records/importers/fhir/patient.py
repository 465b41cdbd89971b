"""Whose records a file holds: one person's, or it is refused."""

from __future__ import annotations

from django.utils.translation import gettext

from agents.records import Patient
from healthchat.records.importers.fhir.elements import date, obj, objs, text
from healthchat.records.importers.fhir.resource import Resource, reference
from healthchat.records.importers.fhir.stream import Json
from healthchat.records.importers.imported import NotUnderstood

MAX_NAME_LENGTH = 200

_NOT_PEOPLE = frozenset({"Group", "Device", "Location", "Organization", "Practitioner", "Substance", "Medication"})
_PREFERRED = ("usual", "official", "")


class Persons:
    """Gathers who a file speaks of, and settles on one person."""

    def __init__(self) -> None:
        self._patients: dict[str, tuple[Resource, set[str]]] = {}
        self._subjects: set[str] = set()

    @property
    def met(self) -> bool:
        return bool(self._patients)

    def meet(self, resource: Resource) -> None:
        """A Patient resource; the same one again adds nothing."""
        aliases = {one.id for one in resource.references}
        known = self._patients.setdefault(resource.id, (resource, set()))
        known[1].update(aliases)

    def owns(self, resource: Resource) -> bool:
        """Whether the resource is about a person; remembers about whom."""
        subject = obj(resource.data.get("subject") or resource.data.get("patient"))
        written = text(subject.get("reference"))
        if written.startswith("#"):
            return self._owns_contained(resource, written[1:])
        target = reference(written)
        if target is None:
            return text(subject.get("type")) not in _NOT_PEOPLE
        if target.type in _NOT_PEOPLE:
            return False
        self._subjects.add(target.id)
        return True

    def settle(self) -> tuple[Patient, str]:
        """The one person, and their name as recorded.

        Raises:
            NotUnderstood: there are several.
        """
        known = {alias for _, aliases in self._patients.values() for alias in aliases}
        strangers = self._subjects - known
        # References that match nothing are the only patient's, unless others do match.
        lenient = len(self._patients) == 1 and strangers == self._subjects and len(strangers) == 1
        persons = len(self._patients) + (0 if lenient else len(strangers))
        if persons > 1:
            raise NotUnderstood(
                gettext(
                    "This file holds the records of %(persons)s different people. "
                    "Nothing was imported. Please import one person's records at a time."
                )
                % {"persons": persons}
            )
        if not self._patients:
            return Patient(), ""
        resource = next(iter(self._patients.values()))[0]
        return _patient(resource), _name(resource)

    def _owns_contained(self, resource: Resource, inner_id: str) -> bool:
        inner = resource.contained(inner_id)
        if text(inner.get("resourceType")) in _NOT_PEOPLE:
            return False
        own = text(inner.get("id"))
        identifier = obj(inner.get("identifier"))
        told = text(identifier.get("value"))
        if told and own:
            self._subjects.add(f"{text(identifier.get('system'))}|{told}")
        return True


def _patient(resource: Resource) -> Patient:
    data = resource.data
    sex = text(data.get("gender")).lower()
    return Patient(
        sex=sex if sex in ("female", "male", "other") else "unknown",  # type: ignore[arg-type]
        birth_date=date(data.get("birthDate")),
        deceased=date(data.get("deceasedDateTime")),
    )


def _name(resource: Resource) -> str:
    names = sorted(objs(resource.data.get("name")), key=_preference)
    for name in names:
        given = name.get("given")
        parts = [text(part) for part in given] if isinstance(given, list) else [text(given)]
        whole = text(name.get("text")) or " ".join(filter(None, (*parts, text(name.get("family")))))
        if whole:
            return whole[:MAX_NAME_LENGTH]
    return ""


def _preference(name: dict[str, Json]) -> int:
    use = text(name.get("use"))
    return _PREFERRED.index(use) if use in _PREFERRED else len(_PREFERRED)
