"""Patients, the files that their records came from, and the rows, to look at. Nothing is changed here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from healthchat.read_only import ReadOnly
from healthchat.records import models


class SourceInline(ReadOnly, admin.TabularInline):
    model = models.Source
    fields = ["name", "kind", "imported", "counts"]
    readonly_fields = ["name", "kind", "imported", "counts"]
    show_change_link = True
    extra = 0


@admin.register(models.Patient)
class PatientAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["id", "name", "owner", "sex", "birth_date", "is_sample", "created"]
    list_filter = ["is_sample", "sex", "created"]
    list_select_related = ["owner"]
    search_fields = ["id", "name", "owner__username"]
    date_hierarchy = "created"
    inlines = [SourceInline]


@admin.register(models.Source)
class SourceAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["id", "name", "kind", "patient_id", "imported", "counts"]
    list_filter = ["kind", "imported"]
    search_fields = ["id", "name", "sha256", "patient__id", "patient__owner__username"]
    date_hierarchy = "imported"

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Source]:
        return super().get_queryset(request).defer("unmapped")


@admin.register(models.Upload)
class UploadAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["id", "state", "patient_id", "size", "received", "read", "created", "changed"]
    list_filter = ["state", "created"]
    search_fields = ["id", "name", "patient__id", "patient__owner__username"]
    date_hierarchy = "created"

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Upload]:
        return super().get_queryset(request).defer("question", "reading")


class RowAdmin(ReadOnly, admin.ModelAdmin):
    """Rows are many: no count of all of them, no text that the list does not show."""

    search_fields = ["key", "evidence", "name", "patient__id", "patient__owner__username"]
    list_filter = ["precision"]
    ordering = ["-id"]
    show_full_result_count = False


@admin.register(models.Observation)
class ObservationAdmin(RowAdmin):
    list_display = ["key", "name", "concept", "value", "unit", "text", "flag", "effective", "status", "patient_id"]
    list_filter = ["category", "status", "flag", "precision"]
    search_fields = [*RowAdmin.search_fields, "concept", "code"]


@admin.register(models.Medication)
class MedicationAdmin(RowAdmin):
    list_display = ["key", "name", "status", "dosage", "start", "end", "patient_id"]
    list_filter = ["status", "precision"]


@admin.register(models.Condition)
class ConditionAdmin(RowAdmin):
    list_display = ["key", "name", "clinical_status", "verification_status", "onset", "end", "patient_id"]
    list_filter = ["clinical_status", "verification_status"]


@admin.register(models.Allergy)
class AllergyAdmin(RowAdmin):
    list_display = ["key", "name", "clinical_status", "criticality", "reactions", "negated", "recorded", "patient_id"]
    list_filter = ["clinical_status", "negated"]


@admin.register(models.Immunization)
class ImmunizationAdmin(RowAdmin):
    list_display = ["key", "name", "status", "given", "patient_id"]
    list_filter = ["status"]


@admin.register(models.Procedure)
class ProcedureAdmin(RowAdmin):
    list_display = ["key", "name", "status", "performed", "patient_id"]
    list_filter = ["status"]


@admin.register(models.Encounter)
class EncounterAdmin(RowAdmin):
    list_display = ["key", "name", "kind", "status", "start", "end", "reason", "patient_id"]
    list_filter = ["kind", "status"]


@admin.register(models.Document)
class DocumentAdmin(RowAdmin):
    list_display = ["key", "name", "kind", "status", "dated", "patient_id"]
    list_filter = ["kind", "status"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("text")
