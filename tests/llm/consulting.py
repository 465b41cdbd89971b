"""A consultation with a scripted provider in the model's place, as tests ask for it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from agents.access import Access
from agents.consultation import process_query
from agents.events import AnyEvent, Text
from agents.limits import Limits
from agents.records import Records
from tests.agents.rows import query, someone
from tests.llm.provider import Provider

SUMMARY = "Summarise my health for a new doctor"
LATEST = "What was my last HbA1c and when?"
HASTY = Limits(pause_seconds=0.01)
IMPATIENT = Limits(pause_seconds=0.01, stall_seconds=1.0, connect_seconds=1.0)
"""Only where something does not come: on a busy machine it gives up what would."""
LONGEST_SECONDS = 60


def access_to(provider: Provider) -> Access:
    """What somebody sets up whose models are that provider's; every key is made up."""
    return Access(
        variables={
            "OPENAI_BASE_URL": f"{provider.url}/v1",
            "OPENAI_API_KEY": "made-up",
            "ANTHROPIC_BASE_URL": provider.url,
            "ANTHROPIC_API_KEY": "made-up",
            "GOOGLE_GEMINI_BASE_URL": provider.url,
            "GOOGLE_API_KEY": "made-up",
        }
    )


async def consulted(
    provider: Provider,
    text: str = LATEST,
    *,
    records: Records | None = None,
    limits: Limits | None = None,
    **options: Any,
) -> list[AnyEvent]:
    """Everything that happens when that is asked of a model of the provider."""
    async with provider.serving(), asyncio.timeout(LONGEST_SECONDS):
        answering = process_query(
            query(text),
            records=records or someone(),
            model=f"{provider.speaks}:scripted",
            access=access_to(provider),
            limits=limits or (IMPATIENT if any(fault.kind == "stall" for fault in provider.faults) else HASTY),
            **options,
        )
        return [event async for event in answering]


def only(events: Sequence[AnyEvent], kind: type[Any]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def shown(events: Sequence[AnyEvent]) -> str:
    """What the person reads in the end: the answer, without what a restart dropped."""
    from agents.events import Restart
    from healthchat.chat.log import answer_text

    return answer_text(event for event in events if isinstance(event, Text | Restart))
