"""Pages about a patient's records."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from healthchat.records.export import bundle_of
from healthchat.records.models import Patient
from healthchat.records.shown import shown
from healthchat.records.view import records_of, rows_behind


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
@never_cache
def export(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """All of a patient's records as a FHIR bundle, to keep or to import elsewhere."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    patient = get_object_or_404(Patient.objects.visible_to(request.user), pk=patient_id)
    found = bundle_of(records_of(patient), name=patient.name)
    headers = {"Content-Disposition": 'attachment; filename="health-records.fhir.json"'}
    return JsonResponse(found, content_type="application/fhir+json", headers=headers)
