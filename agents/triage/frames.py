"""Whether a sign is about somebody now: not denied, not long ago, not a lesson, not a look-up in the records.

Only the words around the sign count. What plays it down ("probably nothing"), who asks, what it would cost, and any
instruction inside the text change nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from agents.triage.patterns import patterns
from agents.triage.plain import Plain

_FRAMES = patterns("frames")
_BLOTTED = "   "
_SENTENCES = 40
"""How many sentences of a message are weighed one by one."""
_DENIED_WITHIN = re.compile(r"\b(?:never|nunca|jamas)\b|(?<=have )no\b|(?<=has )no\b|(?<=having )no\b")
"""A denial that a sign's own words enclose, as in "have never had a seizure"."""


class Told(NamedTuple):
    """What a message tells, without what is no matter of now."""

    sentences: tuple[str, ...]
    whole: bool
    """Whether nothing was left out."""


def without_idioms(text: str) -> str:
    """The text with figures of speech blotted out, at the same length."""
    return _FRAMES["idioms"].sub(lambda match: " " * len(match[0]), text)


def about_now(message: Plain, start: int, end: int) -> bool:
    """Whether the words from `start` to `end` tell of something that somebody has now."""
    return not (
        _denied(message, start, end)
        or _DENIED_WITHIN.search(message.text, start + 1, end)
        or _looked_up(message, start)
        or _long_ago(message, start, end)
        or _taught(message, start, end)
    )


def meant(message: Plain, start: int, end: int) -> bool:
    """As `about_now`, for words of crisis: those count also inside questions."""
    return not (_denied(message, start, end) or _long_ago(message, start, end) or _in_records(message, start))


def said(message: Plain, pattern: re.Pattern[str], counts: Callable[[Plain, int, int], bool]) -> bool:
    """Whether the pattern matches anywhere where that counts, as `about_now` or `meant` tell."""
    return any(counts(message, *match.span()) for match in pattern.finditer(message.text))


def told(message: Plain, *, dismissed: Collection[int] = ()) -> Told:
    """What somebody tells of now.

    Left out are look-ups, lessons, the past, and the clauses with a place in `dismissed`: what a rule saw and judged to
    be no matter of now.
    """
    pieces, left_out = [], False
    for start, end in message.sentences[:_SENTENCES]:
        sentence = message.text[start:end]
        if _is_past(sentence, but_for=sentence) or _is_lesson(message, start, end):
            left_out = True
            continue
        clauses = list(_clauses(message, start, end))
        kept = [clause for clause in clauses if not _looked_up(message, clause[0]) and not _holds(clause, dismissed)]
        left_out |= len(kept) < len(clauses) or _BLOTTED in sentence
        pieces.append(", ".join(message.text[clause[0] : clause[1]].strip(" ,.!?") for clause in kept))
    return Told(tuple(filter(None, pieces)), whole=not left_out)


def _holds(clause: tuple[int, int], places: Collection[int]) -> bool:
    return any(clause[0] <= place < clause[1] for place in places)


def _is_past(sentence: str, *, but_for: str) -> bool:
    """Whether a sentence tells of long ago, and `but_for`, it or a part of it, says nothing of now."""
    return bool(_FRAMES["long_ago"].search(sentence) and not _FRAMES["now"].search(but_for))


def _is_lesson(message: Plain, start: int, end: int) -> bool:
    lesson = _FRAMES["lesson"].search(message.text, start, end)
    return lesson is not None and not _FRAMES["mine_at_all"].search(message.text, lesson.end(), end)


def _clauses(message: Plain, start: int, end: int) -> Iterator[tuple[int, int]]:
    place = start
    while place < end:
        clause = message.clause(place)
        yield clause
        place = max(clause[1], place) + 1


def _denied(message: Plain, start: int, end: int) -> bool:
    clause_start, clause_end = message.clause(start)
    sentence_start, _ = message.sentence(start)
    before = message.text[clause_start:start]
    found = _FRAMES["negated"].search(before)
    if found and not _FRAMES["still_true"].search(found[1]):
        return True
    if _FRAMES["negated_after"].match(message.text, end, min(clause_end + 12, len(message.text))):
        return True
    return _in_denied_list(message.text[sentence_start:start], message.text[start:])


def _in_denied_list(before: str, after: str) -> bool:
    """Whether the sign is a later member of a list such as "no fever, cough or chest pain"."""
    parts = re.split(r",|\bor\b|\bnor\b|\bni\b|\bo\b", before)
    if len(parts) < 2 or not re.search(r"\b(?:or|nor|ni|o)\b", before[-14:] + after[:40]):
        return False
    members = parts[1:]
    if any(len(member.split()) > 3 or re.search(r"\b(?:i|my|he|she|now|but|and)\b", member) for member in members):
        return False
    found = _FRAMES["negated"].search(parts[0])
    return bool(found and not _FRAMES["still_true"].search(found[1]))


def _looked_up(message: Plain, place: int) -> bool:
    start, end = message.clause(place)
    clause = message.text[start:end]
    if not (_FRAMES["look_up"].match(clause) or _FRAMES["look_up_words"].search(clause)):
        return False
    return not _FRAMES["distress"].search(clause)


def _in_records(message: Plain, place: int) -> bool:
    start, end = message.clause(place)
    return bool(_FRAMES["look_up_words"].search(message.text, start, end))


def _long_ago(message: Plain, start: int, end: int) -> bool:
    sentence_start, sentence_end = message.sentence(start)
    of_now = _without_look_ups(message, sentence_start, sentence_end, keep=start)
    if _is_past(message.text[sentence_start:sentence_end], but_for=of_now):
        return True
    clause_start, clause_end = message.clause(start)
    clause = message.text[clause_start:clause_end]
    of_relative = _FRAMES["theirs"].search(clause) and _FRAMES["event"].search(clause)
    return bool(of_relative and not _FRAMES["now"].search(of_now))


def _without_look_ups(message: Plain, start: int, end: int, *, keep: int) -> str:
    """The sentence without its clauses that ask about the records: their "still" and "now" are of the records."""
    told = []
    for clause_start, clause_end in _clauses(message, start, end):
        asks = _FRAMES["look_up_words"].search(message.text, clause_start, clause_end)
        if not asks or clause_start <= keep <= clause_end:
            told.append(message.text[clause_start:clause_end])
    return ",".join(told)


def _taught(message: Plain, start: int, end: int) -> bool:
    """As `_is_lesson`, of a sign: inside the lesson's own words, or with nobody named whose it is."""
    sentence_start, sentence_end = message.sentence(start)
    lesson = _FRAMES["lesson"].search(message.text, sentence_start, sentence_end)
    if lesson is None:
        return False
    if lesson.start() < start < lesson.end():
        return True
    said_from = lesson.end() if lesson.end() <= start else sentence_start
    return not _FRAMES["mine"].search(message.text, said_from, start)
