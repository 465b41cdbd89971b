from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.http import HttpRequest
from django.test import RequestFactory

from healthchat.accounts.guests import delete_unreachable_guests, is_guest, new_guest, person_for, person_of
from healthchat.accounts.models import Guest
from healthchat.chat.models import Conversation

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def request_of_a_visitor(rf: RequestFactory) -> HttpRequest:
    request = rf.post("/")
    request.session = SessionStore()
    request.user = AnonymousUser()
    return request


def guest_last_seen(when: datetime) -> User:
    guest = new_guest()
    User.objects.filter(pk=guest.pk).update(last_login=when, date_joined=when)
    return guest


def test_it_makes_a_guest_that_nobody_can_sign_in_to() -> None:
    guest = new_guest()

    assert is_guest(guest)
    assert guest.username.startswith("guest-")
    assert not guest.has_usable_password()
    assert not guest.is_staff


def test_it_gives_each_guest_another_name() -> None:
    assert len({new_guest().username for _ in range(20)}) == 20


def test_it_signs_a_visitor_in_as_a_guest(request_of_a_visitor: HttpRequest, settings: Any) -> None:
    settings.HEALTHCHAT_GUESTS = True

    person = person_for(request_of_a_visitor)

    assert person is not None
    assert is_guest(person)
    assert request_of_a_visitor.user == person
    assert request_of_a_visitor.session["_auth_user_id"] == str(person.pk)
    assert person_for(request_of_a_visitor) == person
    assert Guest.objects.count() == 1


def test_it_makes_no_guest_where_they_are_not_allowed(request_of_a_visitor: HttpRequest, settings: Any) -> None:
    settings.HEALTHCHAT_GUESTS = False

    assert person_for(request_of_a_visitor) is None
    assert User.objects.count() == 0


def test_it_makes_no_guest_by_looking(request_of_a_visitor: HttpRequest, settings: Any) -> None:
    settings.HEALTHCHAT_GUESTS = True

    assert person_of(request_of_a_visitor) is None
    assert User.objects.count() == 0


def test_it_takes_a_signed_in_person_as_they_are(request_of_a_visitor: HttpRequest, alice: User, settings: Any) -> None:
    settings.HEALTHCHAT_GUESTS = True
    request_of_a_visitor.user = alice

    assert person_for(request_of_a_visitor) == alice
    assert not is_guest(alice)


def test_it_takes_a_disabled_person_for_nobody(request_of_a_visitor: HttpRequest, alice: User) -> None:
    alice.is_active = False
    request_of_a_visitor.user = alice

    assert person_of(request_of_a_visitor) is None


def test_it_deletes_guests_who_cannot_come_back_with_all_they_stored(alice: User) -> None:
    age = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    gone = guest_last_seen(NOW - age - timedelta(minutes=1))
    here = guest_last_seen(NOW - age + timedelta(minutes=1))
    User.objects.filter(pk=alice.pk).update(last_login=NOW - 2 * age)
    Conversation.objects.create(owner=gone)
    kept = Conversation.objects.create(owner=here)

    deleted = delete_unreachable_guests(now=NOW)

    assert deleted == 1
    assert set(User.objects.all()) == {alice, here}
    assert list(Conversation.objects.all()) == [kept]


def test_it_clears_guests_by_command() -> None:
    guest_last_seen(datetime(2020, 1, 1, tzinfo=UTC))
    new_guest()
    output = StringIO()

    call_command("clearguests", stdout=output)

    assert output.getvalue() == "deleted 1 guest\n"
    assert Guest.objects.count() == 1
