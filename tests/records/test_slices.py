"""A large file goes in by slices, and at one moment all the same."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agents.records import RecordDate
from healthchat.records import slices
from healthchat.records.importers import Import, NotUnderstood, read_file
from healthchat.records.models import Observation, Patient, Source
from healthchat.records.storing import store, store_all
from healthchat.records.view import records_of
from tests.records.conftest import bundle, observation, person

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LARGE = slices.ROWS + 500


def large(*, sha256: str = "a" * 64, count: int = LARGE, **changed: Any) -> Import:
    """An import of many rows that differ in their ids; `changed` is said of the first."""
    found = read_file(BytesIO(msgspec.json.encode(bundle(person(), observation()))), name="large.json")
    (row,) = found.rows
    ids = (f"{number:08x}-0000-4000-8000-000000000000" for number in range(count))
    rows = [msgspec.structs.replace(row, id=own, evidence=own) for own in ids]
    rows[0] = msgspec.structs.replace(rows[0], **changed)
    return msgspec.structs.replace(found, rows=tuple(rows), sha256=sha256)


def pending(patient: Patient) -> Source:
    """What an import has stored so far, that has not come to its end."""
    source = slices.begin(patient, name="large.json", kind="fhir", sha256="b" * 64)

    def put(numbers: Any) -> None:
        Observation._base_manager.bulk_create(
            Observation(patient=patient, source=source, key=f"o{number}", evidence=f"o{number}", name="LDL")
            for number in numbers
        )

    slices.store(range(LARGE), put, source=source)
    return source


def test_it_stores_all_of_a_large_file(patient: Patient) -> None:
    source = store(large(), patient=patient)

    assert source.pending is None
    assert source.counts == {"observation": LARGE}
    assert Observation.objects.filter(source=source).count() == LARGE == len(records_of(patient).observations)


def test_it_shows_nothing_before_the_last_moment(patient: Patient, alices: Client) -> None:
    source = pending(patient)

    assert Observation._base_manager.filter(source=source).count() == LARGE
    assert not Observation.objects.exists()
    assert not patient.sources.exists()
    assert len(records_of(patient).observations) == 0
    assert "Nothing here yet" in alices.get(reverse("records", args=[patient.pk])).text
    assert alices.get(reverse("source", args=[patient.pk, source.pk])).status_code == 404
    assert alices.get(f"/api/patients/{patient.pk}/observations/").json()["results"] == []
    assert alices.get(f"/api/patients/{patient.pk}/sources/").json()["results"] == []


def killed(patient: Patient) -> None:
    long_ago = timezone.now() - timedelta(seconds=slices.INTERRUPTED_SECONDS + 1)
    Source.everything.filter(pk=pending(patient).pk).update(pending=long_ago)


def test_it_removes_what_a_killed_import_left(patient: Patient) -> None:
    killed(patient)

    store(large(count=1), patient=patient)

    assert Observation._base_manager.count() == 1
    assert Source.everything.count() == 1


def test_it_removes_what_a_killed_import_left_also_when_it_is_pruned(
    patient: Patient, capsys: pytest.CaptureFixture[str]
) -> None:
    killed(patient)

    call_command("prune")

    assert not Observation._base_manager.exists()
    assert not Source.everything.exists()
    assert "deleted 1 interrupted import\n" in capsys.readouterr().out


def test_it_leaves_alone_what_another_import_is_storing(patient: Patient) -> None:
    source = pending(patient)

    store(large(count=1), patient=patient)

    assert Observation._base_manager.filter(source=source).count() == LARGE


def test_it_stores_nothing_of_a_large_file_about_somebody_else(patient: Patient) -> None:
    store(large(count=1), patient=patient)
    other = msgspec.structs.replace(
        large(sha256="c" * 64), patient=msgspec.structs.replace(large().patient, birth_date=RecordDate("1999-01-01"))
    )

    with pytest.raises(NotUnderstood, match="another person"):
        store(other, patient=patient)

    assert Source.everything.count() == Observation._base_manager.count() == 1


def test_it_changes_only_what_a_later_large_file_says_otherwise(patient: Patient) -> None:
    first = store(large(), patient=patient)
    untouched = Observation.objects.get(key__startswith="00000001-").pk

    later = store(large(sha256="d" * 64, value=90.0), patient=patient)

    assert Observation.objects.get(key__startswith="00000000-").value == 90.0
    assert Observation.objects.get(key__startswith="00000001-").pk == untouched
    assert Observation.objects.filter(source=later).count() == LARGE == Observation.objects.count()
    assert not Observation.objects.filter(source=first).exists()


def test_it_adds_nothing_the_second_time(patient: Patient) -> None:
    first = store(large(), patient=patient)

    again = store(large(), patient=patient)

    assert again == first
    assert Observation.objects.count() == LARGE


def test_it_keeps_the_later_of_two_large_files_that_come_together(patient: Patient) -> None:
    earlier, later = store_all([large(), large(sha256="d" * 64, value=90.0)], patient=patient)

    assert Observation.objects.filter(source=later).count() == LARGE == Observation.objects.count()
    assert Observation.objects.get(key__startswith="00000000-").value == 90.0
    assert not earlier.observation_rows.exists()


def test_it_stores_none_of_several_files_where_one_is_about_somebody_else(patient: Patient) -> None:
    stranger = msgspec.structs.replace(large().patient, birth_date=RecordDate("1999-01-01"))
    other = msgspec.structs.replace(large(sha256="d" * 64, count=1), patient=stranger)

    with pytest.raises(NotUnderstood, match="another person"):
        store_all([large(), other], patient=patient)

    assert not Source.everything.exists()
    assert not Observation._base_manager.exists()


def test_it_removes_what_the_same_large_file_no_longer_says(patient: Patient) -> None:
    store(large(), patient=patient)

    store(large(count=LARGE - 100), patient=patient)

    assert Observation.objects.count() == LARGE - 100


def test_it_deletes_a_person_with_what_is_being_stored(patient: Patient, alice: User) -> None:
    pending(patient)

    patient.delete()

    assert not Observation._base_manager.exists()
    assert not Source.everything.exists()
