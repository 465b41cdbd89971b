"""What happened, to look at: conversations, messages, runs and their events in order.

Nothing is changed here, but that a run can be stopped, answered anew or closed. A person's words and record values are
sealed (`healthchat.accounts.seal`): lists show none, pages and exports only what was opened for a reason.

The tables grow to millions of rows. Lists therefore count no further than they can page, events are listed from the
newest on, and filters offer what the code knows of rather than what a scan of the table would find.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, get_args
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from agents.events import AnyEvent, Finding, Grounding, Plan, TriageLevel, decode
from healthchat.accounts.seal import SealedAdmin, opened
from healthchat.chat import steering
from healthchat.chat.models import Conversation, Event, Feedback, Message, Run
from healthchat.chat.timeline import Timeline, costs
from healthchat.chat.turn import turns_of

if TYPE_CHECKING:
    Pages = Paginator[Any]
else:
    Pages = Paginator

COUNTED = 10_000
"""How many rows of a list are counted at the most."""
RECENT_EVENTS = 100_000
"""How many events are listed; those of one run are found by its id, however old."""
SHOWN_EVENTS = 500
EXPORTED_AT_ONCE = 200

TYPES = tuple(str(event.__struct_config__.tag) for event in get_args(AnyEvent))
LEVELS = get_args(TriageLevel)


def subject_of(conversation: object) -> str:
    """What is opened together: a conversation with all that was said and recorded in it."""
    return f"conversation {conversation}"


class CappedPaginator(Pages):
    """Counts no further than `COUNTED`."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[:COUNTED].count())


class Choices(admin.SimpleListFilter):
    """A filter over a column whose values the code knows."""

    values: tuple[str, ...] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, value.replace("_", " ")) for value in self.values]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


class ByType(Choices):
    title = "what happened"
    parameter_name = "type"
    values = TYPES


class ByTriage(Choices):
    title = "triage"
    parameter_name = "triage"
    values = LEVELS


class ByFailure(Choices):
    title = "failure"
    parameter_name = "error_code"
    values = ("internal_error", "too_many_attempts", "closed_by_staff")


class ChatAdmin(SealedAdmin):
    """What all lists have: no count of everything, and a search by id or by the owner's name."""

    paginator = CappedPaginator
    show_full_result_count = False
    owner_path = "owner"
    id_path = "pk"
    list_per_page = 50
    search_fields = ["pk"]
    search_help_text = "A whole id, or the owner’s name"

    def owner_of(self, obj: Any) -> User:
        owner: User = self.conversation_of(obj).owner
        return owner

    def subject_of(self, obj: Any) -> str:
        return subject_of(self.conversation_of(obj).pk)

    def conversation_of(self, obj: Any) -> Conversation:
        conversation: Conversation = obj.conversation
        return conversation

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            return queryset.filter(**{self.id_path: UUID(term)}), False
        except ValueError:
            return queryset.filter(**{f"{self.owner_path}__username": term}), False


@admin.register(Conversation)
class ConversationAdmin(ChatAdmin):
    list_display = ["id", "owner", "patient_id", "model", "created", "updated", "archived"]
    list_filter = ["created", ("archived", admin.EmptyFieldListFilter)]
    list_select_related = ["owner"]
    sealed_fields = ("id", "owner", "model", "created", "updated", "archived", "runs_of_it")
    opened_fields = ("title", "patient", "said")

    def conversation_of(self, obj: Conversation) -> Conversation:
        return obj

    @admin.display(description="runs")
    def runs_of_it(self, conversation: Conversation) -> SafeString:
        runs = Run.objects.filter(conversation=conversation).order_by("number")
        links = [format_html('<a href="{}">{}</a> {}', _page_of(run), run.pk, run.status) for run in runs]
        return _lines(links)

    @admin.display(description="what was said")
    def said(self, conversation: Conversation) -> SafeString:
        found = Message.objects.filter(conversation=conversation).order_by("number")
        return _lines([format_html("<strong>{}</strong>: {}", one.role, one.content) for one in found])


