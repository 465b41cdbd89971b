"""Conversations, their messages, the runs that answer them and the log of what happened in each run."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.utils import timezone

from healthchat.database import new_id, prepared

LONGEST_TITLE = 120
LONGEST_NOTE = 2_000
LONGEST_KEY = 200
LONGEST_MODEL = 100
URGENT_LEVELS = ("emergency", "crisis")
"""What the person has to say that they have read; nothing keeps such a message from being answered."""


class Conversation(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="conversations")
    patient = models.ForeignKey(
        "records.Patient", on_delete=models.SET_NULL, null=True, blank=True, related_name="conversations"
    )
    title = models.CharField(max_length=LONGEST_TITLE, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)
    archived = models.DateTimeField(null=True, blank=True)
    """Since when it is out of the list; None while it is in it."""
    model = models.CharField(max_length=LONGEST_MODEL, blank=True)
    """The name of the model that its person has chosen; empty: the one that the server is set to."""

    class Meta:
        ordering = ["-updated"]
        indexes = [models.Index(fields=["owner", "-updated"])]

    def __str__(self) -> str:
        return f"conversation {self.id}"

    def change(self, *, title: str | None = None, archived: bool | None = None, model: str | None = None) -> None:
        """Rename it, take it out of the list and back, or have another model answer from now on.

        `updated` stays, as none of that is news in the conversation.
        """
        if title is not None:
            self.title = title
        if archived is not None:
            self.archived = (self.archived or timezone.now()) if archived else None
        if model is not None:
            self.model = model
        self.save(update_fields=["title", "archived", "model"])


class Message(models.Model):
    class Role(models.TextChoices):
        USER = "user"
        ASSISTANT = "assistant"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    role = models.CharField(max_length=9, choices=Role.choices)
    content = models.TextField()
    number = models.PositiveIntegerField(default=0)
    """Its place in the conversation, whatever the clock says: 2n - 1 is what run n was asked, 2n what it answered."""
    created = models.DateTimeField(auto_now_add=True)
    replaces = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="versions", db_index=False
    )
    """The earlier wording of this question, which is kept beside it."""

    class Meta:
        ordering = ["conversation_id", "number"]
        indexes = [
            models.Index(fields=["conversation", "number"]),
            models.Index(fields=["replaces"], condition=Q(replaces__isnull=False), name="versions_of_question"),
        ]

    def __str__(self) -> str:
        return f"message {self.id}"


class Runs(models.QuerySet["Run"]):
    def unfinished(self) -> Runs:
        """Those that wait or are being carried out."""
        return self.filter(status__in=Run.UNFINISHED)


class Run(models.Model):
    """One answering of one message."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        COMPLETE = "complete"
        FAILED = "failed"
        CANCELLED = "cancelled"

    UNFINISHED = (Status.QUEUED, Status.RUNNING)
    ENDED = (Status.COMPLETE, Status.FAILED, Status.CANCELLED)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="runs")
    question = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="runs")
    answer = models.OneToOneField(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="answered_by")
    model = models.CharField(max_length=LONGEST_MODEL)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.QUEUED)
    triage = models.CharField(max_length=16, blank=True)
    """The urgency screen's level, set when the message is stored."""
    number = models.PositiveIntegerField()
    """Its place among the runs of the conversation, from 1 on: their order, whatever the clock says."""
    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)
    last_seq = models.PositiveIntegerField(default=0)
    """Of the last recorded event, once the run has ended."""

    folded = models.BooleanField(default=False)
    """Whether some of its numbers are missing: the pieces of its text were joined, or it was under way in a backup."""

    # Who carries it out, until when that holds, and for which time it is tried.
    worker = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    cancel_requested = models.DateTimeField(null=True, blank=True)

    idempotency_key = models.CharField(max_length=LONGEST_KEY, null=True, blank=True)  # noqa: DJ001 - NULLs are not unique
    request_digest = models.CharField(max_length=64, blank=True)
    """Of the request that started it: the same key with another body is refused."""
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="runs")

    retry_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="retries")
    """The run whose question this one answers anew, with what was found then."""
    withdrawn = models.BooleanField(default=False)
    """Left out of the conversation: another message took its place."""
    acknowledged = models.DateTimeField(null=True, blank=True)
    """When the person said that they have read what the urgency screen told them."""

    error_code = models.CharField(max_length=40, blank=True)
    reference = models.CharField(max_length=12, blank=True)

    objects = Runs.as_manager()

    class Meta:
        ordering = ["created"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "idempotency_key"], name="one_run_per_idempotency_key"),
            models.UniqueConstraint(fields=["conversation", "number"], name="one_run_per_place"),
        ]
        indexes = [
            models.Index(
                fields=["owner", "request_digest"],
                condition=Q(status__in=["queued", "running"]),
                name="unfinished_by_request",
            ),
            models.Index(
                fields=["conversation", "number"],
                condition=Q(status__in=["queued", "running"]),
                name="unfinished_by_conversation",
            ),
            models.Index(fields=["lease_until"], condition=Q(status="running"), name="running_by_lease"),
            models.Index(fields=["created"], condition=Q(status="queued"), name="queued_by_age"),
            models.Index(fields=["finished"], condition=Q(folded=False), name="unfolded_by_end"),
        ]

    def __str__(self) -> str:
        return f"run {self.id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.number:
            self.number = place_in(self.conversation_id)
        super().save(*args, **kwargs)

    @property
    def ended(self) -> bool:
        return self.status in self.ENDED

    def acknowledge(self) -> None:
        """Note that the person has read what is urgent; the first time counts."""
        if Run.objects.filter(pk=self.pk, acknowledged=None).update(acknowledged=timezone.now()):
            self.refresh_from_db(fields=["acknowledged"])

    def rate(self, rating: str, *, note: str) -> Feedback:
        """Keep what the person thinks of the answer, in place of what they said before."""
        given, _ = Feedback.objects.update_or_create(run=self, defaults={"rating": rating, "note": note})
        return given


class Feedback(models.Model):
    """What the person thinks of an answer."""

    class Rating(models.TextChoices):
        UP = "up"
        DOWN = "down"

    run = models.OneToOneField(Run, on_delete=models.CASCADE, primary_key=True, related_name="feedback")
    rating = models.CharField(max_length=4, choices=Rating.choices)
    note = models.TextField(blank=True, max_length=LONGEST_NOTE)
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-updated"]
        verbose_name_plural = "feedback"

    def __str__(self) -> str:
        return f"feedback on run {self.run_id}"


def place_in(conversation: UUID) -> int:
    """The number of the conversation's next run.

    Of two processes that take the same one, the second is refused by the database and asks again.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT COALESCE(MAX(number), 0) + 1 FROM {Run._meta.db_table} WHERE conversation_id = %s",  # noqa: S608
            [prepared(Run, "conversation", conversation)],
        )
        return int(cursor.fetchone()[0])


class Event(models.Model):
    """One recorded event of a run; `data` is the JSON line that feeds send."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    name = models.CharField(max_length=7)
    """The SSE event name."""
    type = models.CharField(max_length=20)
    data = models.TextField()

    class Meta:
        ordering = ["run", "seq"]
        constraints = [models.UniqueConstraint(fields=["run", "seq"], name="one_event_per_number")]

    def __str__(self) -> str:
        return f"event {self.run_id}:{self.seq}"
