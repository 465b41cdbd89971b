"""What this process counts, for whoever runs it. Numbers only: no name, no id, nothing that anybody wrote.

The registry is this process's own; each process of a larger installation is asked by itself.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

COMMITS = Histogram(
    "healthchat_commit_seconds",
    "How long it took to store a batch of events, the wait for the database included.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=REGISTRY,
)
EVENTS = Counter("healthchat_events", "Events that were stored.", registry=REGISTRY)
RUNS = Counter("healthchat_runs_ended", "Runs that were carried out here to their end.", ["status"], registry=REGISTRY)
