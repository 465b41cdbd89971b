"""Finding one’s own conversations again."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from healthchat.chat.models import Conversation, Message

LONGEST_SEARCH = 200
MOST_FOUND = 50


def containing(conversations: QuerySet[Conversation], words: str) -> QuerySet[Conversation]:
    """Those in whose title or messages each of the words occurs."""
    for word in words.split():
        said = Message.objects.filter(conversation=OuterRef("pk"), content__icontains=word)
        conversations = conversations.filter(Q(title__icontains=word) | Exists(said))
    return conversations
