"""Take a message apart into the questions that it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SENTENCE = re.compile(
    r"(?<=[?!;])\s*(?=\S)|(?<!\bDr)(?<!\bvs)(?<!\bMr)(?<!\bMrs)\.(?=\s+\S)|\s*\n+\s*|\s+[-•]\s+(?=[A-Z])"
)
_ASKS = (
    r"(?:what(?:'?s)?|when(?:'?s)?|how(?:'?s)?|which|who|why|where|is|are|do|does|did|has|have|am|"
    r"was|were|can|could|should|"
    r"show|list|tell|give|explain|compare|summari[sz]e)"
)
_CLAUSE = re.compile(
    r"(?:\s*,\s*(?:and|also|plus|but|then)?\s*|\s+(?:and|also|plus|and also|and then|as well as)\s+)"
    rf"(?={_ASKS}\b\s+\S)",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"\A(?:on average|in (?:total|all|general|numbers)|over ?all|all in all|for (?:the|my) record|out of interest|"
    r"going by (?:that|it)|by (?:the way|and large)|in the (?:last|past|previous) [\w ]+|since [\w ]+|"
    r"(?:for|over|during|within) [\w ]+|compared (?:with|to) [\w ]+|averag\w+ [\w ]+|looking (?:at|back) [\w ]+|"
    r"according to [\w ]+|based on [\w ]+|from [\w ]+ to [\w ]+)\Z",
    re.IGNORECASE,
)
"""What stands before a comma and is no question of its own."""
_SUBORDINATE = re.compile(
    r"\b(?:if|when|whenever|because|since|while|as|although|after|before|on days)\b[^,]*\Z", re.IGNORECASE
)
_GREETING = re.compile(
    r"^(?:(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening)|thanks|thank you|please|"
    r"ok(?:ay)?|so|well|um+|sorry|doctor|doc|"
    r"hola|buenos dias|gracias|por favor)\b(?: there| doctor| again| please)?[\s,.!:-]+)+(?=\S)",
    re.IGNORECASE,
)


def segments_of(text: str) -> list[str]:
    """The sentences of a message, and the questions joined by "and" inside them; without a greeting in front."""
    return [segment for sentence in _SENTENCE.split(text) for segment in _clauses(sentence)]


def _clauses(sentence: str) -> Iterator[str]:
    sentence = _GREETING.sub("", sentence.strip()) or sentence.strip()
    start = 0
    for match in _CLAUSE.finditer(sentence):
        before = sentence[start : match.start()]
        if (
            not _is_question(before)
            or _OPENING.match(before.strip())
            or _SUBORDINATE.match(before)
            or _leans(sentence, match)
        ):
            continue
        yield before
        start = match.end()
    rest = sentence[start:].strip(" ,")
    if rest:
        yield rest


def _leans(sentence: str, joint: re.Match[str]) -> bool:
    """Whether what follows a comma is about what stands before it ("my LDL fell to 110, is that real?")."""
    follows = (
        r"(?:is|are|was|does|do|should|could|can)\s+(?:it|that|this|they|those|"
        r"i\s+(?:be\s+)?(?:worr|concern|scared|afraid))"
    )
    return joint[0].strip() == "," and re.match(follows, sentence[joint.end() :], re.IGNORECASE) is not None


def _is_question(text: str) -> bool:
    """Whether the words before a joint are more than an opening ("Since I am diabetic, what …")."""
    return (
        len(text.split()) > 1
        and re.match(r"\s*(?:if|because|since|as|while|although|for|before|after|given)\b", text, re.IGNORECASE) is None
    )
