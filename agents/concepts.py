"""The tests and measurements that the product knows: names, codes, units, ranges, and how people speak of them.

A concept is one series: a set of LOINC codes whose values may be compared after conversion to the concept's own unit.
The table is `reference/concepts.json`; every entry names its source and the month it was last looked at. LOINC codes
are (c) Regenstrief Institute, used under the LOINC licence.

Deliberate oddities:
- `low` and `high` are the range for men where `by_sex` is set, and for all adults otherwise.
- NT-proBNP and BNP, and HbA1c by the JDS scale, are kept apart although people use one word: their numbers differ.
- Urea without "nitrogen", in mg/dL, is left unmapped: the same blood gives 2.14 times the number of urea nitrogen.
- "Iron in my blood" is read as haemoglobin, which is what people mostly mean by it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType

import msgspec

from agents import units
from agents.events import Specialist

LOINC = "http://loinc.org"

HBA1C_SLOPE = 10.929
HBA1C_OFFSET = 2.152
"""mmol/mol = 10.929 * (% - 2.152): IFCC-NGSP master equation (NGSP, 2010)."""

_INSULIN_PMOL_PER_UIU = 6.0
"""pmol/L in one uIU/mL (Knopp and others, Diabetes Technology & Therapeutics, 2019)."""
_FUZZY_LETTERS = 5


class Concept(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    display: str
    specialist: Specialist
    """Which specialist it is asked of."""
    category: str
    unit: str | None = None
    """The concept's own unit (UCUM); None where it is words, not a number."""
    si_unit: str | None = None
    molar_mass: float | None = None
    """Grams per mole, where values in mass and in moles are one series."""
    by_sex: bool = False
    low: float | None = None
    high: float | None = None
    """General adult range in `unit` (both ends inside); None is open."""
    female_low: float | None = None
    female_high: float | None = None
    critical_low: float | None = None
    critical_high: float | None = None
    """In `unit`: at or beyond it a laboratory calls the clinic."""
    plausible_low: float | None = None
    plausible_high: float | None = None
    """In `unit`: outside it, value and unit do not belong together."""
    cvi: float | None = None
    """Within-person biological variation, percent."""
    cva: float | None = None
    """Analytical variation, percent."""
    loinc: tuple[str, ...] = ()
    printed: tuple[str, ...] = ()
    """Names as a record prints them."""
    abroad: tuple[str, ...] = ()
    """The same in German, Dutch, French, Spanish, Italian and Portuguese; what people say is not among them."""
    synonyms: tuple[str, ...] = ()
    """Words as people say them, English."""
    spanish: tuple[str, ...] = ()
    about: str
    """One or two plain sentences: what it is, and what high or low can mean."""
    about_spanish: str
    """The same in Spanish."""
    source: str
    date: str
    """Month the entry was last looked at, `2026-11`."""


class Group(msgspec.Struct, frozen=True):
    """A word for several concepts at once; the first one stands for the group."""

    id: str
    display: str
    concepts: tuple[str, ...]
    words: tuple[str, ...]


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """A place in a text where somebody names one or more concepts."""

    concepts: tuple[str, ...]
    start: int
    end: int
    text: str

    @property
    def concept(self) -> str:
        return self.concepts[0]


def _load() -> Mapping[str, Concept]:
    raw = files("agents.reference").joinpath("concepts.json").read_bytes()
    return MappingProxyType({concept.id: concept for concept in msgspec.json.decode(raw, type=list[Concept])})


CONCEPTS: Mapping[str, Concept] = _load()

