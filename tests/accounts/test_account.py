"""The account page: access tokens, sessions, passwords, second factors, taking everything away and leaving."""

from __future__ import annotations

import json
import re
import zipfile
from io import BytesIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from healthchat.accounts.guests import new_guest
from healthchat.accounts.models import AccessToken, SignedIn
from healthchat.chat import questions
from healthchat.chat.models import Conversation
from healthchat.records.models import Patient
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

SECRET = re.compile(r'value="(hc_[\w-]{43})"')
CREDENTIALS = {"username": "alice", "password": PASSWORD}
RIGHT = "correct username and password"


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet() -> None:
    cache.clear()


def signed_in() -> Client:
    client = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux) Gecko Firefox/140.0"})
    response = client.post(reverse("login"), CREDENTIALS)
    assert response.status_code == 302
    return client


def make_token(client: Client, scope: str = "read") -> str:
    return SECRET.findall(client.post(reverse("make-token"), {"name": "notebook", "scope": scope}).text)[0]


def called_with(secret: str) -> int:
    return Client().get("/api/patients/", headers={"Authorization": f"Bearer {secret}"}).status_code


class TestToken:
    def test_it_shows_the_secret_once(self, alices: Client) -> None:
        secret = make_token(alices)

        assert called_with(secret) == 200
        assert secret not in alices.get(reverse("account")).text

    def test_it_is_let_in_no_more_once_revoked(self, alices: Client) -> None:
        secret = make_token(alices)

        alices.post(reverse("revoke-token", args=[AccessToken.objects.get().pk]))

        assert called_with(secret) == 401

    def test_it_is_not_revoked_by_anybody_else(self, alices: Client, charlies: Client) -> None:
        secret = make_token(alices)

        assert charlies.post(reverse("revoke-token", args=[AccessToken.objects.get().pk])).status_code == 404
        assert called_with(secret) == 200

    @pytest.mark.parametrize("form", [{"name": "", "scope": "read"}, {"name": "x", "scope": "all"}, {}])
    def test_it_is_not_made_of_nonsense(self, alices: Client, form: dict[str, str]) -> None:
        assert alices.post(reverse("make-token"), form).status_code == 422
        assert AccessToken.objects.count() == 0

    def test_it_is_not_for_guests(self, client: Client) -> None:
        client.force_login(new_guest())

        assert client.post(reverse("make-token"), {"name": "x", "scope": "read"}).status_code == 422


class TestSession:
    def test_it_lists_where_one_is_signed_in(self, alice: User) -> None:
        page = signed_in().get(reverse("account")).text

        assert "Firefox" in page
        assert "Linux" in page
        assert "this browser" in page

    def test_it_signs_the_others_out(self, alice: User) -> None:
        here, there = signed_in(), signed_in()

        here.post(reverse("end-session"), {"mark": "others"})

        assert here.get(reverse("account")).status_code == 200
        assert there.get(reverse("account")).status_code == 302
        assert SignedIn.objects.count() == 1

    def test_it_signs_nobody_else_out(self, alice: User, charlies: Client) -> None:
        hers = signed_in()

        charlies.post(reverse("end-session"), {"mark": "others"})

        assert hers.get(reverse("account")).status_code == 200

    def test_it_shows_no_key_of_a_session(self, alice: User) -> None:
        client = signed_in()

        assert client.session.session_key not in client.get(reverse("account")).text


class TestPassword:
    def test_it_signs_the_others_out_by_a_change(self, alice: User) -> None:
        here, there = signed_in(), signed_in()
        new = {"new_password1": "another fine phrase", "new_password2": "another fine phrase"}

        here.post(reverse("change-password"), {"old_password": PASSWORD} | new)

        assert here.get(reverse("account")).status_code == 200
        assert there.get(reverse("account")).status_code == 302

    def test_it_is_tried_a_few_times_only(self, alice: User, client: Client) -> None:
        for _ in range(12):
            response = client.post(reverse("login"), CREDENTIALS | {"password": "wrong"})

        assert RIGHT not in response.text
        assert client.post(reverse("login"), CREDENTIALS).status_code == 200

    def test_it_sends_a_link_to_the_address_on_file(self, alice: User, client: Client, settings: Any) -> None:
        settings.EMAIL_URL = "smtp://mail.example.org"
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        User.objects.filter(pk=alice.pk).update(email="alice@example.org")

        known = client.post(reverse("password_reset"), {"email": "alice@example.org"})
        unknown = client.post(reverse("password_reset"), {"email": "nobody@example.org"})

        assert known.headers["Location"] == unknown.headers["Location"]
        (sent,) = mail.outbox
        link = re.findall(r"http://testserver(/\S+)", sent.body)[0]
        assert "A new password" in client.get(link, follow=True).text

    def test_it_says_what_to_do_where_no_mail_is_sent(self, client: Client) -> None:
        assert "manage.py changepassword" in client.get(reverse("password_reset")).text


class TestSecondFactor:
    def test_it_is_asked_for_after_the_password(self, alice: User, client: Client) -> None:
        TOTP.activate(alice, "JBSWY3DPEHPK3PXP")

        response = client.post(reverse("login"), CREDENTIALS)

        assert response.headers["Location"] == reverse("mfa_authenticate")
        assert client.get(reverse("account")).status_code == 302

    def test_it_is_stored_encrypted(self, alice: User) -> None:
        TOTP.activate(alice, "JBSWY3DPEHPK3PXP")

        assert "JBSWY3DPEHPK3PXP" not in str(Authenticator.objects.get().data)

    def test_it_cannot_be_gone_round_by_the_admin(self, client: Client) -> None:
        admin = User.objects.create_superuser("admin", password=PASSWORD)
        TOTP.activate(admin, "JBSWY3DPEHPK3PXP")

        response = client.post(reverse("admin:login"), {"username": "admin", "password": PASSWORD})

        assert "second factor" in response.text
        assert "_auth_user_id" not in client.session


class TestLeaving:
    def test_it_takes_everything_away_as_one_file(self, alices: Client, alice: User) -> None:
        patient = Patient.objects.create(owner=alice, name="Alice")
        run = questions.ask(alice, "What was my latest HbA1c?").run

        archive = zipfile.ZipFile(BytesIO(alices.get(reverse("export-account")).content))

        assert set(archive.namelist()) == {
            "account.json",
            f"conversations/{run.conversation_id}.json",
            f"conversations/{run.conversation_id}.md",
            f"records/{patient.pk}.fhir.json",
        }
        assert json.loads(archive.read("account.json"))["name"] == "alice"

    def test_it_deletes_nothing_without_the_password(self, alices: Client) -> None:
        alices.post(reverse("delete-account"), {"password": "wrong"})

        assert User.objects.filter(username="alice").exists()

    def test_it_deletes_nothing_while_a_question_is_answered(self, alices: Client, alice: User) -> None:
        questions.ask(alice, "A question?")

        alices.post(reverse("delete-account"), {"password": PASSWORD})

        assert User.objects.filter(username="alice").exists()

    def test_it_really_deletes(self, alices: Client, alice: User, charlie: User) -> None:
        Conversation.objects.create(owner=alice)
        Patient.objects.create(owner=alice, name="Alice")
        kept = Conversation.objects.create(owner=charlie)
        make_token(alices)

        alices.post(reverse("delete-account"), {"password": PASSWORD})

        assert not User.objects.filter(username="alice").exists()
        assert list(Conversation.objects.all()) == [kept]
        assert AccessToken.objects.count() == Patient.objects.count() == 0
        assert alices.get(reverse("account")).status_code == 302
