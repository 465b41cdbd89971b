"""The pages of importing a file: sending it, seeing how far it is, answering how a table is to be read."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from healthchat.records import uploads
from healthchat.records.frame import for_people, frame, own
from healthchat.records.importers import NotUnderstood, Reading
from healthchat.records.importers.sheet import ROLES, Preview, Role
from healthchat.records.models import Patient, Upload

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

PIECE_BYTES = 4 << 20
UPLOADS_SHOWN = 10

ROLE_NAMES: dict[Role, StrPromise] = {
    "ignore": gettext_lazy("leave out"),
    "date": gettext_lazy("date"),
    "time": gettext_lazy("time"),
    "test": gettext_lazy("name of the test"),
    "value": gettext_lazy("value"),
    "unit": gettext_lazy("unit"),
    "range": gettext_lazy("range"),
    "low": gettext_lazy("range, from"),
    "high": gettext_lazy("range, to"),
    "flag": gettext_lazy("flag"),
    "code": gettext_lazy("LOINC code"),
    "patient": gettext_lazy("patient"),
    "result": gettext_lazy("values of the test in the heading"),
    "dated": gettext_lazy("values of the day in the heading"),
}
STATES: dict[str, StrPromise] = {
    Upload.State.RECEIVING: gettext_lazy("on its way"),
    Upload.State.READING: gettext_lazy("being read"),
    Upload.State.STORING: gettext_lazy("being stored"),
    Upload.State.ASKING: gettext_lazy("asks you something"),
    Upload.State.DONE: gettext_lazy("is in"),
    Upload.State.REFUSED: gettext_lazy("not taken"),
}


class Announced(msgspec.Struct, frozen=True):
    """A file that is about to be sent."""

    name: str
    size: Annotated[int, msgspec.Meta(ge=0, le=1 << 60)]


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def import_page(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Choose files; without JavaScript, also send one."""
    patient = own(request, patient_id)
    refused = ""
    if request.method == "POST":
        sent = request.FILES.get("file")
        try:
            return redirect("upload", patient.pk, _taken(patient, sent).pk)
        except NotUnderstood as refusal:
            refused = str(refusal)
    context = {
        "refused": refused,
        "recent": [(one, STATES[one.state]) for one in patient.uploads.all()[:UPLOADS_SHOWN]],
        "piece": PIECE_BYTES,
        "megabytes": settings.DATA_UPLOAD_MAX_MEMORY_SIZE >> 20,
    }
    return render(request, "records/import.html", frame(request, patient) | context, status=400 if refused else 200)


@require_POST
@for_people
def begin(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Announce a file that comes in pieces: `{"name", "size"}`."""
    patient = own(request, patient_id)
    try:
        said = msgspec.json.decode(request.body, type=Announced)
        upload = uploads.begin(patient, name=said.name, size=said.size)
    except NotUnderstood as refusal:
        return JsonResponse({"refused": str(refusal)}, status=400)
    except (msgspec.DecodeError, RecursionError):
        return JsonResponse({"refused": _("Say what the file is called and how large it is.")}, status=400)
    return JsonResponse(_state(upload), status=201)


@require_POST
@for_people
def piece(request: HttpRequest, patient_id: UUID, upload_id: UUID) -> HttpResponse:
    """Take the bytes from `?at=` on; after the last ones, begin to read."""
    _patient, upload = _own_upload(request, patient_id, upload_id)
    at = request.GET.get("at", "")
    try:
        place = int(at) if at.isdecimal() and len(at) < 16 else -1
        upload = uploads.append(upload, request.body, at=place)
    except uploads.OutOfPlace:
        upload.refresh_from_db()
        return JsonResponse(_state(upload), status=409)
    if upload.received == upload.size:
        uploads.begin_reading(upload)
        upload.refresh_from_db()
    return JsonResponse(_state(upload))


@require_safe
@for_people
def upload_page(request: HttpRequest, patient_id: UUID, upload_id: UUID) -> HttpResponse:
    """How far a file is; as JSON with `?as=json`."""
    patient, upload = _own_upload(request, patient_id, upload_id)
    if request.GET.get("as") == "json":
        return JsonResponse(_state(upload))
    if upload.state == Upload.State.DONE and upload.source_id:
        return redirect(reverse("source", args=[patient.pk, upload.source_id]) + f"?upload={upload.pk}")
    question = msgspec.convert(upload.question, Preview) if upload.question else None
    context = {
        "upload": upload,
        "percent": _percent(upload),
        "working": upload.state in uploads.WORKING,
        "stuck": uploads.is_stuck(upload),
        "gone": uploads.GONE if uploads.is_gone(upload) else "",
        "question": question,
        "columns": _columns(question),
        "roles": ROLE_NAMES,
    }
    return render(request, "records/upload.html", frame(request, patient) | context)


@require_POST
@for_people
def answer(request: HttpRequest, patient_id: UUID, upload_id: UUID) -> HttpResponse:
    """Say how a table is to be read, or have a file read again."""
    patient, upload = _own_upload(request, patient_id, upload_id)
    if upload.received == upload.size and upload.state not in (Upload.State.DONE, Upload.State.REFUSED):
        uploads.begin_reading(upload, reading=_reading(request, upload))
    return redirect("upload", patient.pk, upload.pk)


@require_POST
@for_people
def forget(request: HttpRequest, patient_id: UUID, upload_id: UUID) -> HttpResponse:
    """Give up a file that is not in yet."""
    patient, upload = _own_upload(request, patient_id, upload_id)
    uploads.delete(upload)
    return redirect("import", patient.pk)


def _own_upload(request: HttpRequest, patient_id: UUID, upload_id: UUID) -> tuple[Patient, Upload]:
    patient = own(request, patient_id)
    return patient, get_object_or_404(patient.uploads, pk=upload_id)


def _taken(patient: Patient, sent: UploadedFile[Any] | None) -> Upload:
    if sent is None:
        raise NotUnderstood(_("Choose a file first."))
    upload = uploads.begin(patient, name=sent.name or "", size=sent.size or 0)
    for block in sent.chunks(PIECE_BYTES):
        upload = uploads.append(upload, block, at=upload.received)
    uploads.begin_reading(upload)
    return upload


def _reading(request: HttpRequest, upload: Upload) -> Reading | None:
    if upload.state != Upload.State.ASKING or not upload.question:
        return None
    asked = msgspec.convert(upload.question, Preview)
    roles = [request.POST.get(f"column-{place}", "ignore") for place in range(len(asked.names))]
    with contextlib.suppress(msgspec.ValidationError):
        chosen = msgspec.convert([role if role in ROLES else "ignore" for role in roles], tuple[Role, ...])
        day_first = {"day": True, "month": False}.get(request.POST.get("first", ""))
        return Reading(day_first=day_first, roles=chosen)
    return None


def _columns(question: Preview | None) -> list[dict[str, Any]]:
    if question is None:
        return []
    return [
        {"place": place, "name": name, "role": role, "cells": [line[place] for line in question.lines[:4]]}
        for place, (name, role) in enumerate(zip(question.names, question.roles, strict=True))
    ]


def _percent(upload: Upload) -> int:
    if upload.state == Upload.State.RECEIVING:
        return upload.received * 100 // upload.size
    return min(100, upload.read * 100 // upload.size)


def _state(upload: Upload) -> dict[str, Any]:
    return {
        "state": upload.state,
        "received": upload.received,
        "percent": _percent(upload),
        "message": upload.message,
        "page": reverse("upload", args=[upload.patient_id, upload.pk]),
        "pieces": reverse("upload-piece", args=[upload.patient_id, upload.pk]),
    }
