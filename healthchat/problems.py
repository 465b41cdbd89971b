"""What the API says when it cannot do what it was asked: problem details (RFC 9457).

Every refusal has the same members: `type`, `title`, `status`, `detail` (a sentence for the person) and `code` (for the
program). `error` holds code and sentence once more, where clients of the feeds look for them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views import defaults

CONTENT_TYPE = "application/problem+json"
API = "/api/"
RETRY_AFTER_SECONDS = 5

SENTENCES = {
    400: ("bad_request", "The request cannot be understood."),
    403: ("forbidden", "You may not do this."),
    404: ("not_found", "There is nothing here, or it belongs to somebody else."),
    405: ("method_not_allowed", "This address does not take that method."),
    500: ("internal_error", "Something went wrong on our side. What you had already sent is kept."),
    503: (
        "storage_unavailable",
        "Nothing can be stored or looked up here right now. Please try again in a little while.",
    ),
}


def problem(code: str, detail: str, status: int, *, errors: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The members of a problem; `errors` says per field what is wrong with it."""
    members: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "error": {"code": code, "message": detail},
    }
    return members | ({"errors": errors} if errors else {})


def problem_response(code: str, detail: str, status: int, *, retry_after: int = RETRY_AFTER_SECONDS) -> JsonResponse:
    headers = {"Retry-After": str(retry_after)} if status in (429, 503) else {}
    return JsonResponse(problem(code, detail, status), status=status, content_type=CONTENT_TYPE, headers=headers)


def storage_unavailable() -> JsonResponse:
    """The database cannot be written or read: the disk is full, or it is held or gone."""
    return problem_response(*SENTENCES[503], 503)


def method_not_allowed(allowed: str) -> JsonResponse:
    """In place of Django's empty 405; `allowed` is the header's value."""
    response = problem_response(*SENTENCES[405], 405)
    response.headers["Allow"] = allowed
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _for_api(request, 400) or defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _for_api(request, 403) or defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _for_api(request, 404) or defaults.page_not_found(request, exception)


def failed(request: HttpRequest) -> HttpResponseBase:
    if not isinstance(sys.exc_info()[1], OperationalError):
        return _for_api(request, 500) or defaults.server_error(request)
    if request.path.startswith(API):
        return storage_unavailable()
    page = defaults.server_error(request)
    page.status_code = 503
    page.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return page


def _for_api(request: HttpRequest, status: int) -> HttpResponse | None:
    return problem_response(*SENTENCES[status], status) if request.path.startswith(API) else None
