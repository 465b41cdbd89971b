from __future__ import annotations

import sys

import pytest

from agents.models import ModelUnavailable, model_named
from agents.rules.model import RulesModel
from agents.scripted_model import ScriptedModel


def test_it_knows_the_rules_by_name() -> None:
    assert isinstance(model_named("rules"), RulesModel)


def test_it_takes_a_scripted_model_by_name() -> None:
    model = model_named("scripted:tokens=3")

    assert isinstance(model, ScriptedModel)
    assert model.model_name == "scripted:tokens=3"


@pytest.mark.parametrize("name", ["nonsense", "nobody:at-all", "test", "scripted:tokens=many", ""])
def test_it_says_in_one_line_that_there_is_no_such_model(name: str) -> None:
    with pytest.raises(ModelUnavailable) as refused:
        model_named(name)

    assert "\n" not in str(refused.value)
    assert str(refused.value)


@pytest.mark.parametrize("name", ["openai:gpt-5", "anthropic:claude-sonnet-4-5"])
def test_it_says_what_an_outside_model_lacks(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(key, raising=False)

    with pytest.raises(ModelUnavailable) as refused:
        model_named(name)

    assert name in str(refused.value)
    assert "\n" not in str(refused.value)


def test_events_and_records_do_not_load_pydantic_ai() -> None:
    import subprocess

    code = "import sys, agents.events, agents.query, agents.records, agents.triage, agents.understanding, agents.plan;"
    code += "sys.exit('pydantic_ai' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
