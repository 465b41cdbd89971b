"""Which runs are versions of one question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healthchat.chat.models import Message, Run
from healthchat.chat.versions import place_of, versions_of

if TYPE_CHECKING:
    from healthchat.chat.models import Conversation


def asked(talk: Conversation, *, instead_of: Run | None = None) -> Run:
    replaces = instead_of.question if instead_of else None
    question = Message.objects.create(conversation=talk, role="user", content="?", replaces=replaces)
    return Run.objects.create(
        conversation=talk, owner=talk.owner, question=question, model="rules", status="complete", **numbered(talk)
    )


def again(run: Run, status: str = "complete") -> Run:
    talk = run.conversation
    return Run.objects.create(
        conversation=talk,
        owner=talk.owner,
        question=run.question,
        model="rules",
        status=status,
        retry_of=run,
        **numbered(talk),
    )


def numbered(talk: Conversation) -> dict[str, int]:
    return {"number": talk.runs.count() + 1}


def runs_of(talk: Conversation) -> list[list[object]]:
    return [[version.run for version in versions.all] for versions in versions_of(talk)]


def test_it_joins_wordings_and_answers_in_the_place_of_the_newest(conversation: Conversation) -> None:
    first, other = asked(conversation), asked(conversation)
    reworded = asked(conversation, instead_of=first)
    answered_again = again(reworded)

    assert runs_of(conversation) == [[other.pk], [first.pk, reworded.pk, answered_again.pk]]


def test_it_keeps_a_failed_attempt_apart_and_joins_what_comes_after(conversation: Conversation) -> None:
    first = asked(conversation)
    failed = again(first, "failed")
    better = again(failed)
    reworded = asked(conversation, instead_of=better)

    assert runs_of(conversation) == [[failed.pk], [first.pk, better.pk, reworded.pk]]


def test_it_knows_what_stands_before_and_after(conversation: Conversation) -> None:
    first = asked(conversation)
    second = again(first)
    third = again(second)

    questions = versions_of(conversation)
    found = questions[place_of(questions, second.pk)].with_shown(second.pk)

    assert (found.number, found.shown.run, found.newest.run) == (2, second.pk, third.pk)
    assert found.earlier is not None
    assert found.later is not None
    assert (found.earlier.run, found.later.run) == (first.pk, third.pk)
    assert found.with_shown(first.pk).earlier is None
    assert found.with_shown(third.pk).later is None
    assert found.with_shown(None) == found
