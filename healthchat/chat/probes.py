"""For whoever runs the server: whether the process lives, whether it can be used, and what it counts."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from healthchat import jobs
from healthchat.accounts.tokens import bearer
from healthchat.chat.hub import hub
from healthchat.chat.models import Run
from healthchat.chat.recorder import recorder
from healthchat.database import in_database
from healthchat.metrics import REGISTRY
from healthchat.pubsub import pubsub

READY_SECONDS = 5.0
"""Who asks whether people can be sent here does not wait for long."""


class Standing(NamedTuple):
    """The runs that are not finished, in all processes."""

    queued: int
    running: int
    oldest_queued_seconds: float


@require_safe
@never_cache
async def alive(request: HttpRequest) -> HttpResponse:
    """Whether this process answers at all; whatever else is broken, starting it anew would not mend it."""
    return _told("ok")


@require_safe
@never_cache
async def ready(request: HttpRequest) -> HttpResponse:
    """Whether people can be sent here: 503 with the reason while they cannot."""
    if hub().closing:
        return _told("stopping", status=503)
    if hub().stuck:
        return _told("the event log cannot be written", status=503)
    try:
        async with asyncio.timeout(READY_SECONDS):
            current = await in_database(is_migrated)
    except (DatabaseError, TimeoutError):
        return _told("the database does not answer", status=503)
    return _told("ok") if current else _told("the database is not migrated", status=503)


@require_safe
@never_cache
async def metrics(request: HttpRequest) -> HttpResponse:
    """All counters in Prometheus's text format, for whoever shows the token; where none is set there are none."""
    expected = settings.HEALTHCHAT_METRICS_TOKEN
    if not expected:
        raise Http404
    if not secrets.compare_digest((bearer(request) or "").encode(), expected.encode()):
        return _told("this needs the metrics token", status=401, **{"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    registry.register(Now(await in_database(standing), await in_database(jobs.depths) if jobs.by_workers() else {}))
    return HttpResponse(generate_latest(REGISTRY) + generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Now(Collector):
    """What is the case at this moment, in this process and in the database."""

    def __init__(self, standing: Standing, depths: Mapping[tuple[str, str], int]) -> None:
        self._standing = standing
        self._depths = depths

    def collect(self) -> Iterator[Metric]:
        for name, what, value in (
            ("feeds", "Feeds that are open here.", hub().watchers),
            ("runs_here", "Runs that are being carried out here.", len(hub().here)),
            ("events_waiting", "Events that wait to be stored here.", recorder().waiting),
            ("recording_stuck", "1 while the event log cannot be written.", int(hub().stuck)),
            ("runs_queued", "Runs that wait, in all processes.", self._standing.queued),
            ("runs_running", "Runs that are carried out, in all processes.", self._standing.running),
            ("oldest_queued_seconds", "How long the first of them has waited.", self._standing.oldest_queued_seconds),
        ):
            yield GaugeMetricFamily(f"healthchat_{name}", what, value=value)
        if jobs.by_workers():
            others = pubsub()
            heard = int(others is not None and others.connected)
            yield GaugeMetricFamily("healthchat_others_heard", "1 while other processes are heard here.", value=heard)
            depth = GaugeMetricFamily("healthchat_jobs", "Jobs of the workers.", labels=["queue", "status"])
            for labels, count in self._depths.items():
                depth.add_metric(labels, count)
            yield depth


def is_migrated() -> bool:
    """Whether the database has all that this code needs. Once it has, it is only asked whether it answers.

    Raises:
        DatabaseError: it does not answer.
    """
    global _migrated
    if _migrated:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    executor = MigrationExecutor(connection)
    _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def standing() -> Standing:
    """Counts of the unfinished; each is found by an index, however many have ended."""
    queued = Count("pk", filter=Q(status=Run.Status.QUEUED))
    running = Count("pk", filter=Q(status=Run.Status.RUNNING))
    oldest = Min("created", filter=Q(status=Run.Status.QUEUED))
    found = Run.objects.unfinished().order_by().aggregate(queued=queued, running=running, oldest=oldest)
    waited = (timezone.now() - found["oldest"]).total_seconds() if found["oldest"] else 0.0
    return Standing(found["queued"], found["running"], max(waited, 0.0))


def _told(words: str, *, status: int = 200, **headers: str) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain; charset=utf-8", headers=headers)


_migrated = False

urlpatterns = [
    path("healthz", alive, name="healthz"),
    path("readyz", ready, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
