"""What each specialist is asked, in words: the specialist reads them, and the person sees them."""

from __future__ import annotations

from typing import Final

from agents.events import Specialist
from agents.languages import Words
from agents.question import Ask, Intent
from agents.understanding.phrasing import name_of
from agents.understanding.scores import NAMES
from agents.understanding.spanish_phrasing import filled_in_spanish, when_in_spanish

_TASKS: Final[dict[Intent, Words]] = {
    "latest_value": Words("Find the latest {it} and its date", "Buscar el resultado más reciente de {it} y su fecha"),
    "last_date": Words("Find when {it} was last done", "Buscar cuándo se hizo por última vez: {it}"),
    "count": Words("Count how many times {it} is in the records", "Contar cuántas veces aparece {it} en los registros"),
    "count_above": Words("Count the {it} results {limit}", "Contar los resultados de {it} {limit}"),
    "count_below": Words("Count the {it} results {limit}", "Contar los resultados de {it} {limit}"),
    "minimum": Words("Find the lowest {it} and its date", "Buscar el valor más bajo de {it} y su fecha"),
    "maximum": Words("Find the highest {it} and its date", "Buscar el valor más alto de {it} y su fecha"),
    "mean_period": Words("Work out the average {it}", "Calcular el promedio de {it}"),
    "trend": Words(
        "Tell what the {it} results show now, and against their range",
        "Decir cómo están ahora los resultados de {it}, y frente a su rango",
    ),
    "compare_periods": Words(
        "Tell what the {it} results of both times mean",
        "Decir qué significan los resultados de {it} de los dos periodos",
    ),
    "change": Words("Find the first and the latest {it}", "Buscar el primer resultado y el más reciente de {it}"),
    "real_change": Words(
        "Tell what the {it} results are and how much {it} varies by itself",
        "Decir qué resultados hay de {it} y cuánto varían por sí solos",
    ),
    "before_after_medicine": Words(
        "Find the {it} results before and after {subject} was started",
        "Buscar los resultados de {it} de antes y después de empezar {subject}",
    ),
    "correlation": Words("Tell what is known about {it}", "Decir qué se sabe de {it}"),
    "abnormal_list": Words(
        "List the results that are out of range, and say which were not checked",
        "Listar los resultados fuera de rango, y decir cuáles no se comprobaron",
    ),
    "explain_test": Words(
        "Explain what {it} is, and show the latest result", "Explicar qué es {it} y mostrar el resultado más reciente"
    ),
    "explain_result": Words(
        "Explain what the {it} result means against its range",
        "Explicar qué significa el resultado de {it} frente a su rango",
    ),
    "medication_list": Words("List the active medicines", "Listar las medicinas activas"),
    "medication_start": Words(
        "Find when {subject} was first prescribed", "Buscar cuándo se recetó por primera vez {subject}"
    ),
    "medication_history": Words(
        "Find which medicines were taken, and when", "Buscar qué medicinas se tomaron, y cuándo"
    ),
    "medication_interactions": Words(
        "Check the active medicines against each other", "Comprobar las medicinas activas entre sí"
    ),
    "medication_kidney": Words(
        "Check the active medicines against the latest kidney function",
        "Comprobar las medicinas activas con la función renal más reciente",
    ),
    "medication_side_effect": Words(
        "Check whether a medicine in the records could be behind {subject}",
        "Comprobar si una medicina de los registros puede causar {subject}",
    ),
    "allergies": Words("List the recorded allergies", "Listar las alergias anotadas"),
    "conditions": Words("List the health conditions that are active", "Listar las enfermedades activas"),
    "explain_condition": Words(
        "Explain what {subject} is, and look for it in the records",
        "Explicar qué es {subject}, y buscarlo en los registros",
    ),
    "ever_diagnosed": Words(
        "Look for {subject} among all conditions, also past ones",
        "Buscar {subject} entre todas las enfermedades, también las pasadas",
    ),
    "procedures": Words("List the procedures", "Listar los procedimientos"),
    "encounters": Words("List the visits", "Listar las visitas"),
    "immunizations": Words(
        "List the vaccinations, and what is suggested", "Listar las vacunas, y las que se aconsejan"
    ),
    "last_immunization": Words("Find the last vaccination", "Buscar la última vacuna"),
    "immunization_count": Words("Count the vaccinations", "Contar las vacunas"),
    "screening_due": Words(
        "Check which screenings are suggested at this age, and when each was last done",
        "Comprobar qué revisiones se aconsejan a esta edad, y cuándo se hizo cada una",
    ),
    "risk_score": Words(
        "Work out the {score} and show what it was worked out from",
        "Calcular esto y mostrar con qué se calculó: {score}",
    ),
    "visit_summary": Words(
        "Summarise what the records hold in your field", "Resumir lo que hay en los registros sobre su campo"
    ),
    "visit_questions": Words(
        "List the questions that are worth asking a doctor, with the reason for each",
        "Listar lo que conviene preguntar a un médico, y por qué",
    ),
    "lifestyle": Words(
        "Say what food and habits do{about}, and show the latest results",
        "Decir qué hacen la comida y los hábitos, y mostrar los resultados más recientes",
    ),
    "wearable": Words(
        "Work out the daily {it} from the watch or phone", "Calcular lo que midió cada día el reloj o el teléfono: {it}"
    ),
    "unit_conversion": Words(
        "Find the latest {it} and convert it to {unit}", "Buscar el resultado más reciente de {it} y pasarlo a {unit}"
    ),
    "out_of_record": Words(
        "Look for {subject} by its name, and say so if it is not there",
        "Buscar {subject} por su nombre, y decirlo si no está",
    ),
}
_SPECIAL: Final[dict[tuple[Specialist, Intent], Words]] = {
    ("data_analysis", "trend"): Words(
        "Work out the trend of {it}, with a chart", "Calcular la tendencia de {it}, con una gráfica"
    ),
    ("data_analysis", "compare_periods"): Words(
        "Compare {it} between the two times", "Comparar {it} entre los dos periodos"
    ),
    ("data_analysis", "change"): Words("Work out how much {it} changed", "Calcular cuánto ha cambiado {it}"),
    ("data_analysis", "real_change"): Words(
        "Check whether the change in {it} is larger than normal variation",
        "Comprobar si el cambio de {it} es mayor que la variación normal",
    ),
    ("data_analysis", "correlation"): Words("Check whether {it} move together", "Comprobar si cambian a la vez: {it}"),
    ("pharmacy", "before_after_medicine"): Words(
        "Find when {subject} was started, and whether it is still active",
        "Buscar cuándo se empezó {subject}, y si sigue activa",
    ),
    ("laboratory_medicine", "medication_kidney"): Words(
        "Find the latest kidney function and its stage", "Buscar la función renal más reciente y su etapa"
    ),
    ("general_practice", "visit_summary"): Words(
        "Summarise the conditions, visits and procedures", "Resumir las enfermedades, las visitas y los procedimientos"
    ),
    ("cardiology", "visit_summary"): Words(
        "Summarise blood pressure, heart and cholesterol", "Resumir la presión arterial, el corazón y el colesterol"
    ),
    ("endocrinology", "visit_summary"): Words(
        "Summarise sugar, thyroid and hormones", "Resumir el azúcar, el tiroides y las hormonas"
    ),
    ("laboratory_medicine", "visit_summary"): Words(
        "Summarise the laboratory results, and what is out of range",
        "Resumir los resultados de laboratorio, y qué está fuera de rango",
    ),
    ("pharmacy", "visit_summary"): Words(
        "Summarise medicines, allergies and what to watch between them",
        "Resumir las medicinas, las alergias y lo que hay que vigilar entre ellas",
    ),
    ("nutrition", "visit_summary"): Words(
        "Summarise weight, BMI and vitamins", "Resumir el peso, el índice de masa corporal y las vitaminas"
    ),
    ("preventive_medicine", "visit_summary"): Words(
        "Summarise vaccinations and screenings", "Resumir las vacunas y las revisiones"
    ),
    ("data_analysis", "visit_summary"): Words(
        "Find the results that are moving over time", "Buscar los resultados que cambian con el tiempo"
    ),
}
_WITH_SUBJECT: Final[dict[Intent, Words]] = {
    "medication_list": Words(
        "Look for {subject} among the active medicines", "Buscar {subject} entre las medicinas activas"
    ),
    "medication_history": Words(
        "Find when {subject} was prescribed and whether it ended", "Buscar cuándo se recetó {subject} y si terminó"
    ),
    "medication_interactions": Words(
        "Check {subject} against the active medicines", "Comprobar {subject} con las medicinas activas"
    ),
    "allergies": Words("Check the recorded allergies for {subject}", "Buscar {subject} entre las alergias anotadas"),
    "conditions": Words("Look for {subject} among the conditions", "Buscar {subject} entre las enfermedades"),
    "procedures": Words("Look for {subject} among the procedures", "Buscar {subject} entre los procedimientos"),
    "encounters": Words("Find the visits: {subject}", "Buscar las visitas: {subject}"),
    "immunizations": Words("Look for the {subject} vaccine", "Buscar la vacuna: {subject}"),
    "last_immunization": Words("Find the last {subject} vaccine", "Buscar la última vacuna: {subject}"),
    "immunization_count": Words("Count the {subject} vaccines", "Contar las vacunas: {subject}"),
    "screening_due": Words(
        "Check whether {subject} is suggested, and when it was last done",
        "Comprobar si se aconseja {subject}, y cuándo se hizo por última vez",
    ),
}


