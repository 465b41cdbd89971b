"""Whether a sign is about somebody now: not denied, not long ago, not a lesson, not a look-up in the records.

Only the words around the sign count. What plays it down ("probably nothing"), who asks, what it would cost, and any
instruction inside the text change nothing.
"""

from __future__ import annotations

import re

from agents.triage.patterns import patterns
from agents.triage.plain import Plain

_FRAMES = patterns("frames")


def without_idioms(text: str) -> str:
    """The text with figures of speech blotted out, at the same length."""
    return _FRAMES["idioms"].sub(lambda match: " " * len(match[0]), text)


def about_now(message: Plain, start: int, end: int) -> bool:
    """Whether the words from `start` to `end` tell of something that somebody has now."""
    return not (
        _denied(message, start, end)
        or _looked_up(message, start)
        or _long_ago(message, start, end)
        or _taught(message, start, end)
    )


def meant(message: Plain, start: int, end: int) -> bool:
    """As `about_now`, for words of crisis: those count also inside questions."""
    return not (_denied(message, start, end) or _long_ago(message, start, end) or _in_records(message, start))


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
    sentence = message.text[sentence_start:sentence_end]
    if _FRAMES["now"].search(sentence):
        return False
    if _FRAMES["long_ago"].search(sentence):
        return True
    clause_start, clause_end = message.clause(start)
    clause = message.text[clause_start:clause_end]
    return bool(_FRAMES["theirs"].search(clause)) and bool(_FRAMES["event"].search(clause))


def _taught(message: Plain, start: int, end: int) -> bool:
    sentence_start, sentence_end = message.sentence(start)
    lesson = _FRAMES["lesson"].search(message.text, sentence_start, sentence_end)
    if lesson is None:
        return False
    if lesson.start() < start < lesson.end():
        return True
    said_from = lesson.end() if lesson.end() <= start else sentence_start
    return not _FRAMES["mine"].search(message.text, said_from, start)
