"""Spans of what takes time: the work of each specialist, and each request to a model.

They say who, how long, how many tokens and which kind of error, by OpenTelemetry's conventions for generative AI
(Semantic Conventions 1.37, 2025). Of questions, records, prompts and answers they hold nothing, and so no exception's
text either. Without OpenTelemetry's SDK they cost next to nothing and go nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from pydantic_ai.usage import RequestUsage, RunUsage

Attribute = str | int | float | bool


@contextmanager
def span(name: str, *, kind: SpanKind = SpanKind.INTERNAL, **attributes: Attribute) -> Iterator[Span]:
    """A span around a block; an error ends it with the error's kind alone. `__` in an attribute's name is a dot."""
    tracer = trace.get_tracer("healthchat")
    named = {key.replace("__", "."): value for key, value in attributes.items()}
    with tracer.start_as_current_span(
        name, kind=kind, attributes=named, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield current
        except BaseException as error:
            failed(current, error)
            raise


def used(current: Span, usage: RequestUsage | RunUsage) -> None:
    current.set_attribute("gen_ai.usage.input_tokens", usage.input_tokens)
    current.set_attribute("gen_ai.usage.output_tokens", usage.output_tokens)


def failed(current: Span, error: BaseException) -> None:
    current.set_attribute("error.type", type(error).__name__)
    current.set_status(Status(StatusCode.ERROR))
