"""Random schedules, each from its seed: whatever is killed, paused, cut or refused, the invariants hold."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from healthchat.chat import feed, hub, log
from tests.faults.simulation import TOKENS, Clock, Simulation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, settings: pytest.FixtureRequest) -> Clock:
    """A clock of the simulation's own, and bounds so small that a short run passes each of them."""
    settings.HEALTHCHAT_MODEL = f"scripted:bare=1,tokens={TOKENS},every_ms=40"  # type: ignore[attr-defined]
    # All of it in one process, and nobody else to hand anything to.
    settings.BY_WORKERS, settings.REDIS_URL = False, ""  # type: ignore[attr-defined]
    clock = Clock()
    monkeypatch.setattr("time.monotonic", clock.monotonic)
    monkeypatch.setattr("time.monotonic_ns", clock.monotonic_ns)
    monkeypatch.setattr("django.utils.timezone.now", clock.now)
    monkeypatch.setattr(hub, "QUEUE_EVENTS", 5)
    monkeypatch.setattr(hub, "TAIL_EVENTS", 4)
    monkeypatch.setattr(feed, "JOINED_EVENTS", 3)
    monkeypatch.setattr(log, "PAGE", 4)
    # The database is used in the loops' own thread.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    return clock


@pytest.mark.parametrize("seeds", [range(10), pytest.param(range(1_000, 1_500), marks=pytest.mark.faults_long)])
def test_it_keeps_every_invariant_whatever_happens_in_which_order(seeds: range, alice: User, clock: Clock) -> None:
    browser = Client()
    browser.force_login(alice)
    session = browser.cookies["sessionid"].value

    for seed in seeds:
        broken = Simulation(seed, alice, session, clock).run()
        assert not broken, "\n".join([f"seed {seed}:", *broken])
