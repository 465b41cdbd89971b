"""JSON over what happened: conversations, their messages, their runs and the events of a run. One's own only."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.mixins import ListModelMixin
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from healthchat.chat.models import Conversation, Event, Message, Run

UUID_PATTERN = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


class ConversationSerializer(serializers.ModelSerializer[Conversation]):
    class Meta:
        model = Conversation
        fields = ["id", "title", "patient", "created", "updated"]


class MessageSerializer(serializers.ModelSerializer[Message]):
    class Meta:
        model = Message
        fields = ["id", "conversation", "role", "content", "created"]


class RunSerializer(serializers.ModelSerializer[Run]):
    class Meta:
        model = Run
        fields = [
            "id",
            "conversation",
            "question",
            "answer",
            "model",
            "status",
            "triage",
            "attempt",
            "created",
            "started",
            "finished",
            "error_code",
            "reference",
        ]


class EventSerializer(serializers.ModelSerializer[Event]):
    id = serializers.SerializerMethodField(help_text="The cursor: `<run>:<seq>`.")
    event = serializers.CharField(source="name", help_text="The SSE event name.")
    data = serializers.SerializerMethodField(help_text="The event, as the feed sends it.")  # type: ignore[assignment]

    class Meta:
        model = Event
        fields = ["id", "seq", "event", "data"]

    def get_id(self, event: Event) -> str:
        return f"{event.run_id}:{event.seq}"

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_data(self, event: Event) -> Any:
        return json.loads(event.data)


class OfConversation(ListModelMixin, GenericViewSet[Any]):
    """What belongs to one of the person's conversations."""

    def conversation(self) -> Conversation:
        owned = Conversation.objects.filter(owner=self.request.user.pk)
        return get_object_or_404(owned, pk=self.kwargs["conversation_id"])


class ConversationViewSet(ReadOnlyModelViewSet[Conversation]):
    """Conversations, the latest first."""

    serializer_class = ConversationSerializer
    queryset = Conversation.objects.none()
    lookup_value_regex = UUID_PATTERN

    def get_queryset(self) -> QuerySet[Conversation]:
        return Conversation.objects.filter(owner=self.request.user.pk)


in_conversation = extend_schema_view(
    list=extend_schema(parameters=[OpenApiParameter("conversation_id", OpenApiTypes.UUID, OpenApiParameter.PATH)])
)


@in_conversation
class MessageViewSet(OfConversation):
    """The messages of a conversation, oldest first."""

    serializer_class = MessageSerializer
    queryset = Message.objects.none()

    def get_queryset(self) -> QuerySet[Message]:
        return self.conversation().messages.all()


@in_conversation
class ConversationRunViewSet(OfConversation):
    """The runs of a conversation, oldest first."""

    serializer_class = RunSerializer
    queryset = Run.objects.none()

    def get_queryset(self) -> QuerySet[Run]:
        return self.conversation().runs.all()


class RunViewSet(ReadOnlyModelViewSet[Run]):
    """Runs, oldest first."""

    serializer_class = RunSerializer
    queryset = Run.objects.none()
    lookup_value_regex = UUID_PATTERN

    def get_queryset(self) -> QuerySet[Run]:
        return Run.objects.filter(owner=self.request.user.pk)


@extend_schema_view(
    list=extend_schema(parameters=[OpenApiParameter("run_id", OpenApiTypes.UUID, OpenApiParameter.PATH)])
)
class EventViewSet(ListModelMixin, GenericViewSet[Event]):
    """The recorded events of a run, in order."""

    serializer_class = EventSerializer
    queryset = Event.objects.none()

    def get_queryset(self) -> QuerySet[Event]:
        runs = Run.objects.filter(owner=self.request.user.pk)
        return get_object_or_404(runs, pk=self.kwargs["run_id"]).events.order_by("seq")


def register(router: SimpleRouter) -> None:
    """Add the chat's addresses under the API's router."""
    conversation = f"conversations/(?P<conversation_id>{UUID_PATTERN})"
    router.register("conversations", ConversationViewSet, basename="conversation")
    router.register(f"{conversation}/messages", MessageViewSet, basename="conversation-message")
    router.register(f"{conversation}/runs", ConversationRunViewSet, basename="conversation-run")
    router.register("runs", RunViewSet, basename="run")
    router.register(f"runs/(?P<run_id>{UUID_PATTERN})/events", EventViewSet, basename="run-event")
