"""Who may see a page about a patient, and what each of those pages shows around its content."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache

from healthchat.records.models import Patient

View = Callable[..., HttpResponse]


def for_people(view: View) -> View:
    """Ask to sign in first where no guests are let in; nothing of it is kept by a cache."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (request.user.is_authenticated or settings.HEALTHCHAT_GUESTS):
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return never_cache(guarded)


def readable(request: HttpRequest, patient_id: UUID) -> Patient:
    """A patient whose records this person may read; any other is a 404."""
    return get_object_or_404(Patient.objects.visible_to(request.user), pk=patient_id)


def own(request: HttpRequest, patient_id: UUID) -> Patient:
    """A patient whose records this person may change; any other is a 404."""
    return get_object_or_404(Patient.objects.owned_by(request.user), pk=patient_id)


def frame(request: HttpRequest, patient: Patient) -> dict[str, Any]:
    """What every page about one patient shows: whose records they are, and whose others there are."""
    return {
        "patient": patient,
        "changeable": patient.owner_id == request.user.pk,
        "others": [one for one in Patient.objects.visible_to(request.user) if one.pk != patient.pk],
        "ask_url": reverse("chat"),
    }
