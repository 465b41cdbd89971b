"""Pages about patients' records. Everything is looked up through its owner; the shared sample may be read by all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import msgspec
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.db.models import Case, Count, F, Q, Value, When
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from healthchat.accounts.guests import person_for
from healthchat.records.by_hand import enter
from healthchat.records.export import bundle_of
from healthchat.records.forms import ConditionForm, MedicineForm, PatientForm, ValueForm
from healthchat.records.frame import for_people, frame, own, readable
from healthchat.records.models import Patient, Source, Upload
from healthchat.records.overview import amount, series_of, tests_of
from healthchat.records.shown import shown, status_said
from healthchat.records.view import MODELS, records_of, rows_behind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ROWS_SHOWN = 6
"""Of each kind on the overview."""
ROWS_A_PAGE = 50
SOURCES_SHOWN = 8
UNMAPPED_SHOWN = 500

HEADINGS = {
    "medication": gettext_lazy("Medicines"),
    "condition": gettext_lazy("Conditions"),
    "allergy": gettext_lazy("Allergies"),
    "immunization": gettext_lazy("Vaccinations"),
    "procedure": gettext_lazy("Procedures"),
    "encounter": gettext_lazy("Visits"),
    "document": gettext_lazy("Reports and documents"),
}
"""The kinds that are listed, in the order of the page; observations are shown by test."""
VALUES = gettext_lazy("Values")
COUNTED = {
    "observation": ngettext_lazy("%(count)s value", "%(count)s values", "count"),
    "medication": ngettext_lazy("%(count)s medicine", "%(count)s medicines", "count"),
    "condition": ngettext_lazy("%(count)s condition", "%(count)s conditions", "count"),
    "allergy": ngettext_lazy("%(count)s allergy", "%(count)s allergies", "count"),
    "immunization": ngettext_lazy("%(count)s vaccination", "%(count)s vaccinations", "count"),
    "procedure": ngettext_lazy("%(count)s procedure", "%(count)s procedures", "count"),
    "encounter": ngettext_lazy("%(count)s visit", "%(count)s visits", "count"),
    "document": ngettext_lazy("%(count)s document", "%(count)s documents", "count"),
}
FORMATS = {
    "fhir": "FHIR",
    "apple_health": "Apple Health",
    "ccda": "C-CDA",
    "sheet": gettext_lazy("Table"),
    "zip": gettext_lazy("Archive"),
    "form": gettext_lazy("By hand"),
}


class Entry(NamedTuple):
    """What can be entered by hand: as one of several, as the heading, and with which form."""

    called: StrOrPromise
    heading: StrOrPromise
    form: type[Any]


ENTRIES: dict[str, Entry] = {
    "value": Entry(gettext_lazy("A value"), gettext_lazy("Enter a value"), ValueForm),
    "medicine": Entry(gettext_lazy("A medicine"), gettext_lazy("Enter a medicine"), MedicineForm),
    "condition": Entry(gettext_lazy("A condition"), gettext_lazy("Enter a condition"), ConditionForm),
}


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def patients(request: HttpRequest) -> HttpResponse:
    """Whose records there are, and a form to begin another person's; a visitor becomes a guest by sending it."""
    form = PatientForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        form.instance.owner = person_for(request)
        return redirect("import", form.save().pk)
    everybody = Patient.objects.visible_to(request.user)
    counts = _counts_of(everybody)
    found = [(patient, counts.get(patient.pk, [])) for patient in everybody]
    return render(request, "records/patients.html", {"found": found, "form": form}, status=400 if form.errors else 200)


