"""The OpenAPI description: what REST framework knows of, the feeds, and every error that an operation may answer."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from healthchat.chat import openapi
from healthchat.problems import CONTENT_TYPE

TITLES = {
    "400": "The request cannot be understood.",
    "401": "Nobody is signed in, or the access token is not known.",
    "403": "The access token may only read, or another site calls.",
    "404": "There is no such thing, or it belongs to somebody else.",
    "405": "This address does not take that method.",
    "406": "The answer is JSON and cannot be had in another form.",
    "409": "It cannot be done while the conversation is being answered.",
    "413": "That is too much at once.",
    "415": "The request is not JSON.",
    "422": "Something in the request cannot be taken.",
    "429": "Too many requests; `Retry-After` says when to come back.",
    "503": "Nothing can be stored or looked up right now; `Retry-After` says when to come back.",
}
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence for the person."},
        "code": {"type": "string", "description": "For the program."},
        "errors": {"type": "object", "description": "Per field, what is wrong with it."},
        "error": {
            "type": "object",
            "description": "Code and sentence once more.",
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
            "required": ["code", "message"],
        },
    },
    "required": ["type", "title", "status", "detail", "code", "error"],
}
OPEN_PATHS = ("/api/schema/",)


class Token(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "healthchat.accounts.authentication.ByToken"
    name = "accessToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        told = "An access token, made on the account page. One for reading may not change anything."
        return {"type": "http", "scheme": "bearer", "description": told}


class Session(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "healthchat.accounts.authentication.BySession"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the feeds and the errors. A postprocessing hook of drf-spectacular."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {}).update(openapi.schemas() | {"Problem": PROBLEM})
    components["responses"] = {f"Problem{status}": _response(told) for status, told in TITLES.items()}
    for path, operations in openapi.paths().items():
        for operation in operations.values():
            operation["security"] = [{"accessToken": []}, {"session": []}]
        result["paths"].setdefault(path, {}).update(operations)
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            _add_problems(operation, path, method)
    return result


def _add_problems(operation: dict[str, Any], path: str, method: str) -> None:
    responses = operation["responses"]
    statuses = {status for status in responses if status >= "400"} | {"406", "429", "503"}
    if path not in OPEN_PATHS:
        statuses |= {"401", "403"}
    if "{" in path or any(one["name"] == "cursor" for one in operation.get("parameters", ())):
        statuses |= {"404"}
    if "requestBody" in operation:
        statuses |= {"400", "415"}
    if any(one["in"] == "query" for one in operation.get("parameters", ())):
        statuses |= {"400"}
    if operation["tags"] == [openapi.TAG]:
        statuses -= {"406", "429"}
    for status in sorted(statuses):
        responses[status] = {"$ref": f"#/components/responses/Problem{status}"}


def _response(description: str) -> dict[str, Any]:
    return {"description": description, "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
