"""The life of a run in the database: asked once, claimed by one, ended once."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection
from django.test import Client

from healthchat import jobs
from healthchat.chat import runs
from healthchat.chat.feed import _following
from healthchat.chat.models import Conversation, Event, Message, Run
from healthchat.chat.questions import Refused, ask, clean_message
from healthchat.chat.runs import LEASE_SECONDS, claim, end, give_back, renew
from healthchat.database import Outcome, carried_out
from healthchat.records.models import Patient
from tests.chat.clock import Clock

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LEASE = NOW + timedelta(seconds=LEASE_SECONDS)
LATER = LEASE + timedelta(seconds=1)
WAIT_SECONDS = 60


@pytest.fixture
def run(alice: User) -> Run:
    return ask(alice, "What was my latest HbA1c?").run


def refused(function: Callable[..., object], *args: object, **kwargs: object) -> tuple[str, int]:
    with pytest.raises(Refused) as refusal:
        function(*args, **kwargs)
    return refusal.value.code, refusal.value.status


def at_once(times: int, function: Callable[[], Any]) -> list[Any]:
    """What so many threads get when they all call a function at the same moment."""
    together = threading.Barrier(times)

    def call(_: int) -> Any:
        together.wait(WAIT_SECONDS)
        try:
            return function()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(call, range(times), timeout=WAIT_SECONDS))


class TestAsking:
    def test_it_stores_the_message_and_a_queued_run(self, alice: User) -> None:
        asked = ask(alice, "  What was my\nlatest HbA1c?  ")

        assert asked.new
        assert asked.run.status == Run.Status.QUEUED
        assert asked.run.owner == alice
        assert [(m.role, m.content) for m in Message.objects.all()] == [("user", "What was my\nlatest HbA1c?")]
        assert asked.run.conversation.title == "What was my"

    def test_it_adds_to_a_conversation(self, alice: User, conversation: Conversation) -> None:
        asked = ask(alice, "And before that?", conversation=str(conversation.id))

        assert asked.run.conversation == conversation
        assert Conversation.objects.count() == 1

    @pytest.mark.parametrize("unknown", ["5b0c0f3e-7a4e-4d0a-9a39-2f6f2f8f2f10", "", "1", "\0", "x" * 1000])
    def test_it_refuses_an_unknown_conversation(self, alice: User, unknown: str) -> None:
        assert refused(ask, alice, "A question?", conversation=unknown) == ("unknown_conversation", 404)
        assert not Message.objects.exists()

    def test_it_refuses_somebody_elses_conversation(self, charlie: User, conversation: Conversation) -> None:
        assert refused(ask, charlie, "A question?", conversation=str(conversation.id)) == ("unknown_conversation", 404)
        assert not Message.objects.exists()

    def test_it_refuses_somebody_elses_records(self, alice: User, charlie: User) -> None:
        patient = Patient.objects.create(owner=alice, name="Alice")

        assert refused(ask, charlie, "A question?", patient=str(patient.pk)) == ("unknown_patient", 404)
        assert not Conversation.objects.exists()

    def test_it_refuses_other_records_in_a_conversation_about_one_persons(self, alice: User) -> None:
        one, other = (Patient.objects.create(owner=alice, name=name) for name in ("One", "Other"))
        talk = ask(alice, "A question?", patient=str(one.pk)).run.conversation

        assert refused(ask, alice, "More?", conversation=str(talk.id), patient=str(other.pk)) == ("other_patient", 409)

    @pytest.mark.parametrize("text", [None, 1, 1.5, True, [], {}, ["a"]])
    def test_it_takes_only_text_for_a_message(self, text: object) -> None:
        assert refused(clean_message, text) == ("invalid_message", 422)

    @pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u3000"])
    def test_it_refuses_an_empty_message(self, text: str) -> None:
        assert refused(clean_message, text) == ("empty_message", 422)

    def test_it_takes_the_longest_message_and_none_longer(self, settings: Any) -> None:
        longest = "é" * (settings.HEALTHCHAT_MESSAGE_BYTES // 2)

        assert clean_message(longest) == longest
        assert refused(clean_message, longest + "a") == ("message_too_long", 413)

    @pytest.mark.parametrize("odd", ["nul \0 here", "half \ud83d here", "other half \udfff here"])
    def test_it_stores_what_no_database_takes_as_replacement_characters(self, alice: User, odd: str) -> None:
        run = ask(alice, odd).run

        assert "\N{REPLACEMENT CHARACTER}" in Message.objects.get(runs=run).content

    def test_it_keeps_every_other_character(self, alice: User) -> None:
        words = "a\u202eb\u200b\u0301\U0001f9ea\x0b\ufeff é <b>&amp;</b> {{ 7*7 }}"

        run = ask(alice, words).run

        assert Message.objects.get(runs=run).content == words


class TestIdempotencyKey:
    def test_it_is_the_same_run_for_the_same_key(self, alice: User) -> None:
        first = ask(alice, "A question?", key="k")
        second = ask(alice, "A question?", key="k")

        assert (second.run, second.new) == (first.run, False)
        assert Message.objects.count() == 1

    def test_it_is_the_same_run_after_it_has_ended(self, alice: User) -> None:
        first = ask(alice, "A question?", key="k").run
        Run.objects.filter(id=first.id).update(status=Run.Status.COMPLETE)

        assert ask(alice, "A question?", key="k").run == first

    @pytest.mark.parametrize("other", [{"text": "Another?"}, {"conversation": True}, {"on_busy": "interrupt"}])
    def test_it_refuses_the_same_key_for_another_request(
        self, alice: User, conversation: Conversation, other: dict[str, Any]
    ) -> None:
        ask(alice, "A question?", key="k")
        request = {"text": "A question?", "conversation": None} | other
        if request["conversation"]:
            request["conversation"] = str(conversation.id)

        assert refused(ask, alice, request.pop("text"), key="k", **request) == ("key_reused", 422)
        assert Message.objects.count() == 1

    def test_it_keeps_the_keys_of_two_people_apart(self, alice: User, charlie: User) -> None:
        assert ask(alice, "A question?", key="k").run != ask(charlie, "A question?", key="k").run

    @pytest.mark.parametrize("key", ["", "k" * 201])
    def test_it_refuses_a_key_that_cannot_be_kept(self, alice: User, key: str) -> None:
        assert refused(ask, alice, "A question?", key=key) == ("invalid_key", 422)

    def test_it_is_one_run_for_many_at_once(self, alice: User) -> None:
        outcomes = at_once(8, lambda: carried_out([lambda: ask(alice, "A question?", key="k")])[0])

        asked = [outcome.value for outcome in outcomes]
        assert len({one.run.id for one in asked}) == 1
        assert sum(one.new for one in asked) == 1
        assert (Message.objects.count(), Run.objects.count(), Conversation.objects.count()) == (1, 1, 1)


class TestJoining:
    def test_it_joins_the_same_words_while_they_are_under_way(self, alice: User) -> None:
        first = ask(alice, "A question?", join=True)

        again = ask(alice, " A question? ", join=True)

        assert (again.run, again.new) == (first.run, False)

    def test_it_starts_anew_once_the_answer_is_there(self, alice: User) -> None:
        first = ask(alice, "A question?", join=True).run
        Run.objects.filter(id=first.id).update(status=Run.Status.COMPLETE)

        assert ask(alice, "A question?", join=True).run != first

    def test_it_joins_no_other_words_and_nobody_else(self, alice: User, charlie: User) -> None:
        first = ask(alice, "A question?", join=True).run

        assert ask(alice, "Another?", join=True).run != first
        assert ask(charlie, "A question?", join=True).run != first


class TestBusyConversation:
    @pytest.fixture
    def talk(self, run: Run) -> str:
        return str(run.conversation_id)

    @pytest.mark.parametrize("on_busy", [None, "enqueue"])
    def test_it_waits_for_the_run_before_it(self, alice: User, run: Run, talk: str, on_busy: str | None) -> None:
        asked = ask(alice, "And then?", conversation=talk, on_busy=on_busy)

        assert asked.displaced == ()
        assert claim(asked.run.id, worker="a", now=NOW) is None
        assert claim(run.id, worker="a", now=NOW) is not None

    def test_it_is_refused_and_not_stored(self, alice: User, talk: str) -> None:
        assert refused(ask, alice, "And then?", conversation=talk, on_busy="reject") == ("busy", 409)
        assert Message.objects.count() == 1

    def test_it_is_taken_once_the_other_has_ended(self, alice: User, run: Run, talk: str) -> None:
        Run.objects.filter(id=run.id).update(status=Run.Status.FAILED)

        assert ask(alice, "And then?", conversation=talk, on_busy="reject").new

    def test_it_names_the_runs_to_stop(self, alice: User, run: Run, talk: str) -> None:
        asked = ask(alice, "Wait!", conversation=talk, on_busy="interrupt")

        run.refresh_from_db()
        assert asked.displaced == (run.id,)
        assert not run.withdrawn

    def test_it_leaves_a_rolled_back_run_out_of_the_conversation(self, alice: User, run: Run, talk: str) -> None:
        asked = ask(alice, "No, this:", conversation=talk, on_busy="rollback")
        Run.objects.filter(id=run.id).update(status=Run.Status.CANCELLED)

        run.refresh_from_db()
        claimed = claim(asked.run.id, worker="a", now=NOW)
        assert run.withdrawn
        assert claimed is not None
        assert claimed.query.history == ()

    def test_it_refuses_an_unknown_way(self, alice: User, talk: str) -> None:
        assert refused(ask, alice, "?", conversation=talk, on_busy="explode") == ("invalid_on_busy", 422)


class TestOrder:
    """The order of a conversation is that in which its questions were stored, however the clock was set meanwhile."""

    JUMPS = (timedelta(hours=1), timedelta(hours=-1), timedelta(days=-1), timedelta(), timedelta(days=2))

    @pytest.fixture
    def asked(self, alice: User, clock: Clock) -> list[Run]:
        first = ask(alice, "Question 0?").run
        talk = str(first.conversation_id)
        later = []
        for number, jump in enumerate(self.JUMPS, 1):
            clock.jump(jump)
            later.append(ask(alice, f"Question {number}?", conversation=talk).run)
        return [first, *later]

    def test_it_numbers_the_runs_of_a_conversation(self, asked: list[Run]) -> None:
        assert [run.number for run in asked] == [1, 2, 3, 4, 5, 6]
        assert [run.created for run in asked] != sorted(run.created for run in asked)

    def test_it_claims_them_in_turn(self, asked: list[Run]) -> None:
        for number, run in enumerate(asked):
            claimed = [claim(one.id, worker="a", now=NOW) for one in asked[number:]]
            assert [one is not None for one in claimed] == [True] + [False] * (len(asked) - number - 1)
            following = end(run, outcome="complete", text=f"Answer {number}.", seq=1, now=NOW)
            left_to_us = run is not asked[-1] and not jobs.by_workers()
            assert following == (asked[number + 1].id if left_to_us else None)

    def test_it_tells_and_shows_them_in_turn(self, alices: Client, asked: list[Run], clock: Clock) -> None:
        for number, run in enumerate(asked):
            clock.jump(timedelta(hours=-1))
            end(run, outcome="complete", text=f"Answer {number}.", seq=1, now=clock.now())
        last = ask(asked[0].owner, "And?", conversation=str(asked[0].conversation_id)).run

        claimed = claim(last.id, worker="a", now=clock.now())
        page = alices.get(f"/c/{last.conversation_id}/?all").content.decode()

        said = [words for number in range(len(asked)) for words in (f"Question {number}?", f"Answer {number}.")]
        assert claimed is not None
        assert [turn.text for turn in claimed.query.history] == said
        assert list(last.conversation.messages.values_list("content", flat=True)) == [*said, "And?"]
        assert re.findall(r"Question \d\?(?=</div>)|Answer \d\.", page) == said
        for kind, field in (("messages", "content"), ("runs", "id")):
            rows = []
            address = f"/api/conversations/{last.conversation_id}/{kind}/?page_size=2"
            while address:
                listed = alices.get(address).json()
                rows += [row[field] for row in listed["results"]]
                address = listed["next"]
            assert rows == ([*said, "And?"] if kind == "messages" else [str(run.id) for run in [*asked, last]])
        following = [_following(last.conversation_id, run.id) for run in asked]
        assert following == [*(run.id for run in asked[1:]), last.id]

    def test_it_gives_each_of_many_at_once_a_place_of_its_own(self, alice: User, conversation: Conversation) -> None:
        questions = count()

        def one_more() -> Outcome:
            text = f"Question {next(questions)}?"
            return carried_out([lambda: ask(alice, text, conversation=str(conversation.pk))])[0]

        outcomes = at_once(8, one_more)

        assert [outcome.error for outcome in outcomes] == [None] * 8
        assert sorted(Run.objects.values_list("number", flat=True)) == list(range(1, 9))


class TestClaiming:
    def test_it_is_claimed_with_all_that_is_needed(self, alice: User, run: Run) -> None:
        claimed = claim(run.id, worker="a", now=NOW)

        assert claimed is not None
        assert claimed.query.text == "What was my latest HbA1c?"
        assert claimed.query.now == run.question.created
        assert (claimed.run.status, claimed.run.worker, claimed.run.attempt) == ("running", "a", 1)
        assert (claimed.past, claimed.seq) == ([], 0)

    def test_it_is_claimed_by_one_of_many_at_once(self, run: Run) -> None:
        names = count()

        claimed = at_once(8, lambda: claim(run.id, worker=f"worker {next(names)}", now=NOW))

        winners = [one for one in claimed if one is not None]
        run.refresh_from_db()
        assert len(winners) == 1
        assert (run.worker, run.attempt) == (winners[0].run.worker, 1)

    @pytest.mark.parametrize("now", [NOW, LATER, NOW + timedelta(days=1), NOW - timedelta(days=1)])
    def test_it_is_not_claimed_while_another_holds_it_whatever_the_clock_says(self, run: Run, now: datetime) -> None:
        claim(run.id, worker="a", now=NOW)

        assert claim(run.id, worker="b", now=now) is None

    def test_it_is_not_claimed_when_its_lease_was_renewed_after_all(self, run: Run) -> None:
        claim(run.id, worker="a", now=NOW)
        renew([run.id], worker="a", now=LATER)

        assert claim(run.id, worker="b", now=LATER, silent=LEASE) is None

    def test_it_is_claimed_again_once_its_lease_is_seen_to_be_silent(self, run: Run) -> None:
        claim(run.id, worker="a", now=NOW)
        Event.objects.create(run=run, seq=1, name="message", type="text", data='{"type":"text","content":"Your "}')

        claimed = claim(run.id, worker="b", now=LATER, silent=LEASE)

        assert claimed is not None
        assert (claimed.run.worker, claimed.run.attempt, claimed.seq) == ("b", 2, 1)
        assert [event.content for event in claimed.past] == ["Your "]  # type: ignore[union-attr]

    def test_it_is_claimed_at_once_after_it_was_given_back_and_that_attempt_does_not_count(self, run: Run) -> None:
        claim(run.id, worker="a", now=NOW)
        give_back(run.id, worker="a")

        claimed = claim(run.id, worker="b", now=NOW + timedelta(milliseconds=1))

        assert claimed is not None
        assert claimed.run.attempt == 1

    def test_it_is_given_back_by_none_but_its_worker(self, run: Run) -> None:
        claim(run.id, worker="a", now=NOW)
        give_back(run.id, worker="b")

        assert claim(run.id, worker="b", now=NOW + timedelta(seconds=1)) is None

    @pytest.mark.parametrize("status", Run.ENDED)
    def test_it_is_not_claimed_after_it_has_ended(self, run: Run, status: str) -> None:
        Run.objects.filter(id=run.id).update(status=status, lease_until=NOW)

        assert claim(run.id, worker="a", now=LATER) is None

    def test_it_is_not_claimed_where_there_is_none(self, db: None) -> None:
        assert claim(uuid4(), worker="a", now=NOW) is None

    def test_it_waits_for_no_other_when_it_is_to_be_cancelled(self, alice: User, run: Run) -> None:
        second = ask(alice, "And then?", conversation=str(run.conversation_id)).run
        runs.request_cancel(second.id, now=NOW)

        claimed = claim(second.id, worker="a", now=NOW)

        assert claimed is not None
        assert claimed.run.cancel_requested == NOW

    def test_it_knows_the_conversation_so_far(self, alice: User, run: Run) -> None:
        claimed = claim(run.id, worker="a", now=NOW)
        assert claimed is not None
        end(claimed.run, outcome="complete", text="7.1 %.", seq=2, now=NOW)
        failed = ask(alice, "Is that high?", conversation=str(run.conversation_id)).run
        Run.objects.filter(id=failed.id).update(status=Run.Status.FAILED)
        last = ask(alice, "And before?", conversation=str(run.conversation_id)).run

        claimed = claim(last.id, worker="a", now=NOW)

        assert claimed is not None
        assert [(turn.role, turn.text) for turn in claimed.query.history] == [
            ("user", "What was my latest HbA1c?"),
            ("assistant", "7.1 %."),
            ("user", "Is that high?"),
        ]

    def test_it_finds_what_is_left_to_carry_out(self, alice: User, run: Run) -> None:
        queued, held, given_back = (ask(alice, f"Question {n}?").run for n in range(3))
        Run.objects.filter(id=run.id).update(status=Run.Status.COMPLETE)
        claim(given_back.id, worker="a", now=NOW)
        claim(held.id, worker="a", now=NOW)
        give_back(given_back.id, worker="a")

        assert runs.to_carry_out() == [given_back.id, queued.id]
        assert runs.leases() == {held.id: LEASE}
        assert runs.leases(carried_out=[held.id]) == {}


class TestRenewing:
    def test_it_holds_the_lease_longer(self, run: Run) -> None:
        claim(run.id, worker="a", now=NOW)

        assert renew([run.id], worker="a", now=LATER) == {run.id: "held"}
        assert runs.leases() == {run.id: LATER + timedelta(seconds=LEASE_SECONDS)}

    def test_it_holds_no_other_lease_longer(self, alice: User, run: Run) -> None:
        left = ask(alice, "Another?").run
        for one in (run, left):
            claim(one.id, worker="a", now=NOW)

        renew([run.id], worker="a", now=LATER)

        assert runs.leases()[left.id] == LEASE

    def test_it_is_lost_once_another_holds_it(self, run: Run) -> None:
        claim(run.id, worker="a", now=NOW)
        claim(run.id, worker="b", now=LATER, silent=LEASE)

        assert renew([run.id], worker="a", now=LATER) == {}
        assert Run.objects.get(id=run.id).worker == "b"

    def test_it_is_lost_after_it_has_ended(self, run: Run) -> None:
        claim(run.id, worker="a", now=NOW)
        Run.objects.filter(id=run.id).update(status=Run.Status.COMPLETE)

        assert renew([run.id], worker="a", now=NOW) == {}

    def test_it_says_when_the_run_is_to_be_cancelled(self, run: Run) -> None:
        claim(run.id, worker="a", now=NOW)
        runs.request_cancel(run.id, now=NOW)

        assert renew([run.id], worker="a", now=NOW) == {run.id: "to_be_cancelled"}


class TestEnding:
    def test_it_stores_the_answer_and_how_it_ended(self, run: Run) -> None:
        claim(run.id, worker="a", now=NOW)

        end(run, outcome="complete", text="7.1 %.", seq=9, now=NOW)

        run.refresh_from_db()
        assert (run.status, run.last_seq, run.finished, run.lease_until) == ("complete", 9, NOW, None)
        assert run.answer is not None
        assert (run.answer.role, run.answer.content) == ("assistant", "7.1 %.")

    def test_it_stores_no_empty_answer(self, run: Run) -> None:
        end(run, outcome="failed", text="", seq=2, now=NOW, error=("internal_error", "abc"))

        run.refresh_from_db()
        assert (run.answer, run.status, run.error_code, run.reference) == (None, "failed", "internal_error", "abc")

    def test_it_ends_once(self, run: Run) -> None:
        end(run, outcome="complete", text="", seq=2, now=NOW)

        with pytest.raises(IntegrityError):
            end(run, outcome="cancelled", text="", seq=3, now=LATER)
        run.refresh_from_db()
        assert (run.status, run.last_seq) == ("complete", 2)

    def test_it_is_too_late_to_cancel_what_has_ended(self, run: Run) -> None:
        end(run, outcome="complete", text="", seq=2, now=NOW)
        runs.request_cancel(run.id, now=NOW)

        run.refresh_from_db()
        assert run.cancel_requested is None
