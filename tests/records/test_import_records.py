"""`manage.py import_records`."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from healthchat.records.models import Patient, Source
from tests.records.conftest import Writer, observation, person

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def run(*files: Path, user: str = "alice", patient: str = "Mother") -> str:
    out = StringIO()
    call_command("import_records", *map(str, files), user=user, patient=patient, stdout=out)
    return out.getvalue()


def test_it_makes_the_patient_and_says_what_came_in(alice: User, write: Writer) -> None:
    unknown = observation("o2", code={"text": "Frobnicate index"})

    said = run(write(person(), observation(), unknown, {"resourceType": "Claim"}))

    assert said.splitlines() == [
        "records.json: 2 observations",
        "  not taken: 1 Claim",
        "  kept as they stand, without being understood: 1",
        "    1 × Frobnicate index: a test that is not known here",
    ]
    assert Patient.objects.get(owner=alice).name == "Mother"


def test_it_adds_to_a_patient_that_is_there(alice: User, write: Writer) -> None:
    run(write(person(), observation(), name="a.json"))

    run(write(person(), observation("o2"), name="b.json"))

    assert Patient.objects.get(owner=alice).observation_rows.count() == 2


def test_it_stores_nothing_where_one_of_the_files_is_bad(alice: User, write: Writer) -> None:
    good, bad = write(person(), observation(), name="a.json"), write("{", name="b.json")

    with pytest.raises(CommandError, match="b.json: This file is damaged or incomplete"):
        run(good, bad)

    assert not Patient.objects.exists()


def test_it_stores_nothing_where_the_files_are_about_two_people(alice: User, write: Writer) -> None:
    with pytest.raises(CommandError, match="b.json: These records are about another person"):
        run(write(person(), name="a.json"), write(person(gender="male"), name="b.json"))

    assert not Patient.objects.exists()
    assert not Source.objects.exists()


def test_it_says_when_there_is_no_such_account_or_file(alice: User, write: Writer, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no account with the user name 'nobody'"):
        run(write(person()), user="nobody")
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "missing.json")
    with pytest.raises(CommandError, match="Is a directory"):
        run(tmp_path)


def test_it_asks_to_tell_patients_of_one_name_apart(alice: User, write: Writer) -> None:
    Patient.objects.create(owner=alice, name="Mother")
    Patient.objects.create(owner=alice, name="Mother")

    with pytest.raises(CommandError, match="several patients"):
        run(write(person()))


def test_it_asks_for_the_order_of_dates_and_takes_it(alice: User, write: Writer) -> None:
    table = write("date,test,value,unit\n03/04/2025,TSH,2.3,mIU/L\n", name="labs.csv")
    with pytest.raises(CommandError, match="--dates day-first or --dates month-first"):
        run(table)

    call_command("import_records", str(table), user="alice", patient="Mother", dates="month-first", stdout=StringIO())

    assert [row.effective for row in Patient.objects.get().observation_rows.all()] == ["2025-03-04"]


def test_it_replaces_what_another_reading_of_the_same_table_made(alice: User, write: Writer) -> None:
    table = write("date,test,value,unit\n03/04/2025,TSH,2.3,mIU/L\n", name="labs.csv")

    for dates in ("month-first", "day-first"):
        call_command("import_records", str(table), user="alice", patient="Mother", dates=dates, stdout=StringIO())

    assert [row.effective for row in Patient.objects.get().observation_rows.all()] == ["2025-04-03"]
    assert Source.objects.count() == 1
