"""An ask said back in Spanish, as `agents.understanding.phrasing` does in English.

Templates keep clear of articles and of endings that go by a noun's gender: names stand behind "de" or a colon.
"""

from __future__ import annotations

from collections.abc import Sequence

from agents.concepts import GROUPS
from agents.naming import GROUPS_IN_SPANISH, spanish_short
from agents.question import Ask, Intent, Period, RiskScore, Threshold
from agents.wording import UNITS, capitalised, day_in_spanish

SCORES: dict[RiskScore, str] = {
    "heart_risk": "riesgo del corazón a 10 años",
    "blood_pressure_category": "categoría de presión arterial",
    "diabetes_category": "categoría de diabetes",
    "kidney_stage": "etapa de la enfermedad renal",
    "egfr": "función renal estimada (eGFR)",
    "estimated_average_glucose": "glucosa media estimada por la HbA1c",
    "non_hdl": "colesterol no HDL",
    "ldl_estimate": "LDL estimado",
    "bmi": "categoría de índice de masa corporal",
    "fib4": "FIB-4",
    "homa_ir": "HOMA-IR",
    "cha2ds2_vasc": "puntuación CHA2DS2-VASc",
    "meld": "puntuación MELD",
    "anion_gap": "brecha aniónica",
    "corrected_calcium": "calcio corregido",
    "mean_arterial_pressure": "presión arterial media",
    "anaemia_pattern": "patrón de anemia",
    "thyroid_pattern": "patrón de tiroides",
}
SUBJECTS = {
    "asthma": "asma",
    "penicillin": "penicilina",
    "metformin": "metformina",
    "aspirin": "aspirina",
    "ibuprofen": "ibuprofeno",
    "flu": "gripe",
    "tetanus": "tétanos",
    "colonoscopy": "colonoscopia",
    "mammogram": "mamografía",
    "x-ray": "radiografía",
    "pap smear": "citología",
    "high blood pressure": "hipertensión",
    "hypertension": "hipertensión",
    "surgeries": "operaciones",
}
"""What is understood by its English name; any other stays as it was written."""

_SAID: dict[Intent, str] = {
    "latest_value": "Su resultado más reciente de {it}, y su fecha",
    "last_date": "Cuándo se hizo por última vez: {it}",
    "count": "Cuántas veces aparece {it} en sus registros",
    "count_above": "Cuántos de sus resultados de {it} estuvieron {limit}",
    "count_below": "Cuántos de sus resultados de {it} estuvieron {limit}",
    "minimum": "Su valor más bajo de {it}",
    "maximum": "Su valor más alto de {it}",
    "mean_period": "Su promedio de {it}",
    "trend": "Cómo ha cambiado con el tiempo: {it}",
    "compare_periods": "La comparación de {it} de dos periodos: {period}; {other}",
    "change": "Cuánto ha cambiado {it} del primer resultado al más reciente",
    "real_change": "Si el cambio de {it} es mayor que la variación normal",
    "before_after_medicine": "Sus resultados de {it} antes y después de {subject}",
    "correlation": "Si cambian a la vez: {it}",
    "abnormal_list": "Qué resultados{about} están fuera de rango",
    "explain_test": "Qué es {it} y qué muestra",
    "explain_result": "Qué significa su resultado de {it}",
    "medication_list": "Las medicinas que toma ahora",
    "medication_start": "Cuándo empezó con {subject}",
    "medication_history": "Las medicinas que ha tomado antes",
    "medication_interactions": "Si sus medicinas se afectan entre sí",
    "medication_kidney": "Si sus medicinas convienen a sus riñones",
    "medication_side_effect": "Si una medicina puede estar detrás de lo que nota",
    "allergies": "Sus alergias",
    "conditions": "Sus enfermedades",
    "explain_condition": "Qué es {subject}, y qué dicen de ello sus registros",
    "ever_diagnosed": "Si {subject} figura en sus registros",
    "procedures": "Sus procedimientos y operaciones",
    "encounters": "Sus visitas",
    "immunizations": "Sus vacunas",
    "last_immunization": "Cuándo fue su última vacuna",
    "immunization_count": "Cuántas vacunas hay en sus registros",
    "screening_due": "Qué revisiones se le aconsejan",
    "risk_score": "Un cálculo: {score}",
    "visit_summary": "Un resumen de su salud",
    "visit_questions": "Qué preguntar a su médico",
    "lifestyle": "Qué puede hacer usted{about}",
    "wearable": "Lo que midió su reloj o teléfono: {it}",
    "unit_conversion": "Su resultado de {it} en {unit}",
    "out_of_scope": "Algo en lo que no puedo ayudar",
    "out_of_record": "Un resultado que no es de las pruebas que conozco: {subject}",
    "privacy": "Una pregunta sobre qué registros se muestran o guardan",
    "smalltalk": "Qué puedo hacer por usted",
    "unclear": "No estoy seguro de qué quiere saber",
}
_WITH_SUBJECT: dict[Intent, str] = {
    "medication_list": "Si toma {subject}, y cómo",
    "medication_history": "Cuándo se recetó {subject} y cuándo terminó",
    "medication_interactions": "Si {subject} va bien con sus medicinas",
    "medication_side_effect": "Si una de sus medicinas puede causar {subject}",
    "allergies": "Si en sus registros hay alergia a {subject}",
    "conditions": "Si {subject} está entre sus enfermedades",
    "procedures": "Si le hicieron {subject}, y cuándo",
    "encounters": "Sus visitas: {subject}",
    "immunizations": "Si le pusieron la vacuna: {subject}",
    "last_immunization": "Cuándo le pusieron por última vez la vacuna: {subject}",
    "immunization_count": "Cuántas veces está en sus registros la vacuna: {subject}",
    "screening_due": "Si le toca esta revisión: {subject}",
}


