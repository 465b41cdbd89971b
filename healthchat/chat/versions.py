"""The versions of an answered question: its wordings, and the answers to each, of which the page shows one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from healthchat.chat.models import Conversation, Run

NO_VERSION = frozenset({Run.Status.FAILED, Run.Status.CANCELLED})
"""How an attempt at another answer ends that does not take the place of the earlier one."""


class Version(NamedTuple):
    run: UUID
    number: int
    """Of the run in its conversation."""
    last_seq: int


class Versions(NamedTuple):
    """All versions of one question, the oldest first, and which of them is shown."""

    all: tuple[Version, ...]
    place: int
    """From 0 on."""

    @property
    def number(self) -> int:
        return self.place + 1

    @property
    def shown(self) -> Version:
        return self.all[self.place]

    @property
    def newest(self) -> Version:
        return self.all[-1]

    @property
    def earlier(self) -> Version | None:
        return self.all[self.place - 1] if self.place else None

    @property
    def later(self) -> Version | None:
        return self.all[self.place + 1] if self.number < len(self.all) else None

    def with_shown(self, run: UUID | None) -> Versions:
        """The same with this run shown, if it is one of them."""
        places = [place for place, version in enumerate(self.all) if version.run == run]
        return self._replace(place=places[0]) if places else self


def versions_of(talk: Conversation) -> list[Versions]:
    """A conversation's questions with their versions, in the order in which the newest were asked; that is shown."""
    rows = Run.objects.filter(conversation=talk).order_by("number")
    groups: list[list[Version]] = []
    by_run: dict[UUID | None, list[Version]] = {}
    by_question: dict[UUID | None, list[Version]] = {}
    names = ("pk", "number", "last_seq", "status", "retry_of", "question", "question__replaces")
    for pk, number, last_seq, status, retry_of, question, replaces in rows.values_list(*names):
        version = Version(pk, number, last_seq)
        group = by_run.get(retry_of) if retry_of else by_question.get(replaces)
        if group is None or (retry_of and status in NO_VERSION):
            groups.append([version])
        else:
            group.append(version)
        # Another attempt after one that failed belongs to what that one was to replace.
        by_run[pk] = by_question[question] = group if group is not None else groups[-1]
    groups.sort(key=lambda group: group[-1].number)
    return [Versions(tuple(group), len(group) - 1) for group in groups]


def place_of(groups: Sequence[Versions], run: UUID) -> int:
    """Where the question stands of which this run is a version."""
    return next(place for place, group in enumerate(groups) if any(version.run == run for version in group.all))
