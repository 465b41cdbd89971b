"""What every page's frame needs to know about who is looking at it."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.http import HttpRequest

from healthchat.accounts.guests import is_guest, person_of


def visitor(request: HttpRequest) -> dict[str, object]:
    """Template variables: `guests_allowed`, and `guest`, true where the person has no account of their own."""

    @cache
    def guest() -> bool:
        person = person_of(request)
        return person is not None and is_guest(person)

    return {"guests_allowed": settings.HEALTHCHAT_GUESTS, "guest": guest}
