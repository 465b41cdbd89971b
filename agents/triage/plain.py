"""What a person typed, made plain for matching: lower case, no accents, no short forms, common typos put right."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import msgspec


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SHORT_FORMS = (
    (re.compile(r"[’‘`´]"), "'"),
    (re.compile(r"\b(?:can't|cant|can not|cnt|caint)\b"), "cannot"),
    (re.compile(r"\b(?:won't|wont)\b"), "will not"),
    (re.compile(r"\b(do|does|did|is|was|are|were|has|have|had|would|could|should|must)n'?t\b"), r"\1 not"),
    (re.compile(r"\b(?:ain't|aint)\b"), "is not"),
    (re.compile(r"\b(?:i'm|im|i m|ima)\b"), "i am"),
    (re.compile(r"\b(?:i've|ive)\b"), "i have"),
    (re.compile(r"\b(he|she|it|that|there|what|who|where)'s\b"), r"\1 is"),
    (re.compile(r"\b(hes|shes|thats|theres|whats)\b"), lambda match: f"{match[1][:-1]} is"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"'d\b"), " would"),
    (re.compile(r"'s\b"), ""),
    (re.compile(r"\bu\b"), "you"),
    (re.compile(r"\b(?:gonna|gunna)\b"), "going to"),
    (re.compile(r"\bwanna\b"), "want to"),
    (
        re.compile(r"\b(?:goin|havin|feelin|breathin|bleedin|takin|throwin|shakin|chokin|passin)\b"),
        lambda m: f"{m[0]}g",
    ),
    (re.compile(r"\b(?:b4)\b"), "before"),
    (re.compile(r"[\"“”*_]"), " "),
)
_TYPOS = {
    "brething": "breathing",
    "breathin": "breathing",
    "breth": "breath",
    "breethe": "breathe",
    "breeth": "breath",
    "cheast": "chest",
    "chset": "chest",
    "ches": "chest",
    "presure": "pressure",
    "unconcious": "unconscious",
    "uncontious": "unconscious",
    "unconsious": "unconscious",
    "siezure": "seizure",
    "siezing": "seizing",
    "seziure": "seizure",
    "siezures": "seizures",
    "vommiting": "vomiting",
    "vomitting": "vomiting",
    "vomitted": "vomited",
    "diarhea": "diarrhea",
    "diarrhoea": "diarrhea",
    "throut": "throat",
    "thraot": "throat",
    "throte": "throat",
    "swolen": "swollen",
    "tounge": "tongue",
    "tung": "tongue",
    "sucide": "suicide",
    "suiside": "suicide",
    "sucidal": "suicidal",
    "kil": "kill",
    "dieing": "dying",
    "blod": "blood",
    "hert": "hurt",
    "overdosd": "overdosed",
    "ovrdose": "overdose",
    "perscription": "prescription",
    "pregant": "pregnant",
    "pregnent": "pregnant",
    "feaver": "fever",
    "fevr": "fever",
    "stomache": "stomach",
    "stumach": "stomach",
    "anurysm": "aneurysm",
    "headach": "headache",
    "headake": "headache",
    "collasped": "collapsed",
    "swallered": "swallowed",
    "ache": "ache",
    "slured": "slurred",
    "slurrd": "slurred",
    "numness": "numbness",
    "numbnes": "numbness",
    "balence": "balance",
    "dizy": "dizzy",
    "wezing": "wheezing",
    "weezing": "wheezing",
}
_TARGETS = (
    "breathing",
    "bleeding",
    "unconscious",
    "seizure",
    "vomiting",
    "swelling",
    "swollen",
    "swallowed",
    "pregnant",
    "suicide",
    "suicidal",
    "overdose",
    "overdosed",
    "collapsed",
    "drooping",
    "headache",
    "numbness",
    "slurred",
    "confused",
    "crushing",
    "choking",
    "diabetic",
    "testicle",
    "pressure",
    "unresponsive",
    "convulsing",
    "medication",
    "tightness",
)
_REAL_WORDS = frozenset(
    {
        "breeding",
        "spelling",
        "smelling",
        "dwelling",
        "dropping",
        "cooking",
        "chocking",
        "brushing",
        "crashing",
        "rushing",
        "confuses",
        "confuse",
        "collapses",
        "collapse",
        "diabetics",
        "diabetes",
        "seizures",
        "headaches",
        "pressures",
        "pressured",
        "swallows",
        "swallower",
        "medications",
        "meditation",
        "mediation",
        "dedication",
        "tightens",
        "overdoses",
        "suicides",
        "testicles",
        "shocking",
        "stroking",
        "checking",
        "cholking",
        "treating",
        "bleedings",
    }
)
_WORD = re.compile(r"[a-z]{4,}")
_BREAK = re.compile(r"(?<!\d)\.(?!\w)|(?<=\d)\.(?!\d)|(?<!\d)\.(?=\s|\Z)|[!?;\n\r]+|\.{2,}")
_CLAUSE = re.compile(r",(?!\d)|:(?!\d)|\s[-–—]+\s|\b(?:but|however|though|although|except|pero|aunque)\b")
_SPANISH = _words(
    "el los las un una mi mis me tengo tiene tienes esta estoy es que de del por para con sin muy no puedo se "
    "le lo y al en mucho duele siento quiero hija hijo esposa esposo mama papa bebe cuando hace ha he fue como "
    "cual cuanto su soy ayuda tomo tome pecho dolor sangre fiebre mareo ella ayer hoy todo nada ya desde va "
    "voy cuando donde nos son si"
)
_ENGLISH = _words(
    "the my i is am are was it to and of in on for with have has had he she they his her what when how can do "
    "does not a an this that you me at from been feel should latest show"
)


class Plain(msgspec.Struct, frozen=True):
    text: str
    sentences: tuple[tuple[int, int], ...]
    """Start and end of each sentence in `text`."""
    spanish: bool

    def sentence(self, place: int) -> tuple[int, int]:
        """The sentence that holds a place."""
        last = self.sentences[-1] if self.sentences else (0, len(self.text))
        return next(((start, end) for start, end in self.sentences if start <= place < end), last)

    def clause(self, place: int) -> tuple[int, int]:
        """The part of the sentence, between commas and turns, that holds a place."""
        start, end = self.sentence(place)
        for match in _CLAUSE.finditer(self.text, start, end):
            if match.end() <= place:
                start = match.end()
            elif match.start() > place:
                return start, match.start()
        return start, end


@lru_cache(maxsize=64)
def plain(text: str) -> Plain:
    """Read a message: plain words, where its sentences are, and whether it is Spanish."""
    words = folded(text)
    spanish = _is_spanish(text, words)
    for pattern, written_out in _SHORT_FORMS:
        words = pattern.sub(written_out, words)
    words = _WORD.sub(lambda match: _spelled(match[0]), words)
    words = re.sub(r"[ \t]+", " ", words).strip()
    return Plain(words, tuple(_sentences(words)), spanish)


def folded(text: str) -> str:
    """The text in lower case, without accents, with one kind of apostrophe."""
    return "".join(map(_fold, text)).replace("\u2019", "'")


@lru_cache(maxsize=2048)
def _fold(character: str) -> str:
    return (unicodedata.normalize("NFKD", character).lower() or character)[0]


def _is_spanish(text: str, folded: str) -> bool:
    words = re.findall(r"[a-z]+", folded)
    marks = sum(text.count(mark) for mark in "¿¡ñÑ")
    return sum(word in _SPANISH for word in words) + 2 * marks > sum(word in _ENGLISH for word in words)


@lru_cache(maxsize=8192)
def _spelled(word: str) -> str:
    if word in _TYPOS:
        return _TYPOS[word]
    if len(word) < 6 or word in _REAL_WORDS or word in _TARGETS:
        return word
    return next((target for target in _TARGETS if _one_off(word, target)), word)


def _one_off(word: str, target: str) -> bool:
    if word[0] != target[0] or abs(len(word) - len(target)) > 1 or len(target) < 7:
        return False
    same = next((i for i, (a, b) in enumerate(zip(word, target, strict=False)) if a != b), min(len(word), len(target)))
    rest, other = word[same:], target[same:]
    if len(word) == len(target):
        return rest[1:] == other[1:] or (rest[2:] == other[2:] and rest[:2] == other[1::-1])
    return rest[1:] == other if len(word) > len(target) else rest == other[1:]


def _sentences(text: str) -> list[tuple[int, int]]:
    found, start = [], 0
    for match in _BREAK.finditer(text):
        if text[start : match.start()].strip():
            found.append((start, match.end()))
            start = match.end()
    if text[start:].strip():
        found.append((start, len(text)))
    return found
