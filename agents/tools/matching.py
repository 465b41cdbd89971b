"""Finding a row by the words that a person uses for it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

Named = TypeVar("Named", bound=Any)

SAME: tuple[frozenset[str], ...] = (
    frozenset({"hypertension", "high blood pressure", "blood pressure", "hypertensive disorder", "htn"}),
    frozenset({"diabetes", "diabetic", "type 2 diabetes", "diabetes mellitus", "sugar disease"}),
    frozenset({"copd", "chronic obstructive", "emphysema", "pulmonary emphysema", "chronic bronchitis"}),
    frozenset({"heart attack", "myocardial infarction"}),
    frozenset({"stroke", "cerebrovascular accident"}),
    frozenset(
        {"high cholesterol", "cholesterol", "hyperlipidemia", "hypercholesterolemia", "hyperlipidaemia", "dyslipidemia"}
    ),
    frozenset({"kidney disease", "renal disease", "ckd", "chronic kidney", "kidney failure", "renal failure"}),
    frozenset({"afib", "atrial fibrillation", "a-fib"}),
    frozenset({"heart failure", "chf", "cardiac failure"}),
    frozenset({"anemia", "anaemia", "low blood count"}),
    frozenset({"cancer", "malignant", "carcinoma", "neoplasm", "tumor", "leukemia", "lymphoma", "melanoma"}),
    frozenset({"pneumonia", "lung infection"}),
    frozenset({"flu", "influenza"}),
    frozenset({"covid", "covid-19", "sars-cov-2", "coronavirus"}),
    frozenset({"tetanus", "td (", "tdap", "dtap", "tetanus and diphtheria"}),
    frozenset({"pneumonia vaccine", "pneumococcal"}),
    frozenset({"shingles", "zoster"}),
    frozenset({"measles", "mmr"}),
    frozenset({"whooping cough", "pertussis", "tdap", "dtap"}),
    frozenset({"chickenpox", "varicella"}),
    frozenset({"hepatitis b", "hep b"}),
    frozenset({"hepatitis a", "hep a"}),
    frozenset({"hpv", "papilloma"}),
    frozenset({"depression", "depressive", "major depression"}),
    frozenset({"epilepsy", "seizure"}),
    frozenset({"alzheimer", "dementia"}),
    frozenset({"arthritis", "osteoarthritis"}),
    frozenset({"appendectomy", "appendix"}),
    frozenset({"colonoscopy", "colon check"}),
    frozenset({"mammogram", "mammography"}),
    frozenset({"x-ray", "xray", "radiography", "plain x-ray"}),
    frozenset({"ultrasound", "sonography", "ultrasonography"}),
    frozenset({"penicillin", "amoxicillin", "ampicillin", "penicillin v"}),
    frozenset({"mold", "mould"}),
    frozenset({"acetaminophen", "paracetamol", "tylenol"}),
    frozenset({"albuterol", "salbutamol"}),
    frozenset({"aspirin", "acetylsalicylic"}),
)
"""Words that people and records use for one thing."""

_EMPTY_WORDS = (
    "a an the my of in on for any ever vaccine vaccination vaccinations shot shots jab jabs immunization immunisation "
    "booster disease disorder tablet tablets pill pills medicine medication drug surgery operation type "
    "mild severe bad slight serious"
)
_EMPTY = frozenset(_EMPTY_WORDS.split())
_WORD = re.compile(r"[\w+]+(?:-[\w+]+)*")


def matching(rows: Iterable[Named], words: str, text: Callable[[Named], str] = lambda row: row.name) -> list[Named]:
    """The rows whose name means what `words` says: every word of it, or one of the words that mean the same."""
    phrases = readings(words)
    return [row for row in rows if any(says(folded(text(row)), phrase) for phrase in phrases)]


def readings(words: str) -> list[tuple[str, ...]]:
    """Each way of saying it, as the words that must all be there.

    What narrows it down stays: "rheumatoid arthritis" is not any arthritis, nor "lung cancer" any cancer.
    """
    asked = folded(words)
    found = [asked]
    for group in SAME:
        said = max((match[0] for match in _members(group, asked)), key=len, default=None)
        if said is not None:
            found += [asked.replace(said, same, 1) for same in group]
    return [key for phrase in found if (key := _key(phrase))]


def _members(group: frozenset[str], asked: str) -> Iterator[re.Match[str]]:
    for same in group:
        yield from re.finditer(rf"\b{re.escape(same)}\w*", asked)


def says(name: str, key: tuple[str, ...]) -> bool:
    return all(re.search(rf"\b{re.escape(word)}", name) for word in key)


def folded(text: str) -> str:
    """Lower case without accents."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in split if not unicodedata.combining(letter))


def _key(phrase: str) -> tuple[str, ...]:
    words = [word for word in _WORD.findall(phrase) if word not in _EMPTY]
    return tuple(_stem(word) for word in (words or _WORD.findall(phrase)))


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "is", "us", "as")) else word
