"""Models by name: `rules`, the embedded one, or any that pydantic-ai knows (`anthropic:…`, `openai:…`, `ollama:…`)."""

from __future__ import annotations

from pydantic_ai.exceptions import UserError
from pydantic_ai.models import Model, infer_model

from agents.rules.model import NAME as RULES
from agents.rules.model import RulesModel
from agents.scripted import Script, is_scripted
from agents.scripted_model import ScriptedModel


class ModelUnavailable(Exception):
    """The model cannot be used here."""


def model_named(name: str) -> Model:
    """The model with that name.

    Raises:
        ModelUnavailable: no such model, its package is not installed or its key is not set; the message says which,
            in plain words, for whoever runs the server.
    """
    if name == RULES:
        return RulesModel()
    if is_scripted(name):
        return ScriptedModel(script_named(name), name=name)
    if name == "test":
        raise ModelUnavailable("The model 'test' makes up values and is not for answers.")
    try:
        return infer_model(name)
    except ImportError as error:
        raise ModelUnavailable(
            f"The model {name!r} needs a package that is not installed: {error.name or _first_line(error)}."
        ) from error
    except (UserError, ValueError) as error:
        raise ModelUnavailable(f"The model {name!r} cannot be used: {_first_line(error)}") from error


def script_named(name: str) -> Script:
    try:
        return Script.parse(name)
    except ValueError as error:
        raise ModelUnavailable(_first_line(error)) from error


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else "no reason was given"
