"""A C-CDA document as FHIR resources, read as a stream: one entry of a section is held at a time.

An entry that cannot be made out is counted and left out; the rest of the document is read all the same. A section that
has only words is kept as a document.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from healthchat.records.importers.ccda.element import Builder, Element
from healthchat.records.importers.ccda.entries import convert
from healthchat.records.importers.ccda.values import Texts, identifier, point
from healthchat.records.importers.fhir.stream import Entry, Json
from healthchat.records.importers.xml import Attributes, parsing

_SEXES = {"F": "female", "M": "male", "UN": "other"}
_EMPTY = frozenset(
    {"", "no information", "none", "no data available", "not on file", "no known", "n/a", "none recorded"}
)


class Section:
    """What is known of a section while its entries are read."""

    def __init__(self, nothing: bool) -> None:
        self.nothing = nothing
        self.code = ""
        self.title = ""
        self.templates: set[str] = set()
        self.narrative = ""
        self.texts = Texts()
        self.entries = 0


def entries(file: BinaryIO) -> Iterator[Entry]:
    """The document as FHIR resources.

    Raises:
        NotUnderstood: it is damaged.
    """
    document = _Document()
    for _ in chain(parsing(file, start=document.start, end=document.end, text=document.text), (None,)):
        while document.resources:
            yield Entry(document.resources.popleft())


class _Document:
    def __init__(self) -> None:
        self.resources: deque[dict[str, Json]] = deque()
        self._sections: list[Section] = []
        self._builder: Builder | None = None
        self._names: list[str] = []
        self._dated = ""

    def start(self, written: str, given: Attributes) -> None:
        name = written.rsplit(":", 1)[-1]
        if self._builder is not None:
            self._builder.start(name, given)
            return
        parent = self._names[-1] if self._names else ""
        self._names.append(name)
        if name == "section":
            self._sections.append(Section(nothing=given.get("nullFlavor") in ("NI", "NASK", "UNK")))
        elif (
            name == "recordTarget"
            or (parent == "section" and name in ("code", "title", "text", "entry", "templateId"))
            or (parent == "ClinicalDocument" and name == "effectiveTime")
        ):
            self._builder = Builder(name, given)

    def end(self, written: str) -> None:
        if self._builder is None:
            if self._names.pop() == "section":
                self._end_section(self._sections.pop())
            return
        if self._builder.end():
            element, self._builder = self._builder.root, None
            self._names.pop()
            self._take(element)

    def text(self, said: str) -> None:
        if self._builder is not None:
            self._builder.text(said)

    def _take(self, element: Element) -> None:
        section = self._sections[-1] if self._sections else None
        if element.name == "recordTarget":
            self._put(_patient(element.at("patientRole")))
        elif element.name == "effectiveTime" and section is None:
            self._dated = point(element) or ""
        elif section is None:
            return
        elif element.name == "entry":
            section.entries += 1
            for resource in convert(element, section=section.code, templates=section.templates, texts=section.texts):
                self._put(resource)
        elif element.name == "templateId":
            section.templates.add(element["root"])
        elif element.name == "code":
            section.code = element["code"]
            section.title = section.title or element["displayName"]
        elif element.name == "title":
            section.title = element.text or section.title
        elif element.name == "text":
            section.narrative = element.narrative
            section.texts.learn(element)

    def _end_section(self, section: Section) -> None:
        """Keep the words of a section that has nothing else."""
        said = section.narrative
        if section.entries or not said:
            return
        if section.nothing or said.casefold().strip(" .") in _EMPTY:
            self._put({"resourceType": f"Section (no information): {section.title}"[:60]})
            return
        made: dict[str, Json] = {
            "resourceType": "DocumentReference",
            "id": identifier(None, "section", section.code, section.title, said, self._dated),
            "status": "current",
            "type": {"text": section.title or "Section without a title"},
            "description": said,
        }
        self._put(made | ({"date": self._dated} if self._dated else {}))

    def _put(self, resource: dict[str, Json]) -> None:
        self.resources.append(resource)


def _patient(role: Element) -> dict[str, Json]:
    person = role.at("patient")
    name = person.at("name")
    given = " ".join(part.text for part in name.all("given"))
    family = " ".join(part.text for part in name.all("family"))
    shown = f"{given} {family}".strip() or name.text
    sex = _SEXES.get(person.at("administrativeGenderCode")["code"], "unknown")
    born = (point(person.at("birthTime")) or "")[:10]
    died = point(person.at("deceasedTime")) or ""
    found: dict[str, Json] = {
        "resourceType": "Patient",
        # Who it is, and not under which number: each hospital gives one of its own.
        "id": identifier(None, "patient", sex, born),
        "gender": sex,
        "name": [{"text": shown}] if shown else [],
    }
    return found | ({"birthDate": born} if born else {}) | ({"deceasedDateTime": died} if died else {})
