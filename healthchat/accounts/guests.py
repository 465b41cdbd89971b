"""Guests: visitors who may chat without an account, where the server allows it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest

from healthchat.accounts.models import Guest

BACKEND = "django.contrib.auth.backends.ModelBackend"


def new_guest() -> User:
    """Create an account without a password that nobody can sign in to."""
    with transaction.atomic():
        user = User.objects.create_user(username=f"guest-{secrets.token_hex(8)}")
        Guest.objects.create(user=user)
    return user


def is_guest(user: User) -> bool:
    return Guest.objects.filter(user=user).exists()


def person_of(request: HttpRequest) -> User | None:
    """Return who makes this request, or None for a visitor; create nothing."""
    user = request.user
    return user if isinstance(user, User) and user.is_active else None


def signed_in(request: HttpRequest) -> User:
    """Return who makes this request, in a view that lets only those in who are signed in."""
    assert isinstance(request.user, User)
    return request.user


def person_for(request: HttpRequest) -> User | None:
    """Return who makes this request; sign a visitor in as a new guest where guests are allowed, else return None."""
    person = person_of(request)
    if person is not None or not settings.HEALTHCHAT_GUESTS:
        return person
    guest = new_guest()
    login(request, guest, backend=BACKEND)
    return guest


def delete_unreachable_guests(*, now: datetime) -> int:
    """Delete the guests whose session has run out, with all they stored, and return how many they were."""
    oldest = now - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    gone = Q(last_login__lt=oldest) | Q(last_login=None, date_joined__lt=oldest)
    guests = User.objects.filter(gone, guest__isnull=False)
    count = guests.count()
    guests.delete()
    return count
