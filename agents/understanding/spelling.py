"""Bring a question into one form: lower case, no accents, contractions written out, mistyped words mended."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from agents.understanding.lookalikes import LOOKALIKES

FUZZY_LETTERS = 5
"""From this many letters on, a word one edit away from a known one is taken for it."""

_CONTRACTIONS = (
    (r"\bwhat(?:'s|s)\b", "what is"),
    (r"\bwhat(?:'re)\b", "what are"),
    (r"\bhow(?:'s|s)\b", "how is"),
    (r"\bwhen(?:'s|s)\b", "when is"),
    (r"\bwhere(?:'s|s)\b", "where is"),
    (r"\bwho(?:'s)\b", "who is"),
    (r"\bthat's\b", "that is"),
    (r"\bthere's\b", "there is"),
    (r"\bit's\b", "it is"),
    (r"\bi'?m\b", "i am"),
    (r"\bi(?:'ve)\b|\bive\b", "i have"),
    (r"\bi'd\b", "i would"),
    (r"\bi'll\b", "i will"),
    (r"\bcan(?:'t|t)\b", "can not"),
    (r"\bcannot\b", "can not"),
    (r"\bwon'?t\b(?= )", "will not"),
    (r"\b(do|does|did|is|are|was|were|has|have|had|should|could|would)n'?t\b", r"\1 not"),
    (r"\bwich\b|\bwhich one\b", "which"),
    (r"\bwats\b|\bwht is\b|\bwut is\b", "what is"),
    (r"\bwat\b|\bwht\b|\bwut\b", "what"),
    (r"\bwen\b", "when"),
    (r"\b(?:u)\b(?!/)", "you"),
    (r"\bur\b", "your"),
    (r"\b(?:pls|plz)\b", "please"),
    (r"\babt\b", "about"),
    (r"\b(?:lates|lastest|latets|latst)\b", "latest"),
    (r"\bmost recents?\b", "most recent"),
    (r"\b(?:recnet|resent|recen)\b", "recent"),
    (r"\b(?:gonna)\b", "going to"),
    (r"\b(?:wanna)\b", "want to"),
    (r"\byrs?\b", "years"),
    (r"\bmos\b", "months"),
    (r"\bwks\b", "weeks"),
    (r"\bw/o\b", "without"),
    (r"\bw/(?=\s|[a-z])", "with "),
    (r"\bb4\b", "before"),
    (r"\b(?:dr|doc)\b\.?", "doctor"),
    (r"\bvs\.?(?=\s|$)", "vs"),
    (r"\bversus\b", "vs"),
    (r"\bcompared? (?:to|with|against)\b", "compared with"),
    (r"\bmeds?\b(?! surg)", "meds"),
    (r"\bblood ?works?\b|\bbloods\b", "blood tests"),
    (r"\bavg\.?(?=\s|$)", "average"),
    (r"\bcholest(?:e|o|er)?r(?:o|a|e)?l\b|\bcholestrol\b|\bcolesterol\b|\bcolestrol\b", "cholesterol"),
)
_SYMBOLS = {
    "’": "'",
    "‘": "'",
    "`": "'",
    "´": "'",
    "“": '"',
    "”": '"',
    "–": "-",
    "—": " - ",
    "µ": "u",
    "μ": "u",
    "₂": "2",
}


@lru_cache(maxsize=64)
def normalise(text: str) -> str:
    """Lower case, without accents and without punctuation that carries no meaning; one space between words."""
    text = "".join(_SYMBOLS.get(character, character) for character in text)
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    folded = "".join(character for character in decomposed if not unicodedata.combining(character))
    for pattern, replacement in _CONTRACTIONS:
        folded = re.sub(pattern, replacement, folded)
    folded = re.sub(r"(?<=\d),(?=\d{3}\b)", "", folded)
    folded = re.sub(r"[?!¿¡\"“”;:*_~#\[\]{}|\\]+|\.(?!\d)|,(?!\d)|(?<=\s)[-'](?=\s)|[^\x20-\x7e]", " ", folded)
    return " ".join(folded.split())


def mend(text: str, vocabulary: Iterable[str]) -> str:
    """Replace each unknown word of five letters or more by the one known word that is one edit away from it."""
    known = frozenset(vocabulary)
    return re.sub(r"(?<![\w/'-])[a-z]{5,}(?![\w/'])", lambda match: _mended(match[0], known), text)


@lru_cache(maxsize=8192)
def _mended(word: str, known: frozenset[str]) -> str:
    if word in known or word in LOOKALIKES or _stem(word) in known or _stem(word) in LOOKALIKES:
        return word
    near = {other for other in _edits(word) if other in known and len(other) >= FUZZY_LETTERS}
    alike = {other for other in near if other[-1] == word[-1]} if len(near) > 1 else near
    return alike.pop() if len(alike) == 1 else word


def _stem(word: str) -> str:
    return re.sub(r"(?:es|s|ed|d|ing|ly|er)\Z", "", word)


def _edits(word: str) -> set[str]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    left_out = {head + tail[1:] for head, tail in splits if tail}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in splits if len(tail) > 1}
    changed = {head + letter + tail[1:] for head, tail in splits if tail for letter in letters}
    added = {head + letter + tail for head, tail in splits for letter in letters}
    return left_out | swapped | changed | added
