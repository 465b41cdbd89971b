"""The demo patient: one believable person, made by rule and chance with a fixed seed, and imported like any file.

`bundle(end)` is the same for the same end date, and ids are the same for all: nobody's data is in it.
"""

from __future__ import annotations

import json
from datetime import date
from io import BytesIO

from django.db import transaction

from healthchat.records.demo.life import bundle
from healthchat.records.demo.story import NAME
from healthchat.records.importers import read_file
from healthchat.records.models import Patient
from healthchat.records.storing import store

__all__ = ["NAME", "bundle", "ensure_demo_patient"]

FILE_NAME = "demo patient (made up)"


def ensure_demo_patient(today: date) -> Patient:
    """The sample that everybody may read, made up to `today` where it is not there yet."""
    found = Patient.objects.filter(is_sample=True, name=NAME).first()
    if found is not None and found.sources.exists():
        return found
    imported = read_file(BytesIO(json.dumps(bundle(today)).encode()), name=FILE_NAME)
    with transaction.atomic():
        patient, _ = Patient.objects.get_or_create(is_sample=True, name=NAME)
        if not patient.sources.exists():
            store(imported, patient=patient)
    return patient
