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
    "alp": "fosfatasa alcalina",
    "alt": "ALT (enzima del hígado)",
    "apob": "apolipoproteína B",
    "ast": "AST (enzima del hígado)",
    "b12": "vitamina B12",
    "bilirubin": "bilirrubina",
    "bmi": "índice de masa corporal",
    "bnp": "BNP (péptido natriurético)",
    "bun": "nitrógeno ureico",
    "calcium": "calcio",
    "chloride": "cloruro",
    "co2": "bicarbonato",
    "cortisol": "cortisol",
    "creatinine": "creatinina",
    "crp": "proteína C reactiva",
    "diastolic": "presión diastólica (el número de abajo)",
    "dxa": "densidad ósea (T-score)",
    "egfr": "filtrado de los riñones (eGFR)",
    "esr": "velocidad de sedimentación (VSG)",
    "ferritin": "ferritina",
    "fev1_fvc": "cociente FEV1/FVC (pulmones)",
    "folate": "ácido fólico",
    "ft3": "T3 libre (tiroides)",
    "ft4": "T4 libre (tiroides)",
    "ggt": "GGT (enzima del hígado)",
    "globulin": "globulina",
    "glucose": "glucosa",
    "hdl": "colesterol HDL",
    "heart_rate": "pulso",
    "height": "talla",
    "hematocrit": "hematocrito",
    "hemoglobin": "hemoglobina",
    "hrv": "variabilidad de la frecuencia cardíaca",
    "inr": "INR",
    "insulin": "insulina",
    "iron": "hierro",
    "ldl": "colesterol LDL",
    "lpa": "lipoproteína(a)",
    "lvef": "fracción de eyección",
    "magnesium": "magnesio",
    "mch": "hemoglobina corpuscular media (HCM)",
    "mchc": "concentración de hemoglobina corpuscular media (CHCM)",
    "mcv": "volumen corpuscular medio (VCM)",
    "non_hdl": "colesterol no HDL",
    "ntprobnp": "NT-proBNP",
    "pain": "dolor (de 0 a 10)",
    "phosphate": "fosfato",
    "phq9": "PHQ-9 (ánimo)",
    "platelets": "plaquetas",
    "potassium": "potasio",
    "psa": "PSA (próstata)",
    "rbc": "glóbulos rojos",
    "rdw": "amplitud de distribución de los glóbulos rojos (ADE)",
    "resp_rate": "frecuencia respiratoria",
    "sleep_duration": "horas de sueño",
    "smoking": "tabaquismo",
    "sodium": "sodio",
    "spo2": "saturación de oxígeno",
    "steps": "pasos",
    "systolic": "presión sistólica (el número de arriba)",
    "temperature": "temperatura",
    "testosterone": "testosterona",
    "total_cholesterol": "colesterol total",
    "total_protein": "proteínas totales",
    "triglycerides": "triglicéridos",
    "troponin": "troponina",
    "tsat": "saturación de transferrina",
    "tsh": "TSH (tiroides)",
    "uacr": "cociente albúmina/creatinina en orina",
    "uric_acid": "ácido úrico",
    "vitamin_d": "vitamina D",
    "vo2max": "VO2 máximo",
    "waist": "perímetro de cintura",
    "wbc": "glóbulos blancos",
    "weight": "peso",
}
GROUPS_IN_SPANISH = {
    "blood_pressure": "presión arterial",
    "lipids": "perfil de colesterol",
    "kidney_function": "función renal",
    "liver_tests": "pruebas del hígado",
    "blood_count": "hemograma",
    "thyroid": "pruebas de tiroides",
    "electrolytes": "electrolitos",
    "iron_studies": "pruebas de hierro",
    "metabolic_panel": "panel metabólico",
    "diabetes_tests": "pruebas de diabetes",
    "inflammation": "pruebas de inflamación",
    "vital_signs": "signos vitales",
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


def spanish_short(concept: str) -> str:
    """The everyday name in Spanish, without what explains it in brackets."""
    return IN_SPANISH[concept].partition(" (")[0] if concept in IN_SPANISH else short(concept)


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