@require_safe
@for_people
def overview(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """All of a patient's records: results by test, everything else by kind."""
    patient = readable(request, patient_id)
    records = records_of(patient)
    kinds = [
        {
            "kind": kind,
            "heading": heading,
            "total": MODELS[kind]._default_manager.filter(patient=patient).count(),
            "rows": [shown_row(row) for row in _ordered(kind, patient)[:ROWS_SHOWN]],
        }
        for kind, heading in HEADINGS.items()
    ]
    groups = tests_of(records)
    return render(
        request,
        "records/overview.html",
        frame(request, patient)
        | {
            "groups": groups,
            "outside": sum(1 for group in groups for test in group.tests if test.place in ("low", "high")),
            "tests": sum(len(group.tests) for group in groups),
            "kinds": [one for one in kinds if one["total"]],
            "empty": [str(one["heading"]) for one in kinds if not one["total"]],
            "sources": _listed(patient.sources.all()[:SOURCES_SHOWN]),
            "sources_total": patient.sources.count(),
        },
    )


@require_safe
@for_people
def test(request: HttpRequest, patient_id: UUID, slug: str) -> HttpResponse:
    """One test: its course as a chart, and every value."""
    patient = readable(request, patient_id)
    series = series_of(records_of(patient), slug)
    if series is None:
        raise Http404
    lines = Paginator(series.rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "records/test.html", frame(request, patient) | {"series": series, "lines": lines})


@require_safe
@for_people
def rows(request: HttpRequest, patient_id: UUID, kind: str) -> HttpResponse:
    """All rows of one kind, the latest first; with `?q=`, those whose text has it."""
    patient = readable(request, patient_id)
    if kind not in MODELS:
        raise Http404
    wanted = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    found = _ordered(kind, patient)
    if wanted:
        found = found.filter(Q(name__icontains=wanted) | Q(evidence=wanted))
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "kind": kind,
        "heading": _plural(kind),
        "page": page,
        "rows": [shown_row(row) for row in page],
        "wanted": wanted,
    }
    return render(request, "records/rows.html", frame(request, patient) | context)


@require_safe
@for_people
def source(request: HttpRequest, patient_id: UUID, source_id: UUID) -> HttpResponse:
    """What one file brought: rows, what was left unmapped and why, what was not taken."""
    patient = readable(request, patient_id)
    found = get_object_or_404(patient.sources, pk=source_id)
    here = {kind: model._default_manager.filter(source=found).count() for kind, model in MODELS.items()}
    context = {
        "source": found,
        "format": FORMATS.get(found.kind, found.kind),
        "counts": [(_plural(kind), count, here[kind]) for kind, count in found.counts.items()],
        "total": sum(here.values()),
        "unmapped": found.unmapped[:UNMAPPED_SHOWN],
        "unmapped_rows": sum(one["count"] for one in found.unmapped),
        "unmapped_hidden": max(0, len(found.unmapped) - UNMAPPED_SHOWN),
        "skipped": sorted(found.skipped.items(), key=lambda one: -one[1]),
        "added": _added(request, found),
    }
    return render(request, "records/source.html", frame(request, patient) | context)


@require_POST
@for_people
def delete_source(request: HttpRequest, patient_id: UUID, source_id: UUID) -> HttpResponse:
    """Delete a file's records."""
    patient = own(request, patient_id)
    found = get_object_or_404(patient.sources, pk=source_id)
    found.delete()
    messages.success(request, _("The file and the records that came from it were deleted."))
    return redirect("records", patient.pk)


