"""The admin: what happened, to look at; a person's words only for a reason that they see."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agents.events import (
    Claim,
    Done,
    Finding,
    Grounding,
    Plan,
    Restart,
    SpecialistUpdate,
    Task,
    Text,
    ToolCall,
    ToolResult,
    Triage,
    Usage,
)
from healthchat.accounts.models import AppendOnly, Disclosure
from healthchat.accounts.seal import OPEN_MINUTES
from healthchat.chat import log, questions, runs
from healthchat.chat.models import Event, Feedback, Run
from healthchat.chat.timeline import Timeline

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MODELS = ["conversation", "message", "run", "event", "feedback"]
WORDS = ("What was my latest HbA1c?", "It was high.", "Look up zinnober", "The claim of quastenflosser", "Too long!")
REASON = {"reason": "The person has asked us to look at this answer."}


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def run(alice: User) -> Run:
    run = questions.ask(alice, WORDS[0]).run
    Run.objects.filter(pk=run.pk).update(created=at(0), started=at(1), status="running")
    claim = Claim(id="endocrinology-1", kind="record", text=WORDS[3], evidence=("obs-1",))
    events = [
        Triage(level="none", timestamp=at(1)),
        Plan(complexity="simple", tasks=(Task(specialist="endocrinology", task=WORDS[2]),), timestamp=at(1.5)),
        SpecialistUpdate(specialist="endocrinology", status="working", timestamp=at(2)),
        ToolCall(
            tool="latest_value",
            arguments={"concept": "a1c"},
            call_id="e-1",
            specialist="endocrinology",
            timestamp=at(2.5),
        ),
        ToolResult(tool="latest_value", call_id="e-1", summary=WORDS[1], specialist="endocrinology", timestamp=at(3)),
        Finding(specialist="endocrinology", claims=(claim,), timestamp=at(4)),
        SpecialistUpdate(specialist="endocrinology", status="finished", timestamp=at(4)),
        Restart(reason="resumed", attempt=2, timestamp=at(5)),
        Text(content=WORDS[1], timestamp=at(6)),
        Grounding(checked=2, matched=1, struck=1, timestamp=at(7)),
        Usage(model="rules", requests=3, input_tokens=11, output_tokens=22, tool_calls=1, timestamp=at(7)),
        Done(status="complete", timestamp=at(8)),
    ]
    log.append([log.recorded(run.id, seq, event) for seq, event in enumerate(events, 1)])
    runs.end(run, outcome="complete", text=WORDS[1], seq=len(events), now=at(8))
    Feedback.objects.create(run_id=run.pk, rating="down", note=WORDS[4])
    run.refresh_from_db()
    return run


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("admin"))
    return client


def pages_of(run: Run) -> dict[str, object]:
    return {
        "conversation": run.conversation_id,
        "message": run.question_id,
        "run": run.pk,
        "event": Event.objects.filter(type="text").values_list("pk", flat=True)[0],
        "feedback": run.pk,
    }


def page(client: Client, run: Run, model: str) -> str:
    response = client.get(reverse(f"admin:chat_{model}_change", args=[pages_of(run)[model]]))
    assert response.status_code == 200
    return response.text


def open_seal(client: Client, run: Run, model: str = "run") -> None:
    client.post(reverse(f"admin:chat_{model}_open", args=[pages_of(run)[model]]), REASON)


def act(client: Client, run: Run, action: str) -> object:
    form = {"action": action, "_selected_action": [str(run.pk)]}
    return client.post(reverse("admin:chat_run_changelist"), form)


@pytest.mark.parametrize("model", MODELS)
def test_it_lists_what_there_is_without_a_word_of_it(admin: Client, run: Run, model: str) -> None:
    text = admin.get(reverse(f"admin:chat_{model}_changelist")).text

    assert str(run.conversation_id if model in ("conversation", "message") else run.pk) in text
    assert [words for words in WORDS if words in text] == []


@pytest.mark.parametrize("model", MODELS)
def test_it_keeps_the_words_sealed_until_a_reason_is_given(admin: Client, run: Run, model: str) -> None:
    sealed = page(admin, run, model)
    open_seal(admin, run, model)
    opened = page(admin, run, model)

    assert [words for words in WORDS if words in sealed] == []
    assert [words for words in WORDS if words in opened] != []


def test_it_writes_down_who_opened_what_and_why_and_shows_the_person(admin: Client, alices: Client, run: Run) -> None:
    open_seal(admin, run)

    (row,) = Disclosure.objects.all()
    assert (row.person.username, row.opened_by, row.reason) == ("alice", "admin", REASON["reason"])
    assert row.subject == f"conversation {run.conversation_id}"
    shown = alices.get(reverse("account")).text
    assert "admin" in shown
    assert REASON["reason"] in shown


def test_it_closes_the_seal_after_a_while(admin: Client, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    open_seal(admin, run)
    later = timezone.now() + timedelta(minutes=OPEN_MINUTES, seconds=1)

    monkeypatch.setattr(timezone, "now", lambda: later)

    assert WORDS[0] not in page(admin, run, "run")


@pytest.mark.parametrize("reason", ["", "because", " " * 40])
def test_it_opens_nothing_without_a_reason(admin: Client, run: Run, reason: str) -> None:
    admin.post(reverse("admin:chat_run_open", args=[run.pk]), {"reason": reason})

    assert Disclosure.objects.count() == 0
    assert WORDS[0] not in page(admin, run, "run")


def test_it_opens_nothing_to_staff_without_the_right(client: Client, run: Run) -> None:
    staff = User.objects.create_user("staff", is_staff=True)
    staff.user_permissions.add(*Permission.objects.filter(codename__startswith="view_"))
    client.force_login(staff)

    response = client.post(reverse("admin:chat_run_open", args=[run.pk]), REASON)

    assert response.status_code == 404
    assert "you may not open them" in page(client, run, "run")
    assert Disclosure.objects.count() == 0


def test_it_opens_to_the_one_who_gave_the_reason_only(admin: Client, run: Run) -> None:
    open_seal(admin, run)
    other = Client()
    other.force_login(User.objects.create_superuser("another"))

    assert WORDS[0] not in page(other, run, "run")


def test_it_never_changes_an_audit_row(admin: Client, run: Run) -> None:
    open_seal(admin, run)
    row = Disclosure.objects.get()

    with pytest.raises(AppendOnly):
        row.save()
    with pytest.raises(AppendOnly):
        row.delete()
    if connection.vendor in ("sqlite", "postgresql"):
        from django.db import transaction

        with pytest.raises(DatabaseError), transaction.atomic():
            Disclosure.objects.update(reason="none at all")
    assert Disclosure.objects.get().reason == REASON["reason"]


def test_it_exports_under_the_same_seal(admin: Client, run: Run) -> None:
    sealed = b"".join(act(admin, run, "export").streaming_content).decode()
    open_seal(admin, run)
    opened = json.loads(b"".join(act(admin, run, "export").streaming_content))

    assert json.loads(sealed)["sealed"] is True
    assert [words for words in WORDS if words in sealed] == []
    assert opened["question"] == WORDS[0]
    assert len(opened["recorded"]) == 12


def test_it_shows_the_answer_as_the_person_saw_it_once_it_is_open(admin: Client, run: Run) -> None:
    address = reverse("admin:chat_run_replay", args=[run.pk])
    before = admin.get(address)
    open_seal(admin, run)

    assert before.status_code == 404
    assert WORDS[1] in admin.get(address).text


def test_it_shows_a_runs_events_in_order(admin: Client, run: Run) -> None:
    text = page(admin, run, "run")

    rows = text[text.index("Events in order") :]
    places = [rows.index(f"<td>{kind}</td>") for kind in ("triage", "plan", "tool_call", "restart", "text", "done")]
    assert places == sorted(places)


def test_it_draws_who_worked_when(run: Run) -> None:
    drawn = Timeline(run, log.past(run.pk), now=at(100))

    lanes = {lane.name: [(bar.kind, bar.x, bar.width, bar.title) for bar in lane.bars] for lane in drawn.lanes}
    assert drawn.seconds == 8
    assert lanes["queue"] == [("wait", 0.0, 125.0, "waited: 1 s")]
    assert lanes["endocrinology"] == [
        ("work", 250.0, 250.0, "finished: 2 s"),
        ("tool", 312.5, 62.5, "latest_value: 500 ms"),
    ]
    assert ("restart", 625.0, 3, "attempt 2: 0 ms") in lanes["health analyst"]
    assert [bar[3] for bar in lanes["health analyst"]][-2:] == ["writing: 1 s", "checking: 1 s"]


def test_it_draws_a_run_of_which_nothing_is_recorded_yet(alice: User) -> None:
    run = questions.ask(alice, "A question?").run

    drawn = Timeline(run, [], now=run.created + timedelta(minutes=5))

    assert drawn.seconds == 300
    assert [lane.name for lane in drawn.lanes] == ["queue", "health analyst"]
    assert len(drawn.ticks) >= 3


def test_it_stops_a_run(admin: Client, alice: User) -> None:
    run = questions.ask(alice, "A question?").run

    act(admin, run, "stop")

    run.refresh_from_db()
    assert run.cancel_requested is not None
    assert LogEntry.objects.get().object_id == str(run.pk)


def test_it_queues_a_run_to_be_answered_anew(admin: Client, run: Run) -> None:
    act(admin, run, "answer_anew")

    again = Run.objects.get(retry_of=run)
    assert (again.status, again.owner_id) == ("queued", run.owner_id)


def test_it_closes_a_run_that_hangs(admin: Client, alice: User) -> None:
    run = questions.ask(alice, "A question?", worker="gone").run

    act(admin, run, "close_as_failed")
    act(admin, run, "close_as_failed")

    run.refresh_from_db()
    assert (run.status, run.error_code, run.last_seq) == ("failed", "closed_by_staff", 2)
    assert [event.name for event in log.read(run.pk, 0)] == ["error", "done"]


def test_it_steers_nothing_for_staff_who_may_only_look(client: Client, alice: User) -> None:
    run = questions.ask(alice, "A question?").run
    staff = User.objects.create_user("staff", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="view_run"))
    client.force_login(staff)

    for action in ("stop", "answer_anew", "close_as_failed"):
        act(client, run, action)

    run.refresh_from_db()
    assert (run.status, run.cancel_requested) == ("queued", None)
    assert Run.objects.count() == 1


@pytest.mark.parametrize("model", MODELS)
def test_it_changes_nothing(admin: Client, run: Run, model: str) -> None:
    pk = pages_of(run)[model]

    answers = [
        admin.post(reverse(f"admin:chat_{model}_change", args=[pk]), {}).status_code,
        admin.post(reverse(f"admin:chat_{model}_delete", args=[pk]), {"post": "yes"}).status_code,
        admin.get(reverse(f"admin:chat_{model}_add")).status_code,
    ]

    assert answers == [403, 403, 403]
    assert Event.objects.count() == 12


@pytest.mark.parametrize("model", MODELS)
def test_it_is_closed_to_everybody_else(client: Client, alice: User, run: Run, model: str) -> None:
    address = reverse(f"admin:chat_{model}_changelist")
    anonymous = client.get(address)
    client.force_login(alice)

    assert anonymous.status_code == 302
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("term", ["id", "owner", "reference", "nothing"])
def test_it_finds_a_run(admin: Client, run: Run, term: str) -> None:
    Run.objects.filter(pk=run.pk).update(reference="abcd1234")
    terms = {"id": str(run.pk), "owner": "alice", "reference": "abcd1234", "nothing": "%"}

    found = admin.get(reverse("admin:chat_run_changelist"), {"q": terms[term]}).text

    assert (f"/admin/chat/run/{run.pk}/change/" in found) == (term != "nothing")


@pytest.mark.parametrize("query", ["type=text", "type=nonsense", "q=nonsense"])
def test_it_filters_events_without_looking_through_all(
    admin: Client, run: Run, query: str, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(8):
        response = admin.get(reverse("admin:chat_event_changelist") + "?" + query)

    assert response.status_code == 200
    assert (str(run.pk) in response.text) == (query == "type=text")
