"""Reports, care plans and documents: what a record says in words."""

from __future__ import annotations

import base64
import binascii

from agents.records import Document, RecordDate
from healthchat.records.importers.fhir.elements import Concept, code, concept, concepts, first_date, obj, objs, period
from healthchat.records.importers.fhir.elements import text as text_of
from healthchat.records.importers.fhir.resource import Resource
from healthchat.records.importers.fhir.stream import Json, cleaned

MAX_TEXT_LENGTH = 20_000


def document(resource: Resource) -> Document:
    """The row of a DiagnosticReport, CarePlan or DocumentReference."""
    return Document(
        **resource.row,
        name=resource.name("document", *_names(resource.data)),
        kind=resource.type,
        status=code(resource.data.get("status")),
        dated=_dated(resource.data),
        text=_text(resource.data)[:MAX_TEXT_LENGTH] or None,
    )


def _names(data: dict[str, Json]) -> list[Concept]:
    titles = [Concept(text=text_of(data.get("title"))), Concept(text=text_of(data.get("description")))]
    return [concept(data.get("code")), concept(data.get("type")), *titles, *concepts(data.get("category"))]


def _dated(data: dict[str, Json]) -> RecordDate | None:
    start, end = period(data.get("effectivePeriod"))
    planned, planned_end = period(data.get("period"))
    written = first_date(data.get("effectiveDateTime"), data.get("date")) or start or planned
    return written or first_date(data.get("created"), data.get("issued")) or end or planned_end


def _text(data: dict[str, Json]) -> str:
    said = [text_of(data.get("conclusion")), text_of(data.get("description"))]
    for activity in objs(data.get("activity")):
        detail = obj(activity.get("detail"))
        said.append(concept(detail.get("code")).name or text_of(detail.get("description")))
    attachments = [obj(one.get("attachment")) for one in objs(data.get("content"))]
    attachments.extend(objs(data.get("presentedForm")))
    said.extend(_plain(attachment) or text_of(attachment.get("title")) for attachment in attachments)
    said.extend(text_of(note.get("text")) for note in objs(data.get("note")))
    return "\n".join(dict.fromkeys(filter(None, said)))


def _plain(attachment: dict[str, Json]) -> str:
    """The attachment's own text, where it is plain text that came along."""
    if not text_of(attachment.get("contentType")).lower().startswith("text/plain"):
        return ""
    try:
        written = base64.b64decode(text_of(attachment.get("data")), validate=True)
    except (binascii.Error, ValueError):
        return ""
    return cleaned(written.decode("utf-8", errors="replace")).strip()
