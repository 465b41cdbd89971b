"""One resource of a file, with what its rows need from around it."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter

import msgspec
from django.utils.translation import gettext

from healthchat.records.importers.fhir.elements import Concept, concept, obj, objs, text
from healthchat.records.importers.fhir.stream import Entry, Json
from healthchat.records.importers.imported import Unmapped

_ID = re.compile(r"[A-Za-z0-9\-._:|]{1,100}")
"""FHIR's ids are of 64 letters, digits, hyphens and dots; systems take a little more freedom."""
MAX_NAME_LENGTH = 500


class Reference(msgspec.Struct, frozen=True):
    """What a reference points to: the type where it says one, and the id."""

    type: str
    id: str


class Notes:
    """What an import says about what it could not take or understand."""

    def __init__(self) -> None:
        self.skipped: Counter[str] = Counter()
        self._unmapped: Counter[tuple[str, str, str, str]] = Counter()

    def unmapped(self, kind: str, named: Concept, reason: str) -> None:
        self._unmapped[kind, named.best().code[:200], named.name[:200], reason] += 1

    def listed(self) -> tuple[Unmapped, ...]:
        """The most frequent first."""
        return tuple(
            Unmapped(kind=kind, code=code, text=name, reason=reason, count=count)
            for (kind, code, name, reason), count in self._unmapped.most_common()
        )


class Links:
    """Names of resources that others refer to, known once all were seen."""

    def __init__(self) -> None:
        self._concepts: dict[Reference, Concept] = {}

    def learn(self, resource: Resource) -> None:
        named = concept(resource.data.get("code"))
        if not named.name and resource.type == "Medication":
            named = concept(obj(resource.data.get("ingredient")).get("itemCodeableConcept"))
        if named.name:
            for own in resource.references:
                self._concepts[own] = named

    def named(self, value: Json, *, within: Resource) -> Concept:
        """What the reference `value` points to is called; its own display where that is not in the file."""
        found = obj(value)
        written = text(found.get("reference"))
        if written.startswith("#"):
            inner = within.contained(written[1:])
            return concept(inner.get("code")) if inner else Concept(text(found.get("display")))
        target = reference(written)
        known = self._concepts.get(target) if target else None
        return known or Concept(text(found.get("display")))


class Resource:
    def __init__(self, entry: Entry, *, file: str, links: Links, notes: Notes, within: str = "") -> None:
        self.entry = entry
        self.within = within
        self.data = entry.resource
        self.file = file
        self.links = links
        self.notes = notes
        self.type = text(self.data.get("resourceType"))
        self._full_url = entry.full_url
        self.id = f"{within}#{self._id()}" if within else self._id()
        self.evidence = within or self.id

    @property
    def references(self) -> tuple[Reference, ...]:
        """Every way in which the file may refer to it."""
        found = [Reference(self.type, self.id)]
        by_url = reference(self._full_url)
        return (*found, by_url) if by_url and by_url not in found else tuple(found)

    @property
    def row(self) -> dict[str, str]:
        """The fields that every row has."""
        return {"id": self.id, "evidence": self.evidence, "source": self.file}

    def contained(self, inner_id: str) -> dict[str, Json]:
        inner = (item for item in objs(self.data.get("contained")) if text(item.get("id")).lstrip("#") == inner_id)
        return next(inner, {})

    def name(self, kind: str, *named: Concept) -> str:
        """The first name there is; a row without one is kept, and noted."""
        found = next((one for one in named if one.name), Concept())
        if not found.name:
            self.notes.unmapped(kind, found, gettext("no name or code"))
            return "not named in the record"
        if found.is_only_a_code:
            self.notes.unmapped(kind, found, gettext("a code without a name"))
        return found.name[:MAX_NAME_LENGTH]

    def _id(self) -> str:
        own = text(self.data.get("id"))
        if not own and self._full_url.startswith("urn:uuid:"):
            own = self._full_url.removeprefix("urn:uuid:")
        if not own:
            return digest(self.data)
        # What is no id by the standard could not stand in an address.
        return own if _ID.fullmatch(own) else digest(own)


def reference(written: str) -> Reference | None:
    """`Patient/1`, `https://…/Patient/1/_history/2` and `urn:uuid:…` as type and id; None for anything else."""
    if written.startswith(("urn:uuid:", "urn:oid:")):
        return Reference("", written.rsplit(":", 1)[1])
    parts = written.split("/_history/", 1)[0].rsplit("/", 2)
    if len(parts) < 2 or not parts[-1]:
        return None
    return Reference(parts[-2], parts[-1])


def digest(value: Json) -> str:
    """A stable id for what has none."""
    written = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return "hash-" + hashlib.sha256(written.encode()).hexdigest()[:24]
