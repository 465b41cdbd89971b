"""What a watchdog, a balancer and Prometheus are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import AsyncClient

from healthchat.chat import probes, questions
from healthchat.chat.hub import hub
from healthchat.database import in_database

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = "a token for tests"  # noqa: S105
SHOWN = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(autouse=True)
def _as_if_just_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "_migrated", False)


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
async def test_it_is_alive_and_ready(async_client: AsyncClient, address: str) -> None:
    for _ in range(2):
        response = await async_client.get(address)

        assert (response.status_code, response.content) == (200, b"ok\n")


async def test_it_is_alive_but_not_ready_while_the_database_does_not_answer(
    async_client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> bool:
        raise OperationalError("gone, with a secret in it")

    monkeypatch.setattr(probes, "is_migrated", fails)

    assert (await async_client.get("/healthz")).status_code == 200
    response = await async_client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"the database does not answer\n")


async def test_it_is_not_ready_before_the_migrations(
    async_client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probes.MigrationExecutor, "migration_plan", lambda *_: ["one that is missing"])

    response = await async_client.get("/readyz")

    assert (response.status_code, response.content) == (503, b"the database is not migrated\n")


@pytest.mark.parametrize("trouble", ["closing", "stuck"])
async def test_it_is_not_ready_while_it_stops_or_cannot_record(
    async_client: AsyncClient, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    monkeypatch.setattr(hub(), trouble, True)

    assert (await async_client.get("/readyz")).status_code == 503


class TestMetrics:
    async def test_there_are_none_without_a_token_to_guard_them(self, async_client: AsyncClient) -> None:
        assert (await async_client.get("/metrics", headers=SHOWN)).status_code == 404

    @pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer another"}])
    async def test_nobody_else_reads_them(
        self, async_client: AsyncClient, settings: Settings, headers: dict[str, str]
    ) -> None:
        settings.HEALTHCHAT_METRICS_TOKEN = TOKEN

        assert (await async_client.get("/metrics", headers=headers)).status_code == 401

    async def test_they_count_and_say_nothing_else(
        self, async_client: AsyncClient, settings: Settings, alice: User
    ) -> None:
        settings.HEALTHCHAT_METRICS_TOKEN = TOKEN
        run = (await in_database(questions.ask, alice, "Is my secret safe?")).run

        told = (await async_client.get("/metrics", headers=SHOWN)).content.decode()

        assert "healthchat_runs_queued 1.0" in told
        assert "healthchat_runs_running 0.0" in told
        assert "healthchat_oldest_queued_seconds" in told
        assert "healthchat_commit_seconds_count" in told
        assert not any(words in told for words in ("secret", "alice", str(run.pk)))