def summary_in_spanish(asks: Sequence[Ask]) -> str:
    """One plain sentence that says what was understood."""
    first, *others = dict.fromkeys(_said(ask) for ask in asks)
    return f"{'; '.join([first, *(part[:1].lower() + part[1:] for part in others)])}."


def filled_in_spanish(template: str, ask: Ask) -> str:
    """The template with what the ask is about in the places of `it`, `subject`, `about`, `limit`, `score`, `unit`."""
    about = name_in_spanish(ask.concepts)
    subject = SUBJECTS.get(ask.subject.lower(), ask.subject)
    return capitalised(
        template.format(
            it=about or subject or "eso",
            subject=subject or "la medicina",
            about=f" de {about}" if about else "",
            limit=_limit(ask.threshold),
            period=_period(ask.period),
            other=_period(ask.other_period),
            score=SCORES[ask.score] if ask.score else "una puntuación",
            unit=UNITS.get(ask.unit or "", ask.unit or "otra unidad"),
        )
    )


def when_in_spanish(ask: Ask) -> str:
    """The time that is asked about, in brackets behind a sentence; nothing where none is."""
    periods = [_period(period) for period in (ask.period, ask.other_period) if period]
    return f" ({'; '.join(periods)})" if periods else ""


def name_in_spanish(concepts: Sequence[str]) -> str:
    """What the concepts are called together: `presión arterial`, `colesterol LDL y potasio`."""
    named: list[str] = []
    rest = list(concepts)
    for group in GROUPS:
        if len(group.concepts) > 1 and all(concept in rest for concept in group.concepts):
            named.append(GROUPS_IN_SPANISH[group.id])
            rest = [concept for concept in rest if concept not in group.concepts]
    named += [spanish_short(concept) for concept in rest]
    return " y ".join([", ".join(named[:-1]), named[-1]]) if len(named) > 1 else "".join(named)


def _said(ask: Ask) -> str:
    template = _WITH_SUBJECT.get(ask.intent, _SAID[ask.intent]) if ask.subject else _SAID[ask.intent]
    when = "" if ask.intent == "compare_periods" else when_in_spanish(ask)
    return f"{filled_in_spanish(template, ask)}{when}"


def _limit(threshold: Threshold | None) -> str:
    if threshold is None:
        return "más allá de un límite"
    return f"por {'encima' if threshold.comparator.startswith('>') else 'debajo'} de {threshold.value:g}"


def _period(period: Period | None) -> str:
    if period is None or not (period.start or period.end):
        return "antes y después"
    first = day_in_spanish(period.start) if period.start else ""
    last = day_in_spanish(period.end) if period.end else ""
    if first and last:
        return f"del {first} al {last}"
    return f"desde el {first}" if first else f"hasta el {last}"
