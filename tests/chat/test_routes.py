"""Every route and every kind of caller: whoever is not the owner sees and changes nothing, wherever it is.

The routes are read from the project, so that one that is added is tested too.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponseBase
from django.test import AsyncClient
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from healthchat.accounts import tokens
from healthchat.chat import questions
from healthchat.chat.engine import engine
from healthchat.chat.models import Conversation, Event, Message, Run
from healthchat.database import in_database
from healthchat.records.models import Patient
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("chat")]

Until = Callable[[UUID], Awaitable[Run]]

READING_BY_POST = frozenset({"conversation-search"})
WRITING_BY_GET = frozenset({"stream"})
ASKING = frozenset({"message", "stream"})
"""They name the conversation in the body or the query."""
OPEN = frozenset(
    {
        *("login", "account_login", "logout", "account_logout", "signup", "schema", "api-docs", "set_language"),
        *("password_reset", "password_reset_done", "password_reset_confirm", "password_reset_complete"),
        *("mfa_authenticate", "mfa_trust", "jsi18n", "healthz", "readyz"),
        *("admin:index", "admin:login", "admin:logout", "admin:jsi18n"),
        *("admin:password_change", "admin:password_change_done"),
    }
)
"""Routes that show nothing of anybody's."""
PLACES = frozenset({"object_id", "app_label", "url", "content_type_id"})
LEAVING = frozenset({("logout", "POST"), ("account_logout", "POST")})
"""They would sign the cast out."""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SAFE = ("GET",)


class Route(NamedTuple):
    name: str
    parameters: frozenset[str]
    admin: bool

    @property
    def id(self) -> str:
        return f"{'admin:' if self.admin else ''}{self.name}"


def routes() -> Iterator[Route]:
    yield from {route.id: route for route in _routes(get_resolver(), admin=False)}.values()


def _routes(resolver: URLResolver, *, admin: bool, taken: frozenset[str] = frozenset()) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        taking = taken | frozenset(pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern, admin=admin or pattern.namespace == "admin", taken=taking)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield Route(pattern.name, taking - {"format"}, admin)


class Cast(NamedTuple):
    owner: AsyncClient
    other: AsyncClient
    anonymous: AsyncClient
    staff: AsyncClient
    reader: AsyncClient
    """The owner's program, with a token that may only read."""
    values: dict[str, Any]


@pytest.fixture
async def cast(alice: User, charlie: User, ended: Until) -> Cast:
    def made() -> tuple[User, str, dict[str, Any]]:
        staff = User.objects.create_user("staff", password=PASSWORD, is_staff=True)
        patient = Patient.objects.create(owner=alice, name="Alice")
        token = tokens.make(alice, name="reader", scope="read")
        asked = questions.ask(alice, "A question?", patient=str(patient.pk))
        values = {
            **dict.fromkeys(("pk", "conversation_id"), asked.run.conversation_id),
            **dict.fromkeys(("run_id", "run"), asked.run.pk),
            **dict.fromkeys(("patient_id", "source_id"), patient.pk),
            **dict.fromkeys(("evidence", "uidb64", "token"), "x"),
            "token_pk": token.token.pk,
        }
        return staff, token.secret, values

    staff, secret, values = await in_database(made)
    engine().start(values["run_id"])
    await ended(values["run_id"])
    clients = [AsyncClient() for _ in range(4)]
    for client, user in zip(clients, (alice, charlie, staff), strict=False):
        await client.aforce_login(user)
    reader = AsyncClient()
    reader.defaults["authorization"] = f"Bearer {secret}"
    owner, other, by_staff, anonymous = clients
    return Cast(owner, other, anonymous, by_staff, reader, values)