GROUPS: tuple[Group, ...] = (
    Group(
        "blood_pressure",
        "Blood pressure",
        ("systolic", "diastolic"),
        (
            "blood pressure",
            "blood pressures",
            "bp",
            "bps",
            "blood preasure",
            "cuff",
            "cuff reading",
            "arm cuff",
            "systolic and diastolic",
            "top and bottom number",
            "top and bottom numbers",
            "presion",
            "presion arterial",
            "presion sanguinea",
            "presion de la sangre",
            "tension arterial",
        ),
    ),
    Group(
        "lipids",
        "Cholesterol panel",
        ("total_cholesterol", "ldl", "hdl", "triglycerides"),
        (
            "lipids",
            "lipid",
            "lipid panel",
            "lipid profile",
            "lipid test",
            "cholesterol panel",
            "cholesterol numbers",
            "cholesterol results",
            "cholesterol tests",
            "cholesterol profile",
            "lipidos",
            "perfil lipidico",
            "perfil de lipidos",
            "grasas en la sangre",
        ),
    ),
    Group(
        "kidney_function",
        "Kidney function",
        ("egfr", "creatinine", "bun", "uacr"),
        (
            "kidney function",
            "kidney numbers",
            "kidney tests",
            "kidney results",
            "kidney labs",
            "kidney panel",
            "renal function",
            "renal panel",
            "kidney values",
            "kidneys doing",
            "kidneys working",
            "funcion renal",
            "pruebas del rinon",
            "funcion de los rinones",
        ),
    ),
    Group(
        "liver_tests",
        "Liver tests",
        ("alt", "ast", "alp", "ggt", "bilirubin", "albumin"),
        (
            "liver tests",
            "liver test",
            "liver function",
            "liver function test",
            "liver function tests",
            "liver enzymes",
            "liver panel",
            "liver numbers",
            "liver results",
            "liver values",
            "liver labs",
            "lfts",
            "lft",
            "hepatic panel",
            "hepatic function",
            "pruebas del higado",
            "pruebas hepaticas",
            "enzimas hepaticas",
            "enzimas del higado",
            "funcion hepatica",
            "transaminasas",
        ),
    ),
    Group(
        "blood_count",
        "Blood count",
        ("hemoglobin", "wbc", "platelets", "rbc", "hematocrit", "mcv"),
        (
            "blood count",
            "blood counts",
            "complete blood count",
            "full blood count",
            "cbc",
            "fbc",
            "blood cell counts",
            "hemograma",
            "biometria hematica",
            "conteo sanguineo",
        ),
    ),
    Group(
        "thyroid",
        "Thyroid tests",
        ("tsh", "ft4", "ft3"),
        (
            "thyroid tests",
            "thyroid panel",
            "thyroid function",
            "thyroid numbers",
            "thyroid labs",
            "thyroid levels",
            "thyroid results",
            "thyroid hormones",
            "pruebas de tiroides",
        ),
    ),
    Group(
        "electrolytes",
        "Electrolytes",
        ("sodium", "potassium", "chloride", "co2"),
        ("electrolytes", "electrolyte", "electrolitos", "lytes", "blood salts"),
    ),
    Group(
        "iron_studies",
        "Iron studies",
        ("ferritin", "iron", "tsat", "hemoglobin"),
        ("iron studies", "iron panel", "iron levels", "iron tests", "iron results", "niveles de hierro"),
    ),
    Group(
        "metabolic_panel",
        "Metabolic panel",
        ("glucose", "creatinine", "bun", "sodium", "potassium", "chloride", "co2", "calcium"),
        ("metabolic panel", "basic metabolic panel", "comprehensive metabolic panel", "bmp", "cmp", "chem 7"),
    ),
    Group(
        "diabetes_tests",
        "Diabetes tests",
        ("a1c", "glucose"),
        ("diabetes tests", "diabetes numbers", "diabetes labs", "diabetes results", "sugar numbers", "sugar control"),
    ),
    Group(
        "inflammation",
        "Inflammation tests",
        ("crp", "esr"),
        ("inflammation", "inflammation tests", "inflammatory markers", "inflammation markers", "inflamacion"),
    ),
    Group(
        "vital_signs",
        "Vital signs",
        ("systolic", "diastolic", "heart_rate", "temperature", "spo2", "resp_rate"),
        ("vitals", "vital signs", "signos vitales"),
    ),
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TOKEN = re.compile(r"[a-z0-9]+")
_OTHER_SPECIMENS = _words(
    "urine urinary ur csf cerebrospinal stool fecal faecal saliva semen fluid pleural peritoneal synovial ascites "
    "sweat dialysate dialysis amniotic orina orine urin urina urinario urinaria urinaire urinaires strip dipstick "
    "stuhl speichel ontlasting speeksel selles heces feci fezes"
)
_EMPTY_QUALIFIERS = _words(
    "serum plasma blood venous capillary quantitative level lvl result measured automated auto calc calculated "
    "calculation estimated nih mass volume moles by in of or the bld ser plas method im en em blut vollblut bloed sang "
    "sangre sangue suero siero soro plasmatique serique"
)
_CHARGED_ONCE = frozenset({"sodium", "potassium", "chloride", "co2"})
_UNITLESS = frozenset({"{INR}", "{score}", "{T-score}", "{steps}"})
_NOT_BLOOD_UNITS = {"albumin": frozenset({"mg/L", "ug/mL", "mg/dL", "ug/L"})}
"""Units that tell another specimen, although the name alone would fit: urine albumin is reported in mg/L."""

_NEVER_FUZZY = _words(
    "serum blood level number numbers count small liver heart panel total upper lower white cells red rate ratio rates "
    "score status average month three function tests results values body sleep steps waist pulse sugar sugars height "
    "smoker smoking walked walking fever breath breathing daily store stores kilos pounds scale hours asleep stress "
    "tobacco sunshine filter mood lung lungs bone sleeping first second number overall little lousy doing working "
    "belly heavy pressure stored salts waste protein kidney kidneys creat trigs urate cardio fitness"
)
"""Words of names that everyday English words come within one letter of, or that mean nothing by themselves."""
_FUZZY_ANYWAY = MappingProxyType(
    {
        "suger": "sugar",
        "sugr": "sugar",
        "shugar": "sugar",
        "suggar": "sugar",
        "presure": "pressure",
        "preasure": "pressure",
        "pressur": "pressure",
        "presssure": "pressure",
        "pessure": "pressure",
        "kidny": "kidney",
        "kideny": "kidney",
        "protien": "protein",
        "wieght": "weight",
        "weigth": "weight",
        "waight": "weight",
        "hieght": "height",
        "heigth": "height",
        "puls": "pulse",
        "plus": "plus",
        "blod": "blood",
        "bloood": "blood",
        "hart": "heart",
        "presion": "presion",
        "a1": "a1",
        "alc": "a1c",
    }
)
_ENGLISH = _words(
    "wright county courts thinker peril tempo clothing altra podium eight freight sleigh weighs weighed weighing "
    "plaster plates placed platelike iodine thyroidal magnetism "
    "insulting insulate insulated albums album calculus calcify fluoride chlorine chlorides phosphates phosphor "
    "testament hormonal corsica carbon bicarbonates cholera hormone creation creating creative treatment iron irons "
    "temperate temperatures temper oxygens oxide glucosamine glucagon ferrite ferret irony systole diastole symbolic "
    "hematite hemophilia vitamins globular globalin folates foliate volate isolate violate"
)


def concept_for(
    code: str | None, *, system: str | None = None, name: str | None = None, unit: str | None = None
) -> str | None:
    """Find the concept of a record's row by its LOINC code, or without one by its exact printed name.

    A LOINC code that is not in the table is another test: its name is not consulted. Names that say another specimen
    (urine, stool, …) and units that the concept cannot have are no match.
    """
    if code and (system is None or "loinc" in system.lower() or system.endswith("2.16.840.1.113883.6.1")):
        found = _by_loinc().get(code.strip())
        if found or system is not None or re.fullmatch(r"\d{1,7}-\d", code.strip()):
            return found
    return _by_printed_name(name, unit) if name else None


def to_canonical(concept_id: str, value: float, unit: str | None) -> tuple[float, str] | None:
    """The value in the concept's own unit, with that unit; None unless an explicit unit says how to get there.

    Scores and the INR have no unit: for them a missing unit is taken as it is.
    """
    concept = CONCEPTS.get(concept_id)
    if concept is None or concept.unit is None:
        return None
    if concept.unit in _UNITLESS and units.normalise(unit) in {None, "1", concept.unit, "{count}"}:
        return value, concept.unit
    converted = convert(concept_id, value, unit, concept.unit)
    return None if converted is None else (converted, concept.unit)


def convert(concept_id: str, value: float, from_unit: str | None, to_unit: str | None) -> float | None:
    """The value in another unit, both ways, also between mass and moles; None where that cannot be done.

    Molar masses: IUPAC atomic weights; haemoglobin per monomer (16114.5 g/mol), triglycerides as triolein, urea
    nitrogen as N2. HbA1c: the IFCC-NGSP master equation (NGSP, 2010).
    """
    concept = CONCEPTS.get(concept_id)
    source, target = units.normalise(from_unit), units.normalise(to_unit)
    if concept is None or source is None or target is None:
        return None
    if concept_id == "egfr":
        source, target = _as_filtration(source), _as_filtration(target)
    if concept_id == "a1c" and {source, target} == {"%", "mmol/mol"}:
        return HBA1C_SLOPE * (value - HBA1C_OFFSET) if source == "%" else value / HBA1C_SLOPE + HBA1C_OFFSET
    if (same_kind := units.convert(value, source, target)) is not None:
        return same_kind
    return _between_kinds(concept, value, source, target)


def mentions(text: str) -> tuple[Mention, ...]:
    """Every place where the text names a concept or a group, left to right, the longest match first.

    Accents, case, plurals and one mistyped letter (in words of five letters and more) do not matter.
    """
    folded = _fold(text)
    spans = [(match.start(), match.end()) for match in _TOKEN.finditer(folded)]
    words = [_known_word(folded[start:end]) for start, end in spans]
    found: list[Mention] = []
    index = 0
    while index < len(words):
        length, concepts = _longest(words, index)
        if length and not _misread(folded, spans, index, length):
            start, end = spans[index][0], spans[index + length - 1][1]
            found.append(Mention(concepts=concepts, start=start, end=end, text=text[start:end]))
        index += max(length, 1)
    return tuple(found)


def adult_range(concept: Concept, sex: str | None) -> tuple[float | None, float | None]:
    """The general adult range for a sex; where it differs by sex and the sex is not known, what holds for both."""
    if not concept.by_sex or sex == "male":
        return concept.low, concept.high
    if sex == "female":
        return concept.female_low, concept.female_high
    lows = [low for low in (concept.low, concept.female_low) if low is not None]
    highs = [high for high in (concept.high, concept.female_high) if high is not None]
    return min(lows, default=None), max(highs, default=None)


def plausible(concept: Concept, canonical_value: float) -> bool:
    """Whether a living person's value could be this one; if not, value and unit do not belong together."""
    above = concept.plausible_low is None or canonical_value >= concept.plausible_low
    return above and (concept.plausible_high is None or canonical_value <= concept.plausible_high)


@cache
def _by_loinc() -> Mapping[str, str]:
    return {code: concept.id for concept in CONCEPTS.values() for code in concept.loinc}


def _by_printed_name(name: str, unit: str | None) -> str | None:
    words = _TOKEN.findall(_fold(name))
    if _OTHER_SPECIMENS.intersection(words):
        found = _printed_names().get(_name_key(words))
        return found if found == "uacr" else None
    found = _printed_names().get(_name_key(words)) or _printed_names().get(
        _name_key([word for word in words if word not in _EMPTY_QUALIFIERS])
    )
    return found if found and _unit_fits(found, words, unit) else None


def _unit_fits(concept_id: str, words: list[str], unit: str | None) -> bool:
    normal = units.normalise(unit)
    if concept_id == "bun" and "nitrogen" not in words and "bun" not in words:
        return normal == "mmol/L"
    if normal is None or units.kind(normal) is None:
        return not re.search(r"24|/d(ay)?\Z", normal or "")
    if normal in _NOT_BLOOD_UNITS.get(concept_id, ()):
        return False
    return CONCEPTS[concept_id].unit is None or to_canonical(concept_id, 1.0, normal) is not None


@cache
def _printed_names() -> Mapping[tuple[str, ...], str]:
    return {
        _name_key(_TOKEN.findall(_fold(name))): concept.id
        for concept in CONCEPTS.values()
        for name in (*concept.printed, *concept.abroad, concept.display)
    }


def _name_key(words: list[str]) -> tuple[str, ...]:
    return tuple(sorted(words))


def _as_filtration(unit: str) -> str:
    return units.GFR if unit == "mL/min" else unit


def _between_kinds(concept: Concept, value: float, source: str, target: str) -> float | None:
    if concept.id in _CHARGED_ONCE and {source, target} <= {"mmol/L", "meq/L"}:
        return value
    if concept.id == "uacr":
        return _albumin_ratio(value, source, target)
    if concept.id == "insulin":
        return _insulin(value, source, target)
    if concept.molar_mass is None:
        return None
    in_base = units.convert(value, source, "g/L")
    if in_base is not None:
        return units.convert(in_base / concept.molar_mass, "mol/L", target)
    in_moles = units.convert(value, source, "mol/L")
    return None if in_moles is None else units.convert(in_moles * concept.molar_mass, "g/L", target)


def _albumin_ratio(value: float, source: str, target: str) -> float | None:
    per_mole = CONCEPTS["creatinine"].molar_mass or 0.0
    if (in_mass := units.convert(value, source, "mg/g")) is not None:
        return units.convert(in_mass * per_mole / 1000, "mg/mmol", target)
    in_moles = units.convert(value, source, "mg/mmol")
    return None if in_moles is None else units.convert(in_moles * 1000 / per_mole, "mg/g", target)


def _insulin(value: float, source: str, target: str) -> float | None:
    if (activity := units.convert(value, source, "uIU/mL")) is not None:
        return units.convert(activity * _INSULIN_PMOL_PER_UIU, "pmol/L", target)
    amount = units.convert(value, source, "pmol/L")
    return None if amount is None else units.convert(amount / _INSULIN_PMOL_PER_UIU, "uIU/mL", target)


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    """One character for one, so that places in the folded text are places in the text."""
    return (unicodedata.normalize("NFKD", character).lower() or character)[0]


def _fold(text: str) -> str:
    return "".join(map(_fold_character, text))


@cache
def _phrases() -> Mapping[str, list[tuple[tuple[str, ...], tuple[str, ...]]]]:
    """What to look for, by first word, longest first."""
    found: dict[str, dict[tuple[str, ...], tuple[str, ...]]] = {}
    for phrase, concepts in _spoken():
        words = tuple(_TOKEN.findall(_fold(phrase)))
        found.setdefault(words[0], {})[words] = concepts
    return {first: sorted(phrases.items(), key=lambda item: -len(item[0])) for first, phrases in found.items()}


def _spoken() -> Iterator[tuple[str, tuple[str, ...]]]:
    for concept in CONCEPTS.values():
        for phrase in (*concept.synonyms, *concept.spanish, concept.display):
            yield phrase, (concept.id,)
    for group in GROUPS:
        for phrase in group.words:
            yield phrase, group.concepts


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(word for phrases in _phrases().values() for words, _ in phrases for word in words)


@lru_cache(maxsize=8192)
def _known_word(word: str) -> str:
    """The word of the vocabulary that is meant, or the word itself."""
    vocabulary = _vocabulary()
    if word in vocabulary:
        return word
    if word in _FUZZY_ANYWAY:
        return _FUZZY_ANYWAY[word]
    for ending in ("s", "es"):
        if len(word) > len(ending) + 1 and word.endswith(ending) and word[: -len(ending)] in vocabulary:
            return word[: -len(ending)]
    if len(word) < _FUZZY_LETTERS or word in _ENGLISH or word.isdigit():
        return word
    near = [known for known in _fuzzy_vocabulary() if _within_one(word, known)]
    return near[0] if len(near) == 1 else word


@cache
def _fuzzy_vocabulary() -> tuple[str, ...]:
    long_enough = (word for word in _vocabulary() if len(word) > _FUZZY_LETTERS and not word.isdigit())
    return tuple(sorted(word for word in long_enough if word not in _NEVER_FUZZY))


def _within_one(word: str, known: str) -> bool:
    """Whether one letter added, left out, changed or swapped with its neighbour turns one into the other."""
    if abs(len(word) - len(known)) > 1 or word[0] != known[0]:
        return False
    same = next((i for i, (a, b) in enumerate(zip(word, known, strict=False)) if a != b), min(len(word), len(known)))
    rest, other = word[same:], known[same:]
    if len(word) == len(known):
        return rest[1:] == other[1:] or (rest[2:] == other[2:] and rest[:2] == other[1::-1])
    return rest[1:] == other if len(word) > len(known) else rest == other[1:]


def _longest(words: list[str], index: int) -> tuple[int, tuple[str, ...]]:
    for phrase, concepts in _phrases().get(words[index], ()):
        if tuple(words[index : index + len(phrase)]) == phrase:
            return len(phrase), concepts
    return 0, ()


_NOT_STEPS = re.compile(r"(next|first|what|which|these|those|following|other|practical|extra)\s+(few\s+)?\Z")
_DIGIT_BEFORE = re.compile(r"\d\s?\Z")
_BODY_BEFORE = re.compile(
    r"\b(chest|back|belly|stomach|tummy|abdominal|neck|knee|hip|leg|arm|jaw|joint|muscle|shoulder|foot|side|pelvic|"
    r"period|nerve|in|in the|of|flank|testicular|tooth|ear|throat)\s\Z"
)


def _misread(folded: str, spans: list[tuple[int, int]], index: int, length: int) -> bool:
    """Whether the words around show that a name which is also an everyday word is not meant."""
    start, end = spans[index][0], spans[index + length - 1][1]
    word, before, after = folded[start:end], folded[:start], folded[end:]
    if length > 1:
        return before.endswith(("vitamin ", "vit "))
    if word == "k":
        return not after.startswith("+")
    if word in {"hr", "cl"}:
        return bool(_DIGIT_BEFORE.search(before))
    if word in {"step", "steps"}:
        return bool(_NOT_STEPS.search(before)) or after.lstrip().startswith(("to ", "can ", "should "))
    if word == "pain":
        return bool(_BODY_BEFORE.search(before)) or after.lstrip().startswith(
            ("in ", "kill", "med", "reliev", "relief")
        )
    return False
