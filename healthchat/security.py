"""What a browser may load and who may call: content security policy and the guard against other sites."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from healthchat.middleware import InLoop

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class ContentSecurityPolicy(InLoop, MiddlewareMixin):
    """Middleware: the same strict policy on every response that does not bring its own."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        return response


def from_another_site(request: HttpRequest) -> bool:
    """Whether a browser says that another site makes this request.

    Fetch metadata decides where the browser sends it, the origin where not; a client that sends neither (curl, a
    program) is no browser and carries no cookies of a person that it was not given. Origins in
    `HEALTHCHAT_CORS_ORIGINS` are let in.
    """
    origin = request.META.get("HTTP_ORIGIN")
    if origin in settings.CORS_ALLOWED_ORIGINS:
        return False
    site = request.META.get("HTTP_SEC_FETCH_SITE")
    if site is not None:
        return site not in ("same-origin", "none")
    if origin is not None:
        return bool(urlsplit(origin).netloc != request.get_host())
    return False
