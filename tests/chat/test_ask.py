from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from healthchat.records.importers import read
from healthchat.records.models import Patient
from healthchat.records.storing import store

DEMO = Path(__file__).parents[3] / "shared" / "data" / "demo"

BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"resource": {"resourceType": "Patient", "id": "someone", "gender": "female", "birthDate": "1960-05-17"}},
        {
            "resource": {
                "resourceType": "Observation",
                "id": "the-hba1c",
                "status": "final",
                "category": [{"coding": [{"code": "laboratory"}]}],
                "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4", "display": "Hemoglobin A1c"}]},
                "subject": {"reference": "Patient/someone"},
                "effectiveDateTime": "2020-04-13T08:30:00-04:00",
                "valueQuantity": {"value": 7.4, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"},
            }
        },
    ],
}


@pytest.fixture
def bundle(tmp_path: Path) -> str:
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(BUNDLE))
    return str(path)


def asked(*arguments: str, **options: Any) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("ask", *arguments, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def events(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_it_prints_each_event_as_a_line_of_json_and_done_last(bundle: str) -> None:
    out, _ = asked("--records", bundle, "--as-of", "2020-11-30", "--json", "What was my last HbA1c and when?")

    lines = events(out)
    claim = next(c for line in lines if line["type"] == "finding" for c in line["claims"] if "value" in c)
    assert lines[0]["type"] == "triage"
    assert (claim["value"], claim["unit"], claim["date"], claim["evidence"]) == (7.4, "%", "2020-04-13", ["the-hba1c"])
    assert lines[-1]["type"] == "done"
    assert lines[-1]["status"] == "complete"


def test_it_prints_the_answer_with_its_sources_and_the_progress_apart(bundle: str) -> None:
    out, err = asked("What was my last HbA1c and when?", "--records", bundle, "--as-of", "2020-11-30")

    assert out.startswith("Your latest HbA1c was 7.4 % on 13 April 2020 [1].")
    assert "Sources\n[1] Your latest HbA1c was 7.4 % on 13 April 2020 (the-hba1c)" in out
    assert "You could ask next" in out
    assert "endocrinology: working" in err
    assert "HbA1c was" not in err


def test_it_takes_a_question_right_behind_the_files(bundle: str) -> None:
    out, _ = asked("--records", bundle, "What was my last HbA1c?")

    assert "7.4 %" in out


def test_it_answers_an_emergency_at_once(bundle: str) -> None:
    out, err = asked("I have crushing chest pain right now", "--records", bundle)

    assert "911" in out
    assert "Plan" not in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["What was my last HbA1c?"], "whose records"),
        (["What was my last HbA1c?", "--records", "/nowhere/at-all.json"], "no file /nowhere/at-all.json"),
        ([" ", "--records", "BUNDLE"], "give a question"),
        (["What was my last HbA1c?", "--records", "BUNDLE", "--as-of", "yesterday"], "not a date"),
        (["What was my last HbA1c?", "--records", "BUNDLE", "--model", "nonsense"], "nonsense"),
        (["What was my last HbA1c?", "--records", __file__], ""),
    ],
)
def test_it_says_in_one_line_what_is_wrong(arguments: list[str], words: str, bundle: str) -> None:
    with pytest.raises(CommandError) as refused:
        asked(*[bundle if argument == "BUNDLE" else argument for argument in arguments])

    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.django_db
def test_it_says_that_there_is_no_such_patient() -> None:
    with pytest.raises(CommandError, match="no patient named 'Nobody'"):
        asked("What was my last HbA1c?", "--patient", "Nobody")


@pytest.mark.django_db
def test_it_asks_over_a_patient_in_the_database(bundle: str) -> None:
    person = Patient.objects.create(name="Rosa Example", owner=User.objects.create_user("alice"), sex="female")
    store(read(bundle), patient=person)

    out, _ = asked("What was my last HbA1c?", "--patient", "rosa example", "--as-of", "2020-11-30")

    assert "7.4 % on 13 April 2020" in out


DEMO_FILES = sorted(DEMO.glob("fhir/*.json"))


@pytest.mark.skipif(not DEMO_FILES, reason="the demo records are not on this machine")
@pytest.mark.parametrize("path", DEMO_FILES, ids=lambda path: path.name.split("_")[0])
def test_it_gives_the_newest_hba1c_of_a_whole_record_or_no_number(path: Path) -> None:
    expected = newest_hba1c(path)

    out, _ = asked("--records", str(path), "--as-of", "2020-11-30", "--json", "What was my last HbA1c and when?")

    claims = [c for line in events(out) if line["type"] == "finding" for c in line["claims"]]
    text = "".join(line["content"] for line in events(out) if line["type"] == "text")
    if expected is None:
        assert "no HbA1c result in your records" in text
        assert not any("value" in claim for claim in claims)
        return
    value, unit, day, resource = expected
    found = [claim for claim in claims if claim.get("value") == value and claim.get("unit") == unit]
    assert any(claim["date"] == day and resource in claim["evidence"] for claim in found)
    assert f"{value:.1f} %" in text


def newest_hba1c(path: Path) -> tuple[float, str, str, str] | None:
    rows = [entry["resource"] for entry in json.loads(path.read_text())["entry"]]
    found = [
        row
        for row in rows
        if row["resourceType"] == "Observation"
        and any(coding["code"] == "4548-4" for coding in row["code"]["coding"])
        and row["status"] == "final"
    ]
    if not found:
        return None
    newest = max(found, key=lambda row: row["effectiveDateTime"])
    quantity = newest["valueQuantity"]
    return quantity["value"], quantity["unit"], newest["effectiveDateTime"][:10], newest["id"]
