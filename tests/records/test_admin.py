"""The admin of patients and records: to look at, not to change."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from healthchat.accounts.models import Disclosure
from healthchat.records import models
from healthchat.records.importers import read
from healthchat.records.models import Patient
from healthchat.records.storing import store
from healthchat.records.view import MODELS
from tests.records.conftest import Writer, observation, person

ALL = [models.Patient, models.Source, models.Upload, *MODELS.values()]


@pytest.fixture
def filled(patient: Patient, write: Writer) -> Patient:
    resources = [
        {"resourceType": "MedicationRequest", "id": "m1", "medicationCodeableConcept": {"text": "Metformin"}},
        {"resourceType": "Condition", "id": "c1", "code": {"text": "Asthma"}},
        {"resourceType": "AllergyIntolerance", "id": "a1", "code": {"text": "Nickel"}},
        {"resourceType": "Immunization", "id": "i1", "vaccineCode": {"text": "Flu"}},
        {"resourceType": "Procedure", "id": "x1", "code": {"text": "Colonoscopy"}},
        {"resourceType": "Encounter", "id": "e1", "class": {"code": "AMB"}},
        {"resourceType": "CarePlan", "id": "d1", "title": "Plan"},
    ]
    store(read(write(person(), *[observation(f"o{n}") for n in range(30)], *resources)), patient=patient)
    models.Upload.objects.create(patient=patient, name="records.json", size=7)
    return patient


@pytest.mark.parametrize("model", ALL)
def test_it_lists_finds_and_shows(admin_client: Client, filled: Patient, model: type[models.models.Model]) -> None:
    name = f"admin:records_{model._meta.model_name}"

    with CaptureQueriesContext(connection) as queries:
        assert admin_client.get(reverse(f"{name}_changelist")).status_code == 200
    assert len(queries) < 14
    assert admin_client.get(reverse(f"{name}_changelist"), {"q": "alice"}).status_code == 200
    assert admin_client.get(reverse(f"{name}_change", args=[model.objects.first().pk])).status_code == 200


@pytest.mark.parametrize("model", ALL)
def test_it_changes_nothing(admin_client: Client, filled: Patient, model: type[models.models.Model]) -> None:
    name = f"admin:records_{model._meta.model_name}"
    row = model.objects.first()

    assert admin_client.get(reverse(f"{name}_add")).status_code == 403
    assert admin_client.post(reverse(f"{name}_change", args=[row.pk]), {"name": "other"}).status_code == 403
    assert admin_client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_it_knows_all_tables() -> None:
    registered = {model for model in admin.site._registry if model._meta.app_label == "records"}

    assert registered == set(ALL)


@pytest.mark.parametrize("model", ALL)
def test_it_keeps_what_a_person_has_sealed_until_a_reason_is_given(
    admin_client: Client, filled: Patient, model: type[models.models.Model]
) -> None:
    name = f"admin:records_{model._meta.model_name}"
    pk = model.objects.first().pk
    words = ["Alice's mother", "Metformin", "Asthma", "Nickel", "Flu", "Colonoscopy", "Plan", "records.json", "HbA1c"]
    words = [escape(word) for word in words] + [">AMB<"]
    lists = admin_client.get(reverse(f"{name}_changelist")).text
    sealed = admin_client.get(reverse(f"{name}_change", args=[pk])).text

    admin_client.post(reverse(f"{name}_open", args=[pk]), {"reason": "The import was said to be wrong."})
    opened = admin_client.get(reverse(f"{name}_change", args=[pk])).text

    assert [word for word in words if word in lists or word in sealed] == []
    assert len(opened) > len(sealed)
    assert Disclosure.objects.get().subject == f"patient {filled.pk}"