def task_of(specialist: Specialist, ask: Ask, *, spanish: bool = False) -> str:
    """What a specialist is asked for one ask, in one sentence."""
    template = _template(specialist, ask).told(spanish=spanish)
    if spanish:
        return f"{filled_in_spanish(template, ask)}{when_in_spanish(ask)}."
    return f"{_filled(template, ask)}{_when(ask)}."


def _template(specialist: Specialist, ask: Ask) -> Words:
    own = _SPECIAL.get((specialist, ask.intent))
    if own is not None:
        return own
    usual = _TASKS[ask.intent]
    return _WITH_SUBJECT.get(ask.intent, usual) if ask.subject else usual


def _filled(template: str, ask: Ask) -> str:
    about = name_of(ask.concepts) or ask.subject
    limit = ask.threshold
    return template.format(
        it=about or "it",
        subject=ask.subject or "the medicine",
        about=f" for {about}" if about else "",
        unit=ask.unit or "another unit",
        limit=f"{'above' if limit.comparator.startswith('>') else 'below'} {limit.value:g}" if limit else "asked about",
        score=NAMES[ask.score] if ask.score else "score",
    )


def _when(ask: Ask) -> str:
    if ask.period and ask.other_period:
        return f" ({ask.period.label}; {ask.other_period.label})"
    return f" ({ask.period.label})" if ask.period else ""