def address_of(route: Route, values: dict[str, Any]) -> str | None:
    given = {name: values.get(name, "1") for name in route.parameters}
    if "pk" in given and route.name.startswith(("run-", "run")) and "run_id" not in given:
        given["pk"] = values["run_id"]
    if "pk" in given and route.name.startswith("patient"):
        given["pk"] = values["patient_id"]
    if "pk" in given and route.name.endswith("token"):
        given["pk"] = values["token_pk"]
    try:
        return reverse(f"admin:{route.name}" if route.admin else route.name, kwargs=given)
    except NoReverseMatch:
        return None


async def call(client: AsyncClient, method: str, address: str, body: str = "{}") -> HttpResponseBase:
    return await client.generic(method, address, data=body, content_type="application/json")


async def counts() -> list[int]:
    models = (User, Conversation, Message, Run, Event, Patient)
    return await in_database(lambda: [model.objects.count() for model in models])


ROUTES = list(routes())


def test_it_finds_the_routes() -> None:
    names = {route.id for route in ROUTES}

    assert len(names) > 60
    assert {"message", "run-stream", "conversation-detail", "sheet", "admin:chat_run_change", "account"} <= names


@pytest.mark.parametrize(
    "part",
    ["api", "pages", pytest.param("admin", marks=pytest.mark.on_any_database("Django itself says who may see what"))],
)
async def test_it_answers_each_caller_as_it_should(cast: Cast, part: str) -> None:
    before = await counts()
    wrong: list[str] = []

    for route in ROUTES:
        address = address_of(route, cast.values)
        if address is None or part_of(route, address) != part:
            continue
        for method in METHODS:
            answers = await answers_to(cast, route, method, address)
            wrong += [f"{route.id} {method}: {words} {answers}" for words in complaints(route, method, answers, part)]
        if await counts() != before:
            wrong.append(f"{route.id}: changed something")
        if route.name not in ASKING and (await call(cast.owner, "GET", address)).status_code in (401, 403, 500):
            wrong.append(f"{route.id}: the owner may not see it")

    assert wrong == []


def part_of(route: Route, address: str) -> str:
    if route.admin or address.startswith("/admin/"):
        return "admin"
    return "api" if address.startswith("/api/") else "pages"


async def answers_to(cast: Cast, route: Route, method: str, address: str) -> dict[str, int]:
    """The status by role; the owner's program counts as a role of its own."""
    if (route.name, method) in LEAVING:
        return {}
    body = "{}"
    if route.name in ASKING:
        asked = {"message": "Another?", "conversation": str(cast.values["conversation_id"])}
        body, address = json.dumps(asked), f"{address}?{urlencode(asked)}"
    roles = ("anonymous", "other", "staff", "reader")
    return {role: (await call(getattr(cast, role), method, address, body)).status_code for role in roles}


def complaints(route: Route, method: str, answers: dict[str, int], part: str) -> Iterator[str]:
    if not answers:
        return
    if max(answers.values()) >= 500:
        yield "a server error"
    if route.id in OPEN:
        return
    of_somebody = (bool(route.parameters - PLACES) or route.name in ASKING) and part != "admin"
    reads = method in SAFE or (method == "POST" and route.name in READING_BY_POST)
    writes = not reads or route.name in WRITING_BY_GET
    # Of tokens only the API knows anything: elsewhere a program is an anonymous visitor.
    known = {"api": (401, 404, 405)}.get(part, REFUSED)
    if answers["anonymous"] not in known:
        yield "an anonymous visitor is let in"
    if of_somebody and answers["other"] not in (404, 405):
        yield "somebody else is let in"
    if answers["staff"] != answers["other"] and part != "admin":
        yield "staff is treated otherwise than anybody else"
    if part == "admin" and not {answers["other"], answers["staff"]} <= REFUSED:
        yield "somebody without the right is let in"
    if part == "api" and writes and answers["reader"] not in (403, 405):
        yield "a token for reading writes"
    if part == "api" and not writes and answers["reader"] in (401, 403):
        yield "a token for reading may not read"
    if part != "api" and answers["reader"] != answers["anonymous"]:
        yield "a token is known where it should not be"


REFUSED = frozenset({301, 302, 403, 404, 405, 422})
