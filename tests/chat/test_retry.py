"""Answering anew: one failed specialist is asked again, what the others found stands, both answers are kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import AsyncClient

from agents.events import (
    Claim,
    Done,
    Finding,
    Gap,
    Plan,
    Receipt,
    SpecialistUpdate,
    Task,
    Text,
    ToolCall,
    Triage,
    Understanding,
)
from healthchat.chat import log, questions, runs
from healthchat.chat.models import Message, Run
from healthchat.database import in_database, write

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
STANDS = (
    Triage(level="none"),
    Understanding(summary="Your LDL over time."),
    Plan(
        complexity="standard",
        tasks=(Task(specialist="cardiology", task="Now."), Task(specialist="data_analysis", task="Trend.")),
    ),
    SpecialistUpdate(specialist="cardiology", status="working"),
    ToolCall(tool="latest", arguments={"concept": "ldl"}, call_id="cardiology-1", specialist="cardiology"),
    Finding(specialist="cardiology", claims=(Claim(id="cardiology-1", kind="record", text="LDL 76.", value=76),)),
)
GONE = (
    SpecialistUpdate(specialist="data_analysis", status="failed"),
    Gap(reason="failed", unknown="the trend", specialist="data_analysis"),
    Text(content="Your LDL was 76."),
    Done(status="complete"),
)


def with_a_gap(owner: User) -> Run:
    """A run that ended, in which data analysis failed."""
    run = questions.ask(owner, "How is my LDL?").run
    events = [*STANDS, *GONE]
    log.append([log.recorded(run.id, seq, event) for seq, event in enumerate(events, 1)])
    runs.end(run, outcome="complete", text="Your LDL was 76.", seq=len(events), now=NOW)
    return Run.objects.get(id=run.id)


async def retried(client: AsyncClient, run: Run, **body: object) -> Any:
    return await client.post(f"/api/runs/{run.id}/retry", body or None, content_type="application/json")


async def test_it_asks_the_failed_specialist_again_and_keeps_what_the_others_found(
    chat: None, alice: User, alices_client: AsyncClient, ended: Callable[..., Any]
) -> None:
    run = await write(with_a_gap, alice)

    response = await retried(alices_client, run, specialist="data_analysis")

    assert response.status_code == 201
    again = await ended(response.json()["run"])
    assert (again.status, again.retry_of_id, again.question_id) == ("complete", run.id, run.question_id)
    past = await in_database(log.past, again.id)
    assert tuple(past[: len(STANDS)]) == STANDS
    assert [event.__struct_config__.tag for event in past[len(STANDS) :]][:2] == ["restart", "text"]


@pytest.mark.django_db(transaction=True)
def test_a_model_that_could_not_write_goes_on_from_what_was_found_with_it(alice: User) -> None:
    run = with_a_gap(alice)
    stopped = Gap(reason="failed", unknown="The model stopped while it wrote the answer.")
    log.append([log.recorded(run.id, 100 + n, event) for n, event in enumerate((stopped, Receipt(written_by="rules")))])

    again = questions.retry(alice, run.pk)

    assert tuple(log.past(again.pk)) == STANDS


@pytest.mark.django_db(transaction=True)
def test_a_model_that_was_gone_begins_afresh(alice: User) -> None:
    run = questions.ask(alice, "How is my LDL?").run
    gone = Gap(reason="failed", unknown="The model could not be asked.")
    events = [*STANDS[:-2], gone, *STANDS[-2:], Receipt(written_by="rules"), Done(status="complete")]
    log.append([log.recorded(run.id, seq, event) for seq, event in enumerate(events, 1)])
    runs.end(run, outcome="complete", text="LDL 76.", seq=len(events), now=NOW)

    again = questions.retry(alice, run.pk)

    assert tuple(log.past(again.pk)) == STANDS[:3]


async def test_it_keeps_both_answers(
    chat: None, alice: User, alices_client: AsyncClient, ended: Callable[..., Any]
) -> None:
    run = await write(with_a_gap, alice)

    again = await ended((await retried(alices_client, run, specialist="data_analysis")).json()["run"])

    first = await in_database(Run.objects.get, id=run.id)
    assert first.answer_id is not None
    assert again.answer_id not in (None, first.answer_id)
    assert await in_database(Message.objects.filter(role="user").count) == 1


async def test_it_begins_afresh_after_a_complete_answer(
    chat: None, alice: User, alices_client: AsyncClient, ended: Callable[..., Any]
) -> None:
    run = await write(with_a_gap, alice)

    again = await ended((await retried(alices_client, run)).json()["run"])

    past = await in_database(log.past, again.id)
    assert {event.__struct_config__.tag for event in past} == {"text", "done"}


async def test_it_refuses_a_specialist_that_did_not_fail(chat: None, alice: User, alices_client: AsyncClient) -> None:
    run = await write(with_a_gap, alice)

    response = await retried(alices_client, run, specialist="cardiology")

    assert (response.status_code, response.json()["error"]["code"]) == (422, "nothing_to_retry")
    assert await in_database(Run.objects.count) == 1


async def test_it_refuses_while_the_answer_is_under_way(
    chat: None, alice: User, alices_client: AsyncClient, script: Callable[..., str]
) -> None:
    script(hang_at=1)
    run = (await write(questions.ask, alice, "A question?")).run

    response = await retried(alices_client, run)

    assert (response.status_code, response.json()["error"]["code"]) == (409, "busy")


async def test_it_knows_no_run_of_somebody_else(chat: None, alice: User, charlies_client: AsyncClient) -> None:
    run = await write(with_a_gap, alice)

    assert (await retried(charlies_client, run)).status_code == 404
    assert (
        await charlies_client.post(f"/api/runs/{uuid4()}/retry", content_type="application/json")
    ).status_code == 404
