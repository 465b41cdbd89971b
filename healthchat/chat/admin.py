"""What happened, to look at: conversations, messages, runs and their events in order. Nothing is changed here."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from healthchat.chat.models import Conversation, Event, Message, Run
from healthchat.read_only import ReadOnly


class MessageInline(ReadOnly, admin.TabularInline):
    model = Message
    fields = ["created", "role", "content"]
    readonly_fields = ["created", "role", "content"]
    show_change_link = True
    extra = 0


class RunInline(ReadOnly, admin.TabularInline):
    model = Run
    fields = ["created", "status", "triage", "model", "started", "finished", "reference"]
    readonly_fields = ["created", "status", "triage", "model", "started", "finished", "reference"]
    show_change_link = True
    extra = 0
    fk_name = "conversation"


class EventInline(ReadOnly, admin.TabularInline):
    model = Event
    fields = ["seq", "name", "type", "data"]
    readonly_fields = ["seq", "name", "type", "data"]
    ordering = ["seq"]
    extra = 0


@admin.register(Conversation)
class ConversationAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["id", "title", "owner", "patient", "created", "updated"]
    list_filter = ["created"]
    list_select_related = ["owner", "patient"]
    search_fields = ["id", "owner__username"]
    date_hierarchy = "created"
    inlines = [MessageInline, RunInline]


@admin.register(Message)
class MessageAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["id", "role", "conversation", "created"]
    list_filter = ["role", "created"]
    search_fields = ["id", "conversation__id", "conversation__owner__username"]


@admin.register(Run)
class RunAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["id", "status", "triage", "model", "owner", "conversation_link", "created", "finished", "last_seq"]
    list_filter = ["status", "triage", "model", "created"]
    list_select_related = ["owner"]
    search_fields = ["id", "conversation__id", "owner__username", "reference"]
    date_hierarchy = "created"
    inlines = [EventInline]

    @admin.display(description="conversation")
    def conversation_link(self, run: Run) -> SafeString:
        address = reverse("admin:chat_conversation_change", args=[run.conversation_id])
        return format_html('<a href="{}">{}</a>', address, run.conversation_id)


@admin.register(Event)
class EventAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["run_id", "seq", "name", "type"]
    list_filter = ["name", "type"]
    search_fields = ["run__id"]
    ordering = ["-id"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return super().get_queryset(request).defer("data")
