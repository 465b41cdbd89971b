"""What is kept of conversations, and for how long: the pieces of old answers are joined, old conversations deleted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from uuid import UUID

import msgspec
from django.db import transaction

from agents.events import Restart, Text, decode
from healthchat.chat import log
from healthchat.chat.log import Recorded
from healthchat.chat.models import Conversation, Event, Run

TEXT, RESTART = Text.__struct_config__.tag, Restart.__struct_config__.tag
AT_ONCE = 200
"""Rows that one transaction deletes at the most, so that nobody waits long for the database."""


def fold(*, before: datetime) -> int:
    """Join the pieces of each part's text in the runs that ended before a moment; return how many events that saves.

    The joined piece has the number of the last one, so a cursor that stands on an event that is left stays valid. One
    that stood in between is known for what it is (`Progress.knows`), and its feed begins anew.
    """
    return sum(_fold(run) for run in _unfolded(before))


def expire(*, before: datetime) -> int:
    """Delete the conversations in which nothing was said since a moment, unless one is being answered."""
    ids = list(
        Conversation.objects.filter(updated__lt=before)
        .exclude(runs__status__in=Run.UNFINISHED)
        .values_list("pk", flat=True)
    )
    for pk in ids:
        _delete(pk)
    return len(ids)


def _unfolded(before: datetime) -> Iterator[UUID]:
    while True:
        runs = Run.objects.filter(folded=False, finished__lt=before).order_by("finished")
        some = list(runs.values_list("pk", flat=True)[:AT_ONCE])
        if not some:
            return
        yield from some


def _fold(run: UUID) -> int:
    with transaction.atomic():
        rows = Event.objects.filter(run=run).order_by("seq").values_list("seq", "name", "type", "data")
        events = [Recorded(run, *row) for row in rows]
        several = [pieces for pieces in _pieces(events) if len(pieces) > 1]
        joined = [_joined(pieces) for pieces in several]
        seqs = [piece.seq for pieces in several for piece in pieces]
        for begin in range(0, len(seqs), AT_ONCE):
            Event.objects.filter(run=run, seq__in=seqs[begin : begin + AT_ONCE]).delete()
        log.append(joined)
        Run.objects.filter(pk=run).update(folded=True)
    return len(seqs) - len(joined)


def _pieces(events: list[Recorded]) -> Iterator[list[Recorded]]:
    """The pieces of text that are joined: those of one part, up to a restart or to another part's text."""
    for ends, stretch in groupby(events, key=lambda event: event.type == RESTART):
        if ends:
            continue
        texts = [event for event in stretch if event.type == TEXT]
        for _, pieces in groupby(texts, key=lambda event: _text(event).part):
            yield list(pieces)


def _joined(pieces: list[Recorded]) -> Recorded:
    last = _text(pieces[-1])
    whole = "".join(_text(piece).content for piece in pieces)
    return log.recorded(pieces[-1].run, pieces[-1].seq, msgspec.structs.replace(last, content=whole))


def _text(event: Recorded) -> Text:
    text = decode(event.data)
    assert isinstance(text, Text)
    return text


def _delete(conversation: UUID) -> None:
    """Delete a conversation, its events in slices first."""
    events = Event.objects.filter(run__conversation=conversation).values_list("pk", flat=True)
    while some := list(events[:AT_ONCE]):
        Event.objects.filter(pk__in=some).delete()
    Conversation.objects.filter(pk=conversation).delete()
