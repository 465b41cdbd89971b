"""Where the spans of `agents.tracing` go: to an OpenTelemetry collector, if one is named."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning  # noqa: A004


def begin() -> None:
    """Send spans to the collector in the settings from now on; nothing without one, or without the extra `otel`."""
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT or not installed():
        return
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: "healthchat"}))
    address = settings.OTEL_EXPORTER_OTLP_ENDPOINT.rstrip("/")
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{address}/v1/traces")))
    trace.set_tracer_provider(provider)


def installed() -> bool:
    return find_spec("opentelemetry.sdk") is not None


def collector_can_be_reached_for(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    """Tell at start-up that a collector is named and what talks to it is not installed."""
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT or installed():
        return []
    return [Warning("OTEL_EXPORTER_OTLP_ENDPOINT is set, but the extra 'otel' is not installed.", id="healthchat.W002")]
