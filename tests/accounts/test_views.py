from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from healthchat.accounts.guests import is_guest, new_guest
from healthchat.chat.models import Conversation
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

SIGN_UP = {"username": "dana", "password1": "a fine long phrase", "password2": "a fine long phrase"}


@pytest.fixture(autouse=True)
def guests_allowed(settings: Any) -> None:
    settings.HEALTHCHAT_GUESTS = True


def test_it_signs_in_and_out(client: Client, alice: User) -> None:
    response = client.post(reverse("login"), {"username": "alice", "password": PASSWORD})
    assert response.headers["Location"] == reverse("chat")
    assert client.session["_auth_user_id"] == str(alice.pk)

    response = client.post(reverse("logout"))

    assert response.headers["Location"] == reverse("login")
    assert "_auth_user_id" not in client.session


def test_it_does_not_sign_out_by_a_link(alices: Client) -> None:
    assert alices.get(reverse("logout")).status_code == 405
    assert "_auth_user_id" in alices.session


def test_it_says_that_name_or_password_are_wrong(client: Client, alice: User) -> None:
    response = client.post(reverse("login"), {"username": "alice", "password": "something else"})

    assert response.status_code == 200
    assert b"Please enter a correct username and password" in response.content


def test_it_does_not_send_people_to_another_site_after_they_signed_in(client: Client, alice: User) -> None:
    address = reverse("login") + "?next=https://evil.example/"

    response = client.post(address, {"username": "alice", "password": PASSWORD, "next": "https://evil.example/"})

    assert response.headers["Location"] == reverse("chat")


def test_it_makes_an_account_and_signs_in(client: Client) -> None:
    response = client.post(reverse("signup"), SIGN_UP)

    dana = User.objects.get(username="dana")
    assert response.headers["Location"] == reverse("chat")
    assert client.session["_auth_user_id"] == str(dana.pk)
    assert not is_guest(dana)


def test_it_keeps_a_guests_conversations_in_their_new_account(client: Client) -> None:
    guest = new_guest()
    conversation = Conversation.objects.create(owner=guest)
    client.force_login(guest)

    client.post(reverse("signup"), SIGN_UP)

    conversation.refresh_from_db()
    assert conversation.owner.username == "dana"
    assert not is_guest(conversation.owner)
    assert User.objects.count() == 1
    assert client.get(reverse("conversation", args=[conversation.pk])).status_code == 200


def test_it_refuses_a_weak_password_and_changes_nothing(client: Client) -> None:
    guest = new_guest()
    client.force_login(guest)

    response = client.post(reverse("signup"), SIGN_UP | {"password1": "12345", "password2": "12345"})

    assert response.status_code == 200
    assert b"too short" in response.content
    guest.refresh_from_db()
    assert guest.username.startswith("guest-")
    assert is_guest(guest)


def test_it_refuses_a_name_that_is_taken(client: Client, alice: User) -> None:
    response = client.post(reverse("signup"), SIGN_UP | {"username": "Alice"})

    assert response.status_code == 200
    assert User.objects.count() == 1


def test_it_does_not_turn_an_account_into_another(alices: Client) -> None:
    response = alices.post(reverse("signup"), SIGN_UP)

    assert response.headers["Location"] == reverse("chat")
    assert list(User.objects.values_list("username", flat=True)) == ["alice"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_it_makes_no_accounts_where_guests_are_not_allowed(client: Client, settings: Any, method: str) -> None:
    settings.HEALTHCHAT_GUESTS = False

    response = getattr(client, method)(reverse("signup"), SIGN_UP)

    assert response.status_code == 404
    assert User.objects.count() == 0


def test_it_shows_no_guest_name_to_the_guest(client: Client) -> None:
    guest = new_guest()
    client.force_login(guest)

    response = client.get(reverse("signup"))

    assert guest.username.encode() not in response.content
