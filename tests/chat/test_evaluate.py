from __future__ import annotations

import asyncio
import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from rich.console import Console

from agents.evaluation import Row
from healthchat.chat.management.commands.evaluate import side_by_side
from tests.llm.minds import saying
from tests.llm.provider import Provider
from tests.served import run_command

BUNDLE: dict[str, Any] = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"resource": {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1960-02-01"}},
        {
            "resource": {
                "resourceType": "Observation",
                "id": "ldl-1",
                "status": "final",
                "code": {"coding": [{"system": "http://loinc.org", "code": "18262-6"}], "text": "LDL"},
                "subject": {"reference": "Patient/p"},
                "effectiveDateTime": "2020-03-05",
                "valueQuantity": {"value": 120, "unit": "mg/dL"},
            }
        },
    ],
}
LATEST = {
    "id": "q-1",
    "question": "What is my latest LDL?",
    "intent": "latest_value",
    "as_of": "2020-11-30",
    "file": "someone.json",
    "expected": {"value": 120, "unit": "mg/dL", "date": "2020-03-05", "concept": "ldl"},
    "tolerance": {"abs": 0.5, "date_days": 1},
    "evidence": ["ldl-1"],
}
URGENT = {"id": "t-1", "text": "I have crushing chest pain going into my left arm", "gold": "emergency"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "someone.json").write_text(json.dumps(BUNDLE))
    return tmp_path


def questions(folder: Path, *lines: dict[str, Any]) -> str:
    path = folder / "questions.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines))
    return str(path)


def evaluated(*args: str) -> str:
    out = StringIO()
    call_command("evaluate", *args, stdout=out)
    return out.getvalue()


def test_it_prints_how_right_the_answers_are(folder: Path) -> None:
    wrong = {**LATEST, "id": "q-2", "expected": {**LATEST["expected"], "value": 99}}

    printed = evaluated(questions(folder, LATEST, wrong), "--bundles", str(folder))

    assert "latest_value" in printed
    assert "50.0 %" in printed
    assert "100.0 %" in printed


def test_it_writes_what_was_answered(folder: Path) -> None:
    out = folder / "answers.jsonl"

    evaluated(questions(folder, LATEST, URGENT), "--bundles", str(folder), "--answers", str(out))

    latest, urgent = (json.loads(line) for line in out.read_text().splitlines())
    assert (latest["id"], latest["intent"], latest["complexity"]) == ("q-1", "latest_value", "simple")
    assert latest["specialists"] == ["cardiology"]
    first = latest["claims"][0]
    assert (first["value"], first["unit"], first["date"], first["evidence"]) == (120, "mg/dL", "2020-03-05", ["ldl-1"])
    assert "120" in latest["text"]
    assert (urgent["triage"], urgent["claims"]) == ("emergency", [])


def test_it_writes_a_page_with_what_is_wrong(folder: Path) -> None:
    out = folder / "report.html"
    wrong = {**LATEST, "question": "What is my <b>latest</b> LDL?", "expected": {"value": 99, "concept": "ldl"}}

    evaluated(questions(folder, wrong), "--bundles", str(folder), "--report", str(out))

    page = out.read_text()
    assert "wrong number" in page
    assert "&lt;b&gt;latest" in page


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({**LATEST, "file": "nobody.json"}, "There is no file nobody.json"),
        ({**LATEST, "file": "../../etc/passwd"}, "There is no file"),
        ({"id": 3}, "line 1 is no question"),
    ],
)
def test_it_says_what_it_cannot_read(folder: Path, line: dict[str, Any], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        evaluated(questions(folder, line), "--bundles", str(folder))


def test_it_needs_a_folder_and_questions(folder: Path) -> None:
    with pytest.raises(CommandError, match="There is no folder"):
        evaluated(questions(folder, LATEST), "--bundles", str(folder / "nowhere"))
    with pytest.raises(CommandError, match="hold no questions"):
        evaluated(questions(folder), "--bundles", str(folder))


async def test_it_asks_each_model_that_is_named_and_sets_them_side_by_side(folder: Path) -> None:
    provider = Provider("openai-chat", mind=saying("Your LDL was 999 mg/dL."))
    files = [questions(folder, LATEST), "--bundles", str(folder), "--answers", str(folder / "answers.jsonl")]
    named = ["--model", "rules", "--model", "openai:scripted"]

    async with provider.serving():
        ran = await asyncio.to_thread(
            run_command, "evaluate", *files, *named, data=folder / "data", OPENAI_BASE_URL=f"{provider.url}/v1"
        )

    assert ran.returncode == 0, ran.stderr
    assert re.findall(r"latest_value +│ (\S+) +│ +1 │ +(\S+) %", ran.stdout) == [
        ("rules", "100.0"),
        ("openai:scripted", "100.0"),
    ]
    assert provider.asked
    answers = [json.loads(line) for line in (folder / "answers.jsonl").read_text().splitlines()]
    assert [answer["model"] for answer in answers] == ["rules", "openai:scripted"]
    assert "120" in answers[0]["text"]
    assert "~~999~~" in answers[1]["text"]


def test_it_sets_models_side_by_side() -> None:
    def row(right: float) -> Row:
        return Row(
            name="all",
            questions=4,
            right=right,
            evidence_recall=None,
            wrong_numbers=0,
            intent=None,
            complexity=None,
            specialists=None,
            triage=None,
            median_seconds=0.1,
            slowest_seconds=2,
        )

    console = Console(width=160, file=StringIO(), record=True)
    console.print(side_by_side({"rules": [row(1)], "other": [row(0.5)]}))

    printed = console.export_text()
    assert re.findall(r"all +│ (\S+) +│ +4 │ +(\S+) %", printed) == [("rules", "100.0"), ("other", "50.0")]
