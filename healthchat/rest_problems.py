"""Makes problems (`healthchat.problems`) of REST framework's exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from healthchat.problems import CONTENT_TYPE, RETRY_AFTER_SECONDS, SENTENCES, problem


class Unavailable(exceptions.APIException):
    """The database cannot be written or read: the disk is full, or it is held or gone."""

    status_code = 503
    default_code, default_detail = SENTENCES[503]
    wait = RETRY_AFTER_SECONDS
    """What REST framework says in `Retry-After`."""


_CODES = {
    exceptions.NotAuthenticated: ("not_signed_in", "Please sign in first."),
    exceptions.MethodNotAllowed: SENTENCES[405],
    exceptions.NotAcceptable: ("not_acceptable", "This address answers in JSON only."),
    exceptions.UnsupportedMediaType: ("not_json", "Please send JSON, with “Content-Type: application/json”."),
    exceptions.ParseError: ("broken_json", "The request is not valid JSON."),
    exceptions.NotFound: SENTENCES[404],
}


def of_exception(exception: Exception, context: Mapping[str, Any]) -> Response | None:
    """REST framework's exception handler: every exception that it answers becomes a problem."""
    if isinstance(exception, OperationalError):
        exception = Unavailable()
    response = exception_handler(exception, dict(context))
    if response is None:
        return None
    code, detail, errors = _told(exception)
    response.data = problem(code, detail, response.status_code, errors=errors)
    response.content_type = CONTENT_TYPE
    return response


def _told(exception: Exception) -> tuple[str, str, Mapping[str, Any] | None]:
    """The code, the sentence and, per field, what is wrong."""
    if isinstance(exception, exceptions.ValidationError):
        errors = exception.detail if isinstance(exception.detail, dict) else {"": exception.detail}
        return "invalid", _sentence(errors), errors
    if isinstance(exception, exceptions.Throttled):
        return "throttled", "Too many requests. Please wait a little before the next.", None
    if isinstance(exception, Http404):
        return *SENTENCES[404], None
    if type(exception) in _CODES:
        return *_CODES[type(exception)], None
    if isinstance(exception, exceptions.APIException):
        code = exception.get_codes()
        return (code if isinstance(code, str) else "refused"), str(exception.detail), None
    assert isinstance(exception, PermissionDenied)
    return *SENTENCES[403], None


def _sentence(errors: Mapping[str, Any]) -> str:
    """The first field's complaint, in one sentence."""
    field, complaints = next(iter(errors.items()))
    while isinstance(complaints, dict) and complaints:
        complaints = next(iter(complaints.values()))
    words = str(complaints[0] if isinstance(complaints, list) and complaints else complaints)
    return f"“{field}”: {words}" if field and field != "non_field_errors" else words
