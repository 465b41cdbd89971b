"""The event log: what was recorded of each run, by number. Plain database work, called from threads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec
from django.db import connection

from agents.events import AnyEvent, Restart, Text, decode, encode, sse_name
from healthchat.chat.hub import Sent
from healthchat.chat.models import Event
from healthchat.chat.sse import recorded_frame
from healthchat.database import prepared

UNSTORABLE = re.compile("[\0\ud800-\udfff]")
PAGE = 500
"""How many events one read brings at the most."""

# Written out, because building the query anew costs more than carrying it out.
_READ = f"""
    SELECT seq, name, type, data FROM {Event._meta.db_table} WHERE run_id = %s AND seq > %s ORDER BY seq LIMIT %s
"""  # noqa: S608


class Recorded(NamedTuple):
    """One event as it is stored."""

    run: UUID
    seq: int
    name: str
    type: str
    data: str

    def sent(self) -> Sent:
        """As the feeds send it."""
        return Sent(self.seq, recorded_frame(f"{self.run}:{self.seq}", self.name, self.data), self.name == "done")


def recorded(run: UUID, seq: int, event: AnyEvent) -> Recorded:
    """An event as it is stored."""
    return Recorded(run, seq, sse_name(event), str(event.__struct_config__.tag), encode(event))


def append(events: Sequence[Recorded]) -> None:
    """Store events, inside the caller's transaction.

    Raises:
        IntegrityError: an event's number is taken; somebody else carries out that run.
    """
    if not events:
        return
    run_ids = {event.run: prepared(Event, "run", event.run) for event in events}
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {Event._meta.db_table} (run_id, seq, name, type, data) VALUES (%s, %s, %s, %s, %s)",  # noqa: S608
            [(run_ids[event.run], event.seq, event.name, event.type, event.data) for event in events],
        )


def read(run: UUID, after: int, *, limit: int = PAGE) -> list[Recorded]:
    """The events of a run that follow number `after`, at most `limit` of them."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [prepared(Event, "run", run), after, limit])
        return [Recorded(run, *row) for row in cursor.fetchall()]


def past(run: UUID) -> list[AnyEvent]:
    """All that was recorded of a run, decoded."""
    rows = Event.objects.filter(run=run).order_by("seq").values_list("data", flat=True)
    return [decode(data) for data in rows.iterator()]


def last_seq(run: UUID) -> int:
    """The number of the run's last event; 0 where there is none."""
    seq = Event.objects.filter(run=run).order_by("-seq").values_list("seq", flat=True).first()
    return seq or 0


def answer_text(events: Iterable[AnyEvent]) -> str:
    """What the person reads after these events: the text of every part, without what a `restart` dropped."""
    parts: dict[str, list[str]] = {}
    for event in events:
        if isinstance(event, Text):
            parts.setdefault(event.part, []).append(event.content)
        elif isinstance(event, Restart) and event.part is not None:
            parts.pop(event.part, None)
        elif isinstance(event, Restart):
            parts.clear()
    return "\n\n".join("".join(pieces) for pieces in parts.values())


def storable(text: Text) -> Text:
    """The text, with U+FFFD for what not every database takes: NUL and halves of surrogate pairs."""
    if not UNSTORABLE.search(text.content):
        return text
    return msgspec.structs.replace(text, content=UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text.content))
