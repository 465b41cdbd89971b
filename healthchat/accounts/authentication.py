"""Who calls the JSON API: a person's browser by its session, or a program by an access token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from healthchat.accounts.models import AccessToken
from healthchat.accounts.tokens import bearer, token_of
from healthchat.security import from_another_site

if TYPE_CHECKING:
    from rest_framework.views import APIView


class ByToken(BaseAuthentication):
    """`Authorization: Bearer <token>`. One that is wrong is refused, whatever else the request carries."""

    def authenticate(self, request: Request) -> tuple[User, AccessToken] | None:
        secret = bearer(request._request)
        if secret is None:
            return None
        token = token_of(secret)
        if token is None:
            raise AuthenticationFailed("This access token is not known. It may have been revoked.", "invalid_token")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="healthchat"'


class BySession(SessionAuthentication):
    """The session of a browser; other sites are kept out by Fetch metadata, as everywhere in the API."""

    def enforce_csrf(self, request: Request) -> None:
        if from_another_site(request._request):
            raise PermissionDenied("This address cannot be called from another website.", "cross_site")


class WithinScope(BasePermission):
    """A token made for reading changes nothing."""

    message = "This access token may only read. Make one that may write on your account page."
    code = "read_only_token"

    def has_permission(self, request: Request, view: APIView) -> bool:
        token: Any = request.auth
        reads = request.method in SAFE_METHODS or getattr(view, "action", None) in getattr(view, "reading_actions", ())
        return reads or not isinstance(token, AccessToken) or token.scope == AccessToken.Scope.WRITE
