"""Pages about patients' records."""

from __future__ import annotations

from django.urls import path

from healthchat.records import importing, views

_OWN = "patients/<uuid:patient_id>"
_UPLOAD = f"{_OWN}/uploads/<uuid:upload_id>"

urlpatterns = [
    path("patients", views.patients, name="patients"),
    path(_OWN, views.overview, name="records"),
    path(f"{_OWN}/tests/<slug:slug>", views.test, name="test"),
    path(f"{_OWN}/rows/<slug:kind>", views.rows, name="rows"),
    path(f"{_OWN}/sources", views.sources, name="sources"),
    path(f"{_OWN}/sources/<uuid:source_id>", views.source, name="source"),
    path(f"{_OWN}/sources/<uuid:source_id>/delete", views.delete_source, name="delete-source"),
    path(f"{_OWN}/add/<slug:kind>", views.add, name="add"),
    path(f"{_OWN}/edit", views.edit, name="edit-patient"),
    path(f"{_OWN}/delete", views.delete, name="delete-patient"),
    path(f"{_OWN}/import", importing.import_page, name="import"),
    path(f"{_OWN}/uploads", importing.begin, name="uploads"),
    path(_UPLOAD, importing.upload_page, name="upload"),
    path(f"{_UPLOAD}/pieces", importing.piece, name="upload-piece"),
    path(f"{_UPLOAD}/answer", importing.answer, name="upload-answer"),
    path(f"{_UPLOAD}/forget", importing.forget, name="upload-forget"),
    path(f"{_OWN}/evidence/<path:evidence>", views.evidence, name="evidence"),
    path(f"{_OWN}/export", views.export, name="export"),
]