@require_safe
@for_people
def sources(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Every file and form that the records came from."""
    patient = readable(request, patient_id)
    page = Paginator(patient.sources.all(), ROWS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "records/sources.html", frame(request, patient) | {"page": page, "listed": _listed(page)})


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def add(request: HttpRequest, patient_id: UUID, kind: str) -> HttpResponse:
    """Enter a value, a medicine or a condition by hand."""
    patient = own(request, patient_id)
    if kind not in ENTRIES:
        raise Http404
    form = ENTRIES[kind].form(_posted(request))
    if request.method == "POST" and form.is_valid():
        enter(kind, form.cleaned_data, patient=patient)
        messages.success(request, _("What you entered is in the records."))
        return redirect("records", patient.pk)
    context = {"form": form, "kind": kind, "heading": ENTRIES[kind].heading, "entries": ENTRIES}
    return render(request, "records/add.html", frame(request, patient) | context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def edit(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Change whose records they are."""
    patient = own(request, patient_id)
    form = PatientForm(_posted(request), instance=patient)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("records", patient.pk)
    # What the form refused is not what the page's frame should call the patient.
    framed = frame(request, own(request, patient_id))
    return render(request, "records/edit.html", framed | {"form": form}, status=400 if form.errors else 200)


@require_POST
@for_people
def delete(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Delete a patient with all records."""
    patient = own(request, patient_id)
    if request.POST.get("sure") != "yes":
        messages.error(request, _("Tick the box first: deleting cannot be undone."))
        return redirect("edit-patient", patient.pk)
    patient.delete()
    messages.success(request, _("The person and all their records were deleted."))
    return redirect("patients")


@require_safe
@never_cache
def evidence(request: HttpRequest, patient_id: UUID, evidence: str) -> HttpResponse:
    """The rows behind a citation: a page, or with `?partial=1` what is shown beside the answer."""
    partial = "partial" in request.GET
    if not request.user.is_authenticated:
        if partial:
            raise Http404
        return redirect_to_login(request.get_full_path())
    patient = get_object_or_404(Patient.objects.visible_to(request.user), pk=patient_id)
    rows = [shown(row) for row in rows_behind(patient, evidence)]
    if not rows:
        raise Http404
    template = "records/evidence_rows.html" if partial else "records/evidence.html"
    return render(request, template, {"patient": patient, "rows": rows})


@require_safe
@for_people
def export(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """All of a patient's records as a FHIR bundle, to keep or to import elsewhere; with `?as=rows`, as plain rows."""
    patient = readable(request, patient_id)
    records = records_of(patient)
    if request.GET.get("as") == "rows":
        by_kind = {kind: [] for kind in MODELS} | _by_kind(records.rows)
        told = {"patient": {"name": patient.name} | msgspec.to_builtins(records.patient)} | by_kind
        headers = {"Content-Disposition": 'attachment; filename="health-records.json"'}
        return JsonResponse(told, headers=headers)
    headers = {"Content-Disposition": 'attachment; filename="health-records.fhir.json"'}
    found = bundle_of(records, name=patient.name)
    return JsonResponse(found, content_type="application/fhir+json", headers=headers)


def shown_row(row: Any) -> dict[str, str]:
    """A stored row as one line of a list."""
    when = getattr(row, row.LEADING_DATE)
    status = getattr(row, "status", "") or getattr(row, "clinical_status", "")
    end = getattr(row, "end", "")
    details = [getattr(row, name, "") for name in ("dosage", "reason")]
    if getattr(row, "reactions", None):
        details.append(", ".join(row.reactions))
    if hasattr(row, "value"):
        details = [f"{amount(row)} {row.unit if row.value is not None else ''}".strip()]
    return {
        "name": row.name,
        "date": when[:10],
        "end": end[:10],
        "status": status,
        "status_said": status_said(status),
        "detail": " · ".join(one for one in details if one)[:200],
        "evidence": row.evidence,
    }


def _added(request: HttpRequest, found: Source) -> int | None:
    """How many rows the upload that one comes from has added; None without one."""
    upload_id = request.GET.get("upload", "")
    uploads = found.upload_set.filter(state=Upload.State.DONE)
    return next((one.added for one in uploads if str(one.pk) == upload_id), None)


def _listed(found: Iterable[Source]) -> list[tuple[Source, list[str]]]:
    """Sources with what each brought, such as "3 values"."""
    return [(one, [_counted(kind, count) for kind, count in one.counts.items()]) for one in found]


def _posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, also where that is nothing."""
    return request.POST if request.method == "POST" else None


def _ordered(kind: str, patient: Patient) -> Any:
    found = MODELS[kind]._default_manager.filter(patient=patient)
    if kind == "medication":
        # What is taken now comes first.
        now = Case(When(status="active", then=Value(0)), default=Value(1))
        return found.order_by(now, F("instant").desc(nulls_last=True), "key")
    if kind == "condition":
        return found.order_by("clinical_status", "-instant", "key")
    return found


def _counts_of(patients: Iterable[Patient]) -> dict[UUID, list[str]]:
    """How much there is of each kind, by patient: one query a kind, however many patients."""
    found: dict[UUID, list[str]] = {}
    for kind, model in MODELS.items():
        by_patient = model._default_manager.filter(patient__in=patients).order_by()
        for patient_id, count in by_patient.values_list("patient").annotate(Count("pk")):
            found.setdefault(patient_id, []).append(_counted(kind, count))
    return found


def _counted(kind: str, count: int) -> str:
    return str(COUNTED[kind] % {"count": count})


def _plural(kind: str) -> str:
    return str(HEADINGS.get(kind, VALUES))


def _by_kind(rows: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(type(row).__name__.lower(), []).append(msgspec.to_builtins(row))
    return found
