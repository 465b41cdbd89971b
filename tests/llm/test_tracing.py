"""Traces of a consultation: who, how long and how much, and not a word of anybody's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("opentelemetry.sdk", reason="needs the extra `otel`")

ROOT = Path(__file__).resolve().parents[2]
# A process can be given a tracer once, so this one is a process of its own.
TRACED = """
import asyncio, sys
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

kept = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(kept))
trace.set_tracer_provider(provider)

from tests.llm.consulting import consulted
from tests.llm.provider import Fault, Provider

faults = [Fault("500", "pharmacy"), Fault("context_overflow", "answer")]
asyncio.run(consulted(Provider("openai-chat", faults=faults), "Are my medicines a problem for my kidneys?"))
print("[" + ",".join(span.to_json(indent=None) for span in kept.get_finished_spans()) + "]")
"""
SECRETS = ("medicines", "Warfarin", "creatinine", "0.9", "scripted:", "made-up", "1960", "kidneys")


@pytest.fixture(scope="module")
def spans() -> list[dict[str, object]]:
    ran = subprocess.run(
        [sys.executable, "-c", TRACED],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "healthchat.settings"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return list(json.loads(ran.stdout))


def test_it_traces_each_specialist_and_each_request(spans: list[dict[str, object]]) -> None:
    names = {str(span["name"]) for span in spans}

    assert names == {"invoke_agent pharmacy", "invoke_agent laboratory_medicine", "chat scripted"}


def test_a_specialist_s_requests_are_part_of_its_work(spans: list[dict[str, object]]) -> None:
    specialists = {span["context"]["span_id"] for span in spans if str(span["name"]).startswith("invoke_agent")}
    requests = [span for span in spans if span["name"] == "chat scripted" and span["parent_id"]]

    assert requests
    assert {span["parent_id"] for span in requests} == specialists


def test_it_says_how_much_and_what_kind_of_error(spans: list[dict[str, object]]) -> None:
    told = [span["attributes"] for span in spans]

    assert any(one.get("gen_ai.usage.input_tokens") == 100 for one in told)
    assert {one["error.type"] for one in told if "error.type" in one} >= {"ModelServerError"}


def test_it_holds_no_content(spans: list[dict[str, object]]) -> None:
    written = json.dumps(spans)

    assert [secret for secret in SECRETS if secret in written] == []
    assert all(span["events"] == [] for span in spans)
