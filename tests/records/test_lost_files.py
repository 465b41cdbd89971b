"""Files of imports that went missing while their rows stayed, as where a backup has the one and not the other."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from healthchat.records import uploads
from healthchat.records.models import Patient, Source, Upload

GONE = "This file is no longer here. Please send it again."
SIZE = 8


@pytest.fixture(autouse=True)
def _uploads_of_the_test(settings: object, tmp_path: Path) -> None:
    settings.DATA = tmp_path  # type: ignore[attr-defined]


@pytest.fixture
def half(patient: Patient) -> Upload:
    """A file of which half has arrived."""
    upload = uploads.begin(patient, name="labs.csv", size=SIZE)
    return uploads.append(upload, b"date", at=0)


def lose(upload: Upload, *, kept: int | None = None) -> None:
    path = uploads.folder() / str(upload.pk)
    if kept is None:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:kept])


def page(client: Client, upload: Upload) -> str:
    return client.get(reverse("upload", args=[upload.patient_id, upload.pk])).content.decode()


@pytest.mark.parametrize("kept", [None, 0, 3])
def test_it_refuses_the_rest_of_a_file_whose_beginning_is_gone(alices: Client, half: Upload, kept: int | None) -> None:
    lose(half, kept=kept)

    address = reverse("upload-piece", args=[half.patient_id, half.pk])
    answer = alices.post(f"{address}?at=4", b",tes", content_type="application/octet-stream")

    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["message"]) == ("refused", GONE)
    assert GONE in page(alices, half)


@pytest.mark.parametrize("state", ["receiving", "reading", "storing"])
def test_it_says_so_on_the_files_page_before_anybody_asks(alices: Client, half: Upload, state: str) -> None:
    quiet = timezone.now() - timedelta(seconds=uploads.QUIET_SECONDS)
    Upload.objects.filter(pk=half.pk).update(state=state, changed=quiet)
    before = page(alices, half)
    lose(half)

    after = page(alices, half)

    assert GONE not in before
    assert GONE in after
    assert "Read it again" not in after
    assert Upload.objects.get(pk=half.pk).state == state


def test_it_asks_nothing_about_a_table_that_is_gone(alices: Client, patient: Patient) -> None:
    table = b"date,test,value,unit\n03/04/2025,TSH,2.3,mIU/L\n"
    upload = uploads.append(uploads.begin(patient, name="labs.csv", size=len(table)), table, at=0)
    uploads.begin_reading(upload)
    before = page(alices, upload)
    lose(upload)

    after = page(alices, upload)

    assert "Import it like this" in before
    assert GONE in after
    assert "Import it like this" not in after


def test_it_does_not_doubt_a_file_that_is_being_read(alices: Client, half: Upload) -> None:
    Upload.objects.filter(pk=half.pk).update(state="reading", changed=timezone.now())
    lose(half)

    assert GONE not in page(alices, half)


@pytest.mark.parametrize("kept", [None, 4])
def test_it_reads_no_file_of_which_a_part_is_gone(half: Upload, kept: int | None) -> None:
    uploads.append(half, b",tes", at=4)
    lose(half, kept=kept)

    uploads.read(half.pk)

    half.refresh_from_db()
    assert (half.state, half.message) == ("refused", GONE)
    assert not Source.everything.exists()
