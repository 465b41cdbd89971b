"""How a test or measurement is called in a sentence and in a heading."""

from __future__ import annotations

import re

from agents.concepts import CONCEPTS

SPOKEN = {
    "a1c": "HbA1c",
    "glucose": "blood sugar (glucose)",
    "vitamin_d": "vitamin D",
    "egfr": "eGFR (estimated kidney filtration)",
    "co2": "bicarbonate",
    "bilirubin": "bilirubin",
    "platelets": "platelet count",
    "triglycerides": "triglyceride level",
    "systolic": "systolic blood pressure (the top number)",
    "diastolic": "diastolic blood pressure (the bottom number)",
    "weight": "weight",
    "height": "height",
    "bmi": "body mass index (BMI)",
    "steps": "step count",
    "sleep_duration": "sleep time",
    "hrv": "heart rate variability",
}
"""Where the table's own name does not read well in a sentence."""
IN_SPANISH = {
    "a1c": "hemoglobina glicosilada (HbA1c)",
    "albumin": "albúmina",
    "alt": "ALT (enzima del hígado)",
    "ast": "AST (enzima del hígado)",
    "b12": "vitamina B12",
    "bilirubin": "bilirrubina",
    "bmi": "índice de masa corporal",
    "bun": "nitrógeno ureico",
    "calcium": "calcio",
    "chloride": "cloruro",
    "co2": "bicarbonato",
    "creatinine": "creatinina",
    "crp": "proteína C reactiva",
    "diastolic": "presión diastólica (el número de abajo)",
    "egfr": "filtrado de los riñones (eGFR)",
    "ferritin": "ferritina",
    "folate": "ácido fólico",
    "glucose": "glucosa",
    "hdl": "colesterol HDL",
    "heart_rate": "pulso",
    "height": "talla",
    "hematocrit": "hematocrito",
    "hemoglobin": "hemoglobina",
    "inr": "INR",
    "iron": "hierro",
    "ldl": "colesterol LDL",
    "magnesium": "magnesio",
    "phosphate": "fosfato",
    "platelets": "plaquetas",
    "potassium": "potasio",
    "psa": "PSA (próstata)",
    "rbc": "glóbulos rojos",
    "sodium": "sodio",
    "spo2": "saturación de oxígeno",
    "systolic": "presión sistólica (el número de arriba)",
    "temperature": "temperatura",
    "total_cholesterol": "colesterol total",
    "triglycerides": "triglicéridos",
    "tsh": "TSH (tiroides)",
    "uacr": "cociente albúmina/creatinina en orina",
    "uric_acid": "ácido úrico",
    "vitamin_d": "vitamina D",
    "wbc": "glóbulos blancos",
    "weight": "peso",
}
_ABBREVIATED = "copd hiv gerd ckd adhd ptsd uti mri ct ecg ekg hpv mmr tb rsv covid covid-19 ibs ms dvt chf cad"
ABBREVIATIONS = frozenset(_ABBREVIATED.split())
_KEEPS_CASE = re.compile(r"[A-Z][A-Z0-9\-]|Vitamin|Free|e[A-Z]|[A-Z][a-z][A-Z]")


def called(concept: str) -> str:
    """The name inside a sentence: `LDL cholesterol`, `potassium`, `eGFR (estimated kidney filtration)`."""
    if concept in SPOKEN:
        return SPOKEN[concept]
    display = CONCEPTS[concept].display if concept in CONCEPTS else concept.replace("_", " ")
    return display if _KEEPS_CASE.match(display) else display[:1].lower() + display[1:]


def short(concept: str) -> str:
    """The name without what stands in brackets: `eGFR`."""
    return called(concept).partition(" (")[0]


def titled(name: str) -> str:
    """With a capital letter, unless the name has a case of its own: `Potassium`, `eGFR`."""
    return name if _KEEPS_CASE.match(name) else name[:1].upper() + name[1:]


def as_written(words: str) -> str:
    """A person's words with a capital letter at first and abbreviations in capitals: `COPD`, `Heart attack`."""
    spelled = [word.upper() if word.casefold() in ABBREVIATIONS else word for word in words.split()]
    return " ".join([titled(spelled[0]), *spelled[1:]]) if spelled else ""


def topic_of(concept: str) -> str:
    """The heading under which claims about it stand."""
    return titled(short(concept))
