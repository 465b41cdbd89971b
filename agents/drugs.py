"""Names of drugs that an answer may not bring up by itself."""

from __future__ import annotations

import re
from functools import cache

from agents.clinical.medicines import table
from agents.concepts import CONCEPTS

_WORD = re.compile(r"[a-z]+")


@cache
def drug_names() -> frozenset[str]:
    """Ingredients and brands that are one word, in lower case; not those that also name a test, such as potassium."""
    known = table()
    listed = [name for entry in known.classes.values() for name in entry.ingredients]
    words = {
        name.lower() for name in (*listed, *known.other_ingredients, *known.aliases) if _WORD.fullmatch(name.lower())
    }
    return frozenset(words - _test_words())


def _test_words() -> frozenset[str]:
    spoken = (name for concept in CONCEPTS.values() for name in (concept.display, *concept.printed, *concept.synonyms))
    return frozenset(word for name in spoken for word in _WORD.findall(name.lower()))