@admin.register(Message)
class MessageAdmin(ChatAdmin):
    list_display = ["id", "role", "conversation_id", "created"]
    list_filter = ["role", "created"]
    owner_path = "conversation__owner"
    sealed_fields = ("id", "role", "conversation", "created", "replaces_id")
    opened_fields = ("content",)


@admin.register(Feedback)
class FeedbackAdmin(ChatAdmin):
    list_display = ["run_id", "rating", "has_note", "updated"]
    list_filter = ["rating", "updated"]
    owner_path = "run__owner"
    sealed_fields = ("run", "rating", "has_note", "created", "updated")
    opened_fields = ("note",)

    def conversation_of(self, obj: Feedback) -> Conversation:
        return obj.run.conversation

    @admin.display(boolean=True, description="with a note")
    def has_note(self, feedback: Feedback) -> bool:
        return bool(feedback.note)


@admin.register(Run)
class RunAdmin(ChatAdmin):
    list_display = ["id", "status", "triage", "model", "owner", "created", "took", "attempt", "error_code", "last_seq"]
    list_filter = ["status", ByTriage, ByFailure, "model", "created", "feedback__rating"]
    list_select_related = ["owner"]
    change_form_template = "admin/chat/run.html"
    ordering = ["-created"]
    actions = ["stop", "answer_anew", "close_as_failed", "export"]
    sealed_fields = (
        *("id", "conversation", "owner", "status", "model", "triage", "attempt", "worker", "created", "started"),
        *("finished", "cancel_requested", "lease_until", "retry_of", "error_code", "reference"),
    )
    opened_fields = ("question_text", "answer_text")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        return super().get_queryset(request).select_related("owner", "conversation__owner")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        by_reference = queryset.filter(reference=search_term.strip()) if search_term.strip() else queryset.none()
        if by_reference.exists():
            return by_reference, False
        return super().get_search_results(request, queryset, search_term)

    def has_steer_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("chat.change_run")

    @admin.display(description="took")
    def took(self, run: Run) -> str:
        return f"{(run.finished - run.created).total_seconds():.1f} s" if run.finished else ""

    @admin.display(description="question")
    def question_text(self, run: Run) -> str:
        return run.question.content

    @admin.display(description="answer")
    def answer_text(self, run: Run) -> str:
        return run.answer.content if run.answer else ""

    def seal_of(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return super().seal_of(request, obj) | _story(obj)

    def get_urls(self) -> list[URLPattern]:
        replay = self.admin_site.admin_view(self.replay_view)
        return [path("<uuid:run_id>/replay/", replay, name="chat_run_replay"), *super().get_urls()]

    def replay_view(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        """The answer as the person saw it, once its seal is open."""
        run = Run.objects.select_related("conversation__owner", "question", "answer").filter(pk=run_id).first()
        if run is None or not self.has_view_permission(request, run) or not self.is_open(request, run):
            raise Http404
        context = {"turn": turns_of([run])[0], "conversation": run.conversation, "address": _page_of(run)}
        return render(request, "admin/chat/replay.html", context)

    @admin.action(description="Stop", permissions=["steer"])
    def stop(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        now = timezone.now()
        self._steer(request, queryset, lambda run: steering.stop(run, now=now), "asked to stop")

    @admin.action(description="Answer anew", permissions=["steer"])
    def answer_anew(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        self._steer(request, queryset, lambda run: steering.answer_anew(run) is not None, "queued to be answered anew")

    @admin.action(description="Close as failed", permissions=["steer"])
    def close_as_failed(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        now = timezone.now()
        self._steer(request, queryset, lambda run: steering.close_as_failed(run, now=now), "closed as failed")

    @admin.action(description="Export as JSON lines", permissions=["view"])
    def export(self, request: HttpRequest, queryset: QuerySet[Run]) -> StreamingHttpResponse:
        return StreamingHttpResponse(
            _exported(request, queryset),
            content_type="application/x-ndjson",
            headers={"Content-Disposition": 'attachment; filename="runs.jsonl"'},
        )

    def _steer(self, request: HttpRequest, runs: QuerySet[Run], act: Callable[[Run], bool], what: str) -> None:
        done = [run for run in runs.select_related("owner") if act(run)]
        for run in done:
            self.log_change(request, run, what)
        level = messages.SUCCESS if done else messages.WARNING
        left = runs.count() - len(done)
        self.message_user(request, f"{len(done)} {what}" + (f", {left} left as they are" if left else ""), level)


@admin.register(Event)
class EventAdmin(ChatAdmin):
    list_display = ["run_link", "seq", "name", "type"]
    list_display_links = ["seq"]
    list_filter = [ByType]
    ordering = ["-id"]
    owner_path = "run__owner"
    id_path = "run"
    search_help_text = f"A run’s id; without it, the newest {RECENT_EVENTS:,} events"
    sealed_fields = ("run", "seq", "name", "type")
    opened_fields = ("data",)

    def conversation_of(self, obj: Event) -> Conversation:
        return obj.run.conversation

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        found: QuerySet[Event] = super().get_queryset(request)
        match = request.resolver_match
        if match is None or match.url_name != "chat_event_changelist":
            return found.select_related("run__conversation__owner")
        if request.GET.get("q"):
            return found.defer("data")
        newest = Event.objects.aggregate(newest=Max("id"))["newest"] or 0
        return found.defer("data").filter(id__gt=newest - RECENT_EVENTS)

    @admin.display(description="run")
    def run_link(self, event: Event) -> SafeString:
        return format_html('<a href="{}">{}</a>', _page_of(event.run_id), event.run_id)


def _story(run: Run) -> dict[str, Any]:
    """What the page of a run tells beside its fields."""
    rows = list(Event.objects.filter(run=run).order_by("seq"))
    happened: list[AnyEvent] = [decode(row.data) for row in rows]
    found = {event.specialist: event for event in happened if isinstance(event, Finding)}
    steps = [
        {"row": row, "event": event, "data": json.dumps(json.loads(row.data), indent=1, ensure_ascii=False)}
        for row, event in zip(rows[:SHOWN_EVENTS], happened, strict=False)
    ]
    return {
        "timeline": Timeline(run, happened, now=timezone.now()),
        "costs": costs(happened),
        "plan": next((event for event in reversed(happened) if isinstance(event, Plan)), None),
        "findings": list(found.values()),
        "grounding": next((event for event in reversed(happened) if isinstance(event, Grounding)), None),
        "events": steps,
        "events_left": len(rows) - len(steps),
        "replay_address": reverse("admin:chat_run_replay", args=[run.pk]),
    }


def _exported(request: HttpRequest, runs: QuerySet[Run]) -> Iterator[str]:
    """Each run as a line; with words only where their seal is open to whoever exports."""
    keys = list(runs.values_list("pk", flat=True))
    for begin in range(0, len(keys), EXPORTED_AT_ONCE):
        some = list(
            Run.objects.filter(pk__in=keys[begin : begin + EXPORTED_AT_ONCE]).select_related("question", "answer")
        )
        open_ones = opened(request.user, [subject_of(run.conversation_id) for run in some], now=timezone.now())
        for run in some:
            words = _words(run) if subject_of(run.conversation_id) in open_ones else {"sealed": True}
            yield json.dumps(_facts(run) | words, ensure_ascii=False) + "\n"


def _facts(run: Run) -> dict[str, Any]:
    plain = ("id", "conversation_id", "owner_id", "status", "model", "triage", "attempt", "error_code", "reference")
    times = ("created", "started", "finished")
    return {name: _plain(getattr(run, name)) for name in (*plain, *times)} | {"events": run.last_seq}


def _words(run: Run) -> dict[str, Any]:
    rows = Event.objects.filter(run=run).order_by("seq").values_list("data", flat=True)
    return {
        "question": run.question.content,
        "answer": run.answer.content if run.answer else None,
        "recorded": [json.loads(data) for data in rows],
    }


def _plain(value: Any) -> Any:
    return (
        value
        if isinstance(value, str | int | None)
        else value.isoformat()
        if hasattr(value, "isoformat")
        else str(value)
    )


def _page_of(run: Run | UUID) -> str:
    return reverse("admin:chat_run_change", args=[run.pk if isinstance(run, Run) else run])


def _lines(lines: list[SafeString]) -> SafeString:
    return SafeString("<br>".join(lines) or "–")
