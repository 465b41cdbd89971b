"""Patients, the files that their records came from, and the rows, to look at. Nothing is changed here.

What a person has is sealed (`healthchat.accounts.seal`): lists show ids, times and states, and a page shows the rest
once it was opened for a reason. The sample patient is nobody's, and is open.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest

from healthchat.accounts.seal import SealedAdmin
from healthchat.records import models

OF_PATIENT = ["patient__id", "patient__owner__username"]


class RecordAdmin(SealedAdmin):
    """Everything that is not named as needed to run the server is behind the seal."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return tuple(field.name for field in self.model._meta.concrete_fields)

    @property
    def opened_fields(self) -> tuple[str, ...]:  # type: ignore[override]
        named = (field.name for field in self.model._meta.concrete_fields)
        return tuple(name for name in named if name not in self.sealed_fields)

    def patient_of(self, obj: Any) -> models.Patient:
        patient: models.Patient = obj.patient
        return patient

    def owner_of(self, obj: Any) -> User | None:
        return self.patient_of(obj).owner

    def subject_of(self, obj: Any) -> str:
        return f"patient {self.patient_of(obj).pk}"


@admin.register(models.Patient)
class PatientAdmin(RecordAdmin):
    list_display = ["id", "owner", "is_sample", "created"]
    list_filter = ["is_sample", "created"]
    list_select_related = ["owner"]
    search_fields = ["id", "owner__username"]
    date_hierarchy = "created"
    sealed_fields = ("id", "owner", "is_sample", "created")

    def patient_of(self, obj: models.Patient) -> models.Patient:
        return obj


@admin.register(models.Source)
class SourceAdmin(RecordAdmin):
    list_display = ["id", "kind", "patient_id", "imported", "counts"]
    list_filter = ["kind", "imported"]
    search_fields = ["id", "sha256", *OF_PATIENT]
    date_hierarchy = "imported"
    sealed_fields = ("id", "patient", "kind", "imported", "sha256", "counts")

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Source]:
        return super().get_queryset(request).defer("unmapped")


@admin.register(models.Upload)
class UploadAdmin(RecordAdmin):
    list_display = ["id", "state", "patient_id", "size", "received", "read", "created", "changed"]
    list_filter = ["state", "created"]
    search_fields = ["id", *OF_PATIENT]
    date_hierarchy = "created"
    sealed_fields = ("id", "patient", "state", "size", "received", "read", "created", "changed")

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Upload]:
        return super().get_queryset(request).defer("question", "reading")


class RowAdmin(RecordAdmin):
    """Rows are many: no count of all of them."""

    list_display = ["key", "patient_id", "source_id", "precision"]
    list_filter = ["precision"]
    search_fields = ["key", "evidence", *OF_PATIENT]
    ordering = ["-id"]
    show_full_result_count = False
    sealed_fields = ("id", "patient", "source", "key", "evidence", "precision")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("patient__owner")


for _row in (
    models.Observation,
    models.Medication,
    models.Condition,
    models.Allergy,
    models.Immunization,
    models.Procedure,
    models.Encounter,
    models.Document,
):
    admin.site.register(_row, RowAdmin)
