"""What the migrations make of data that is there already."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = pytest.mark.django_db(transaction=True)

BEGAN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
TURNS = 3


@pytest.fixture
def migrate() -> Iterator[Any]:
    """Takes the database to a migration of the chat, and gives the models as they were then."""

    def to(name: str) -> Any:
        executor = MigrationExecutor(connection)
        executor.migrate([("chat", name)])
        return executor.loader.project_state([("chat", name)]).apps

    yield to
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_it_numbers_what_was_said_before_there_were_numbers(migrate: Any) -> None:
    before = migrate("0002_archive_feedback_versions")
    Message, Run = before.get_model("chat", "Message"), before.get_model("chat", "Run")  # noqa: N806
    owner = before.get_model("auth", "User").objects.create(username="alice")
    talks = [before.get_model("chat", "Conversation").objects.create(owner=owner) for _ in range(2)]
    asked: dict[UUID, list[UUID]] = {talk.pk: [] for talk in talks}
    for number in range(TURNS):
        for talk in talks:
            question = Message.objects.create(conversation=talk, role="user", content=f"Question {number}?")
            answer = Message.objects.create(conversation=talk, role="assistant", content=f"Answer {number}.")
            run = Run.objects.create(conversation=talk, owner=owner, question=question, answer=answer, model="rules")
            Run.objects.filter(pk=run.pk).update(created=BEGAN + timedelta(minutes=number))
            asked[talk.pk].append(run.pk)
    again = Run.objects.create(conversation=talks[1], owner=owner, question=question, model="rules", retry_of=run)

    after = migrate("0003_number")
    Message, Run = after.get_model("chat", "Message"), after.get_model("chat", "Run")  # noqa: N806

    asked[talks[1].pk].append(again.pk)
    for talk, runs in asked.items():
        found = Run.objects.filter(conversation=talk).order_by("number").values_list("pk", "number")
        assert list(found) == [(run, number) for number, run in enumerate(runs, 1)]
        words = Message.objects.filter(conversation=talk).order_by("number").values_list("number", "content")
        assert list(words)[:3] == [(1, "Question 0?"), (2, "Answer 0."), (3, "Question 1?")]
