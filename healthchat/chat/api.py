"""JSON over what happened: conversations, their messages, their runs and the events of a run. One's own only."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.generics import get_object_or_404
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet, ViewSet

from healthchat.chat.choice import choices, is_choice, named
from healthchat.chat.export import FORMS, exported
from healthchat.chat.log import UNSTORABLE
from healthchat.chat.models import LONGEST_NOTE, LONGEST_TITLE, Conversation, Event, Feedback, Message, Run
from healthchat.chat.search import LONGEST_SEARCH, MOST_FOUND, containing

UUID_PATTERN = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


class Busy(APIException):
    """The conversation is being answered."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "busy"
    default_detail = "This conversation is still being answered. Stop the answer first."


class Text(serializers.RegexField):
    """Text and nothing that could be made into it."""

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Words(Text):
    """Text in which something is written."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^[^\x00]*[^\s\x00][^\x00]*$", **kwargs)


@extend_schema_field({"type": "string", "maxLength": LONGEST_NOTE, "pattern": r"^[^\x00]*$"})
class Note(serializers.Field[str, str, str, Feedback]):
    """Text that may be empty."""

    default_error_messages = {
        "invalid": f"Must be text of at most {LONGEST_NOTE} characters.",
    }

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str) or len(data) > LONGEST_NOTE or UNSTORABLE.search(data):
            self.fail("invalid")
        return data

    def to_representation(self, value: str) -> str:
        return value


class IsArchived(serializers.BooleanField):
    """Stored as the time since when."""

    def to_internal_value(self, data: object) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data

    def get_attribute(self, instance: Conversation) -> bool:
        return instance.archived is not None


@extend_schema_field({"type": "string", "enum": ["", *named()]})
class ModelName(serializers.Field[str, str, str, Conversation]):
    """The name of a model that may be chosen, or nothing for the one that the server is set to."""

    default_error_messages = {"unknown": "That model is not set up here. `/api/models/` lists those that are."}

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str) or (data and not is_choice(data)):
            self.fail("unknown")
        return data

    def to_representation(self, value: str) -> str:
        return value if value in named() else ""


class ChoiceSerializer(serializers.Serializer[Any]):
    """A model that may be chosen for a conversation."""

    name = serializers.CharField()
    host = serializers.CharField(help_text="Where it is; empty for one that is part of the server.")
    leaves_machine = serializers.BooleanField(help_text="Whether questions and results go to another machine.")


class ConversationSerializer(serializers.ModelSerializer[Conversation]):
    title = Words(required=False, max_length=LONGEST_TITLE)
    model = ModelName(required=False, help_text="Which model answers; empty: the one that the server is set to.")
    archived = IsArchived(required=False, help_text="Whether it is out of the list.")

    class Meta:
        model = Conversation
        fields = ["id", "title", "patient", "archived", "model", "created", "updated"]
        read_only_fields = ["patient", "created", "updated"]

    def update(self, instance: Conversation, validated_data: dict[str, Any]) -> Conversation:
        instance.change(**validated_data)
        return instance


class ConversationQuery(serializers.Serializer[Any]):
    """Which conversations are wanted."""

    archived = serializers.BooleanField(required=False, default=False, help_text="Those out of the list instead.")
    patient = serializers.UUIDField(required=False, help_text="Those about this patient's records.")


class SearchSerializer(serializers.Serializer[Any]):
    """Words to look for in titles, questions and answers. In the body, so that they stand in no address and no log."""

    words = Words(max_length=LONGEST_SEARCH)


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
            "retry_of",
            "withdrawn",
            "acknowledged",
        ]


class RunQuery(serializers.Serializer[Any]):
    """Which runs are wanted."""

    status = serializers.ChoiceField(required=False, choices=Run.Status.choices)
    triage = serializers.CharField(required=False, max_length=16, help_text="A level, such as `emergency`.")


class FeedbackSerializer(serializers.ModelSerializer[Feedback]):
    note = Note(required=False)

    class Meta:
        model = Feedback
        fields = ["rating", "note", "updated"]
        read_only_fields = ["updated"]


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


ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)
EXPORTS = {
    (200, "application/json"): OpenApiTypes.OBJECT,
    (200, "text/markdown"): OpenApiTypes.STR,
}


@extend_schema_view(
    list=extend_schema(parameters=[ConversationQuery]),
    retrieve=extend_schema(parameters=[ID]),
)
class ConversationViewSet(ReadOnlyModelViewSet[Conversation]):
    """Conversations, the latest first."""

    serializer_class = ConversationSerializer
    queryset = Conversation.objects.none()
    lookup_value_regex = UUID_PATTERN
    ordering = ("-updated", "id")
    reading_actions: ClassVar = ("search",)
    """Reads, although by POST."""

    def get_queryset(self) -> QuerySet[Conversation]:
        owned = Conversation.objects.filter(owner=self.request.user.pk)
        if self.action != "list":
            return owned
        asked = ConversationQuery(data=self.request.query_params.dict())
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        found = owned.filter(archived__isnull=not wanted["archived"])
        return found.filter(patient=wanted["patient"]) if "patient" in wanted else found

    @extend_schema(parameters=[ID])
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Rename a conversation, take it out of the list and back, or have another model answer from now on."""
        changed = self.get_serializer(self.get_object(), data=request.data, partial=True)
        changed.is_valid(raise_exception=True)
        changed.save()
        return Response(changed.data)

    @extend_schema(parameters=[ID], responses={204: None, 409: OpenApiTypes.OBJECT})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete a conversation with everything that was said and recorded in it."""
        conversation = self.get_object()
        if conversation.runs.unfinished().exists():
            raise Busy
        conversation.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=SearchSerializer, responses={200: ConversationSerializer(many=True)})
    @action(detail=False, methods=["post"], pagination_class=None)
    def search(self, request: Request) -> Response:
        """The conversations in which these words occur, archived ones too; at most 50, the latest first."""
        asked = SearchSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        found = containing(self.get_queryset(), asked.validated_data["words"])[:MOST_FOUND]
        return Response(self.get_serializer(found, many=True).data)

    @extend_schema(
        parameters=[ID, OpenApiParameter("as", enum=["json", "markdown"], default="json")], responses=EXPORTS
    )
    @action(detail=True)
    def export(self, request: Request, pk: str) -> HttpResponse:
        """A whole conversation, to keep: JSON with every event, or Markdown to read."""
        form = request.query_params.get("as", "json")
        if form not in FORMS:
            raise serializers.ValidationError({"as": [f"Must be one of: {', '.join(FORMS)}."]})
        return exported(self.get_object(), form)


in_conversation = extend_schema_view(
    list=extend_schema(parameters=[OpenApiParameter("conversation_id", OpenApiTypes.UUID, OpenApiParameter.PATH)])
)


@in_conversation
class MessageViewSet(OfConversation):
    """The messages of a conversation, oldest first."""

    ordering = ("number", "id")

    serializer_class = MessageSerializer
    queryset = Message.objects.none()

    def get_queryset(self) -> QuerySet[Message]:
        return self.conversation().messages.all()


@in_conversation
class ConversationRunViewSet(OfConversation):
    """The runs of a conversation, oldest first."""

    ordering = ("number", "id")

    serializer_class = RunSerializer
    queryset = Run.objects.none()

    def get_queryset(self) -> QuerySet[Run]:
        return self.conversation().runs.all()


@extend_schema_view(list=extend_schema(parameters=[RunQuery]), retrieve=extend_schema(parameters=[ID]))
class RunViewSet(ReadOnlyModelViewSet[Run]):
    """Runs, oldest first."""

    serializer_class = RunSerializer
    queryset = Run.objects.none()
    lookup_value_regex = UUID_PATTERN
    ordering = ("created", "id")

    def get_queryset(self) -> QuerySet[Run]:
        runs = Run.objects.filter(owner=self.request.user.pk)
        if self.action != "list":
            return runs
        asked = RunQuery(data=self.request.query_params.dict())
        asked.is_valid(raise_exception=True)
        return runs.filter(**asked.validated_data)

    @extend_schema(parameters=[ID], responses=FeedbackSerializer)
    @action(detail=True, serializer_class=FeedbackSerializer)
    def feedback(self, request: Request, pk: str) -> Response:
        """What the person thinks of an answer."""
        return Response(self.get_serializer(get_object_or_404(Feedback, run=self.get_object())).data)

    @extend_schema(
        parameters=[ID],
        responses={200: FeedbackSerializer, 409: OpenApiResponse(OpenApiTypes.OBJECT, "It has no answer yet.")},
    )
    @feedback.mapping.put
    def give_feedback(self, request: Request, pk: str) -> Response:
        """Say what you think of an answer, or say it differently."""
        run = self.get_object()
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        if not run.ended:
            raise Busy
        feedback = run.rate(given.validated_data["rating"], note=given.validated_data.get("note", ""))
        return Response(self.get_serializer(feedback).data)

    @extend_schema(parameters=[ID], responses={204: None})
    @feedback.mapping.delete
    def take_feedback_back(self, request: Request, pk: str) -> Response:
        """Take back what you said of an answer."""
        Feedback.objects.filter(run=self.get_object()).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(parameters=[ID], request=None, responses=RunSerializer)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: str) -> Response:
        """Say that you have read what the urgency screen told you; it is not shown in front of everything any more."""
        run = self.get_object()
        run.acknowledge()
        return Response(self.get_serializer(run).data)


@extend_schema_view(
    list=extend_schema(parameters=[OpenApiParameter("run_id", OpenApiTypes.UUID, OpenApiParameter.PATH)])
)
class EventViewSet(ListModelMixin, GenericViewSet[Event]):
    """The recorded events of a run, in order."""

    ordering = ("seq",)

    serializer_class = EventSerializer
    queryset = Event.objects.none()

    def get_queryset(self) -> QuerySet[Event]:
        runs = Run.objects.filter(owner=self.request.user.pk)
        return get_object_or_404(runs, pk=self.kwargs["run_id"]).events.order_by("seq")


class ModelViewSet(ViewSet):
    """The models that may be chosen for a conversation, the one that the server is set to first."""

    @extend_schema(responses=ChoiceSerializer(many=True))
    def list(self, request: Request) -> Response:
        return Response(ChoiceSerializer(choices(), many=True).data)


def register(router: SimpleRouter) -> None:
    """Add the chat's addresses under the API's router."""
    conversation = f"conversations/(?P<conversation_id>{UUID_PATTERN})"
    router.register("conversations", ConversationViewSet, basename="conversation")
    router.register(f"{conversation}/messages", MessageViewSet, basename="conversation-message")
    router.register(f"{conversation}/runs", ConversationRunViewSet, basename="conversation-run")
    router.register("runs", RunViewSet, basename="run")
    router.register("models", ModelViewSet, basename="model")
    router.register(f"runs/(?P<run_id>{UUID_PATTERN})/events", EventViewSet, basename="run-event")
