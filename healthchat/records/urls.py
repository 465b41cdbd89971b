"""Pages about a patient's records."""

from __future__ import annotations

from django.urls import path

from healthchat.records import views

urlpatterns = [
    path("patients/<uuid:patient_id>/evidence/<path:evidence>", views.evidence, name="evidence"),
    path("patients/<uuid:patient_id>/export", views.export, name="export"),
]
