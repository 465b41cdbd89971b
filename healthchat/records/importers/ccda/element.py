"""A small part of a CDA document as a tree: one entry of a section at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext

from healthchat.records.importers.imported import NotUnderstood

MAX_NODES = 60_000
"""In one entry; the largest seen had 3,000."""
MAX_TEXT_LENGTH = 200_000

_BLANKS = re.compile(r"\s+")
_BLOCKS = frozenset({"tr", "paragraph", "item", "caption", "br", "list", "table", "title", "thead", "tbody"})


class Element:
    """One element: its name without a prefix, attributes, children and text."""

    __slots__ = ("attributes", "children", "name", "pieces")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.children: list[Element] = []
        self.pieces: list[str | Element] = []

    def __getitem__(self, attribute: str) -> str:
        return self.attributes.get(attribute, "").strip()

    def all(self, *path: str) -> Iterator[Element]:
        """Every descendant at `path`."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.name == path[0]:
                yield from child.all(*path[1:])

    def at(self, *path: str) -> Element:
        """The first descendant at `path`; an empty one where there is none."""
        return next(self.all(*path), NOTHING)

    def within(self, name: str) -> Iterator[Element]:
        """Every descendant of this name, however deep."""
        waiting = list(reversed(self.children))
        while waiting:
            found = waiting.pop()
            if found.name == name:
                yield found
            waiting.extend(reversed(found.children))

    def is_a(self, *templates: str) -> bool:
        """Whether it declares one of these template ids."""
        return any(child.name == "templateId" and child["root"] in templates for child in self.children)

    @property
    def there(self) -> bool:
        return self is not NOTHING

    @property
    def text(self) -> str:
        """All text in it, blanks made one."""
        return _BLANKS.sub(" ", "".join(self._text())).strip()

    @property
    def narrative(self) -> str:
        """All text in it, with lines and cells kept apart."""
        lines = (_BLANKS.sub(" ", line).strip(" |") for line in "".join(self._narrative()).split("\n"))
        return "\n".join(line for line in lines if line)

    def _text(self) -> Iterator[str]:
        for piece in self.pieces:
            if isinstance(piece, str):
                yield piece
            else:
                yield from piece._text()

    def _narrative(self) -> Iterator[str]:
        for piece in self.pieces:
            if isinstance(piece, str):
                yield piece.replace("\n", " ")
                continue
            if piece.name in _BLOCKS:
                yield "\n"
            yield from piece._narrative()
            yield " | " if piece.name in ("td", "th") else "\n" if piece.name in _BLOCKS else ""


NOTHING = Element("", {})


class Builder:
    """Builds one tree from a stream's events."""

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.root = Element(name, attributes)
        self._open = [self.root]
        self._nodes = 1
        self._letters = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise NotUnderstood(gettext("One entry of this document is far larger than any health record."))
        made = Element(name, attributes)
        self._open[-1].children.append(made)
        self._open[-1].pieces.append(made)
        self._open.append(made)

    def end(self) -> bool:
        """Close an element; whether it was the root."""
        self._open.pop()
        return not self._open

    def text(self, said: str) -> None:
        if self._letters < MAX_TEXT_LENGTH:
            self._letters += len(said)
            self._open[-1].pieces.append(said)
