"""Models by name: `rules`, the embedded one, or any that pydantic-ai knows (`anthropic:…`, `openai:…`, `ollama:…`)."""

from __future__ import annotations

from typing import Any

from pydantic_ai.exceptions import UserError
from pydantic_ai.models import Model, infer_model
from pydantic_ai.providers import Provider, infer_provider, infer_provider_class

from agents.access import PROVIDERS, RULES, Access, not_permitted, provider_of
from agents.limits import Limits
from agents.outside import OutsideModel
from agents.rules.model import RulesModel
from agents.scripted import Script, is_scripted
from agents.scripted_model import ScriptedModel
from agents.transport import client

NO_KEY = "none"
"""For servers that ask for no key, to clients that will not go without one."""


class ModelUnavailable(Exception):
    """The model cannot be used here."""


def model_named(name: str, *, access: Access | None = None, limits: Limits | None = None) -> Model:
    """The model with that name.

    Raises:
        ModelUnavailable: no such model, its package is not installed, its key is not set, or it is on another machine
            and records may not leave this one; the message says which, in plain words, for whoever runs the server.
    """
    if name == RULES:
        return RulesModel()
    if is_scripted(name):
        return ScriptedModel(script_named(name), name=name)
    if name == "test":
        raise ModelUnavailable("The model 'test' makes up values and is not for answers.")
    return outside(name, access=access or Access(), limits=limits or Limits())


def outside(name: str, *, access: Access, limits: Limits) -> OutsideModel:
    """A model that is not part of this program.

    Raises:
        ModelUnavailable: it cannot be used here.
    """
    if (lacking := access.lacks(name)) is not None:
        raise ModelUnavailable(lacking)
    http = client(access, limits=limits)
    try:
        model = infer_model(spoken(name, access), lambda provider: set_up(provider, name, access=access, http=http))
    except ImportError as error:
        missing = error.name or _first_line(error)
        raise ModelUnavailable(f"The model {name!r} needs a package that is not installed: {missing}.") from error
    except (UserError, ValueError) as error:
        raise ModelUnavailable(f"The model {name!r} cannot be used: {_first_line(error)}") from error
    address = model.base_url or ""
    if not access.permits(address):
        raise ModelUnavailable(not_permitted(name, address))
    return OutsideModel(model, address=address, client=http, limits=limits)


def set_up(provider: str, name: str, *, access: Access, http: Any) -> Provider[Any]:
    """A provider's client that goes out through our transport; one that we do not know has its own way out."""
    if provider_of(name) not in PROVIDERS:
        return infer_provider(provider)
    made: type[Any] = infer_provider_class(provider)
    return made(  # type: ignore[no-any-return]
        base_url=access.address_of(name), api_key=access.key_of(name) or NO_KEY, http_client=http
    )


def spoken(name: str, access: Access) -> str:
    """The name with the protocol in it: a server that is only like OpenAI's speaks chat completions."""
    provider, _, model = name.partition(":")
    own = access.address_of(name) == PROVIDERS["openai"].address
    return f"openai-chat:{model}" if provider == "openai" and not own else name


def script_named(name: str) -> Script:
    try:
        return Script.parse(name)
    except ValueError as error:
        raise ModelUnavailable(_first_line(error)) from error


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else "no reason was given"
