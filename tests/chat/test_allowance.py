from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from agents.events import AnyEvent, Usage
from healthchat.chat import allowance, log
from healthchat.chat.models import Message, Run

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from pytest_django import Settings

    from healthchat.chat.models import Conversation

MODEL = "openai:gpt-5"


@pytest.fixture(autouse=True)
def _small_budgets(settings: Settings) -> None:
    settings.HEALTHCHAT_RUN_TOKENS = 1_000
    settings.HEALTHCHAT_DAY_TOKENS = 2_500


def a_run(conversation: Conversation, *told: AnyEvent, status: str = "complete", model: str = MODEL) -> Run:
    question = Message.objects.create(conversation=conversation, role="user", content="What was my last HbA1c?")
    run = Run.objects.create(
        conversation=conversation, owner=conversation.owner, question=question, model=model, status=status
    )
    log.append([log.recorded(run.pk, seq, event) for seq, event in enumerate(told, 1)])
    return run


def used(tokens: int, *, model: str = "gpt-5", **more: object) -> Usage:
    return Usage(model=model, requests=1, input_tokens=tokens - 1, output_tokens=1, **more)  # type: ignore[arg-type]


def left_for(run: Run) -> int:
    return allowance.limits_for(run, now=timezone.now()).run.tokens


def test_it_gives_a_run_all_that_one_may_use(conversation: Conversation) -> None:
    assert left_for(a_run(conversation, status="running")) == 1_000


def test_it_gives_no_more_than_is_left_of_the_day(conversation: Conversation) -> None:
    a_run(conversation, used(900, specialist="cardiology"), used(1_900))

    assert left_for(a_run(conversation, status="running")) == 600


def test_it_counts_what_specialists_used_where_a_run_did_not_end_well(conversation: Conversation) -> None:
    a_run(conversation, used(900, specialist="cardiology"), used(1_000, specialist="pharmacy"), status="failed")

    assert left_for(a_run(conversation, status="running")) == 600


def test_it_gives_nothing_when_the_day_is_used_up(conversation: Conversation) -> None:
    a_run(conversation, used(4_000))

    assert left_for(a_run(conversation, status="running")) == 0


def test_runs_at_the_same_time_cannot_spend_the_same_tokens(conversation: Conversation) -> None:
    a_run(conversation, status="running")
    a_run(conversation, status="running")

    assert left_for(a_run(conversation, status="running")) == 500


def test_what_the_rules_do_counts_for_nothing(conversation: Conversation) -> None:
    a_run(conversation, used(9_000, model="rules"), model="rules")
    a_run(conversation, status="running", model="rules")

    assert left_for(a_run(conversation, status="running")) == 1_000


def test_yesterday_and_other_people_count_for_nothing(conversation: Conversation, charlie: User) -> None:
    old = a_run(conversation, used(9_000))
    Run.objects.filter(pk=old.pk).update(created=timezone.now() - timedelta(hours=25))
    theirs = a_run(conversation, used(9_000))
    Run.objects.filter(pk=theirs.pk).update(owner=charlie)

    assert left_for(a_run(conversation, status="running")) == 1_000
