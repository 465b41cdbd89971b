"""Bring a question into one form: lower case, no accents, contractions written out, mistyped words mended."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

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

_LOOKALIKES = frozenset(
    """
    about above acids action acute adding adult after again agent alive alone along among anger angle apart apple aware
    awful badly based basis beach beard bears beats began being below birds blame blank blind block bland boots bored
    bread break breed brave bring broad broke brown build built cable cakes calls candy cards cared cares caring cases
    catch cause caused chain chair chairs charm chase cheap cheat cheek chest chose close closet clothing coats could
    couch count court cover crazy cream dates deals dealt death decent dogs doing doses dosed drank draft drama dream
    dress drink drinks drive drunk early earth eight fails faint fault fight filed files finds first flood floor foods
    force forms forth found freight front fruit funny girls given gives glass goals going grade grain grass great green
    groups grown guess hands happy harsh heard heads heals heaps hears heavy hello helped hence holds hones homes hopes
    horse hours house human humor joins joint jokes judge keeps kinds knees knows large later laugh learn lease least
    leave legal lemon levers liked likes liked lines lived liver lives local looks loose lose loser losing loved lover
    lower lungs major makes males maybe means meals meats mends might minor mixed model month moral mores mouse mouth
    moved moves mount music nails named names never night noise north noses noted notes novel nurse occur offer often
    orange order other pages paint paper parts party paste pause peace phone piece place plain plane plans plant plate
    point posts pound power press price pride prime print prior proof proud quick quiet quite raise rates reach reads
    ready refer relax reply right river rough round route rules rural salad sales scale scare scene score seems sense
    serve seven shape share sharp sheep sheet shirt shock shoes short shots shown shows sides sight since sizes skill
    skins slate sleet slept slide slope small smart smell smile smoke snack solid solve sorry sorts sound south space
    spare speak spend spent spice spoke spoon sport staff stage stamp stand stare stars state stays steak steal steam
    steel stick still stock stomach stone stood stops store storm story stove study stuff style sugar suits sweat sweet
    table taken takes tales talks tango taste tasty teach teeth tells tends terms texts thank their theme there these
    thick thing think third those three threw throw tight times tired today token tooth topic total touch tough tower
    towns track trade trail train trait treat trees tried tries truck truly trust truth twice under union units until
    upper upset urban using usual valid value video views visit voice wages waist walls wants waste watch water weeks
    weigh weird wheel where which while white whole whose wider wines woman women woods words works world worry worse
    worst worth would wound wrist write wrong wrote years yield young yours youth changed chances charged charger
    chances starred started starter starting stating staring tablet tables tablets cables thinker thinner shinier
    dinner summer hammer winter wither center wetter better letter bitter butter latter matter batter fitter sitter
    number numbers lumber cumber member medical medicare medicate meditation mediation medications ratings resting
    testing resting nesting texting tested rested reading heading leading loading trading treading ending sending
    lending bending pending tending trends friends treads spread breads breathe breathes bleeding breeding feeling
    healing dealing meaning leaning cleaning learning earning warning morning mourning evening hearing wearing tearing
    bearing fearing nearing clearing appearing walking talking taking making waking baking faking shaking speaking
    mother brother father another bother gather rather leather weather feather whether together
    """.split()
)
"""Everyday words that stand one edit away from a word of the trade; they are never mended."""


def normalise(text: str) -> str:
    """Lower case, without accents and without punctuation that carries no meaning; one space between words."""
    text = "".join(_SYMBOLS.get(character, character) for character in text)
    decomposed = unicodedata.normalize("NFKD", text.casefold())
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
    if word in known or word in _LOOKALIKES or _stem(word) in known or _stem(word) in _LOOKALIKES:
        return word
    near = {other for other in _edits(word) if other in known and len(other) >= FUZZY_LETTERS}
    return near.pop() if len(near) == 1 else word


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
