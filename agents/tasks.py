"""What each specialist is asked, in words: the specialist reads them, and the person sees them."""

from __future__ import annotations

from typing import Final

from agents.events import Specialist
from agents.question import Ask, Intent
from agents.understanding.phrasing import name_of
from agents.understanding.scores import NAMES
from agents.understanding.spanish_phrasing import filled_in_spanish, when_in_spanish

Templates = dict[Intent, str]
SpecialTemplates = dict[tuple[Specialist, Intent], str]

_TASKS: Final[Templates] = {
    "latest_value": "Find the latest {it} and its date",
    "last_date": "Find when {it} was last done",
    "count": "Count how many times {it} is in the records",
    "count_above": "Count the {it} results {limit}",
    "count_below": "Count the {it} results {limit}",
    "minimum": "Find the lowest {it} and its date",
    "maximum": "Find the highest {it} and its date",
    "mean_period": "Work out the average {it}",
    "trend": "Tell what the {it} results show now, and against their range",
    "compare_periods": "Tell what the {it} results of both times mean",
    "change": "Find the first and the latest {it}",
    "real_change": "Tell what the {it} results are and how much {it} varies by itself",
    "before_after_medicine": "Find the {it} results before and after {subject} was started",
    "correlation": "Tell what is known about {it}",
    "abnormal_list": "List the results that are out of range, and say which were not checked",
    "explain_test": "Explain what {it} is, and show the latest result",
    "explain_result": "Explain what the {it} result means against its range",
    "medication_list": "List the active medicines",
    "medication_start": "Find when {subject} was first prescribed",
    "medication_history": "Find which medicines were taken, and when",
    "medication_interactions": "Check the active medicines against each other",
    "medication_kidney": "Check the active medicines against the latest kidney function",
    "medication_side_effect": "Check whether a medicine in the records could be behind {subject}",
    "allergies": "List the recorded allergies",
    "conditions": "List the health conditions that are active",
    "explain_condition": "Explain what {subject} is, and look for it in the records",
    "ever_diagnosed": "Look for {subject} among all conditions, also past ones",
    "procedures": "List the procedures",
    "encounters": "List the visits",
    "immunizations": "List the vaccinations, and what is suggested",
    "last_immunization": "Find the last vaccination",
    "immunization_count": "Count the vaccinations",
    "screening_due": "Check which screenings are suggested at this age, and when each was last done",
    "risk_score": "Work out the {score} and show what it was worked out from",
    "visit_summary": "Summarise what the records hold in your field",
    "visit_questions": "List the questions that are worth asking a doctor, with the reason for each",
    "lifestyle": "Say what food and habits do{about}, and show the latest results",
    "wearable": "Work out the daily {it} from the watch or phone",
    "unit_conversion": "Find the latest {it} and convert it to {unit}",
    "out_of_record": "Look for {subject} by its name, and say so if it is not there",
}
_SPECIAL: Final[SpecialTemplates] = {
    ("data_analysis", "trend"): "Work out the trend of {it}, with a chart",
    ("data_analysis", "compare_periods"): "Compare {it} between the two times",
    ("data_analysis", "change"): "Work out how much {it} changed",
    ("data_analysis", "real_change"): "Check whether the change in {it} is larger than normal variation",
    ("data_analysis", "correlation"): "Check whether {it} move together",
    ("pharmacy", "before_after_medicine"): "Find when {subject} was started, and whether it is still active",
    ("laboratory_medicine", "medication_kidney"): "Find the latest kidney function and its stage",
    ("general_practice", "visit_summary"): "Summarise the conditions, visits and procedures",
    ("cardiology", "visit_summary"): "Summarise blood pressure, heart and cholesterol",
    ("endocrinology", "visit_summary"): "Summarise sugar, thyroid and hormones",
    ("laboratory_medicine", "visit_summary"): "Summarise the laboratory results, and what is out of range",
    ("pharmacy", "visit_summary"): "Summarise medicines, allergies and what to watch between them",
    ("nutrition", "visit_summary"): "Summarise weight, BMI and vitamins",
    ("preventive_medicine", "visit_summary"): "Summarise vaccinations and screenings",
    ("data_analysis", "visit_summary"): "Find the results that are moving over time",
}
_WITH_SUBJECT: Final[Templates] = {
    "medication_list": "Look for {subject} among the active medicines",
    "medication_history": "Find when {subject} was prescribed and whether it ended",
    "medication_interactions": "Check {subject} against the active medicines",
    "allergies": "Check the recorded allergies for {subject}",
    "conditions": "Look for {subject} among the conditions",
    "procedures": "Look for {subject} among the procedures",
    "encounters": "Find the visits: {subject}",
    "immunizations": "Look for the {subject} vaccine",
    "last_immunization": "Find the last {subject} vaccine",
    "immunization_count": "Count the {subject} vaccines",
    "screening_due": "Check whether {subject} is suggested, and when it was last done",
}
_TASKS_IN_SPANISH: Final[Templates] = {
    "latest_value": "Buscar el resultado más reciente de {it} y su fecha",
    "last_date": "Buscar cuándo se hizo por última vez: {it}",
    "count": "Contar cuántas veces aparece {it} en los registros",
    "count_above": "Contar los resultados de {it} {limit}",
    "count_below": "Contar los resultados de {it} {limit}",
    "minimum": "Buscar el valor más bajo de {it} y su fecha",
    "maximum": "Buscar el valor más alto de {it} y su fecha",
    "mean_period": "Calcular el promedio de {it}",
    "trend": "Decir cómo están ahora los resultados de {it}, y frente a su rango",
    "compare_periods": "Decir qué significan los resultados de {it} de los dos periodos",
    "change": "Buscar el primer resultado y el más reciente de {it}",
    "real_change": "Decir qué resultados hay de {it} y cuánto varían por sí solos",
    "before_after_medicine": "Buscar los resultados de {it} de antes y después de empezar {subject}",
    "correlation": "Decir qué se sabe de {it}",
    "abnormal_list": "Listar los resultados fuera de rango, y decir cuáles no se comprobaron",
    "explain_test": "Explicar qué es {it} y mostrar el resultado más reciente",
    "explain_result": "Explicar qué significa el resultado de {it} frente a su rango",
    "medication_list": "Listar las medicinas activas",
    "medication_start": "Buscar cuándo se recetó por primera vez {subject}",
    "medication_history": "Buscar qué medicinas se tomaron, y cuándo",
    "medication_interactions": "Comprobar las medicinas activas entre sí",
    "medication_kidney": "Comprobar las medicinas activas con la función renal más reciente",
    "medication_side_effect": "Comprobar si una medicina de los registros puede causar {subject}",
    "allergies": "Listar las alergias anotadas",
    "conditions": "Listar las enfermedades activas",
    "explain_condition": "Explicar qué es {subject}, y buscarlo en los registros",
    "ever_diagnosed": "Buscar {subject} entre todas las enfermedades, también las pasadas",
    "procedures": "Listar los procedimientos",
    "encounters": "Listar las visitas",
    "immunizations": "Listar las vacunas, y las que se aconsejan",
    "last_immunization": "Buscar la última vacuna",
    "immunization_count": "Contar las vacunas",
    "screening_due": "Comprobar qué revisiones se aconsejan a esta edad, y cuándo se hizo cada una",
    "risk_score": "Calcular esto y mostrar con qué se calculó: {score}",
    "visit_summary": "Resumir lo que hay en los registros sobre su campo",
    "visit_questions": "Listar lo que conviene preguntar a un médico, y por qué",
    "lifestyle": "Decir qué hacen la comida y los hábitos, y mostrar los resultados más recientes",
    "wearable": "Calcular lo que midió cada día el reloj o el teléfono: {it}",
    "unit_conversion": "Buscar el resultado más reciente de {it} y pasarlo a {unit}",
    "out_of_record": "Buscar {subject} por su nombre, y decirlo si no está",
}
_SPECIAL_IN_SPANISH: Final[SpecialTemplates] = {
    ("data_analysis", "trend"): "Calcular la tendencia de {it}, con una gráfica",
    ("data_analysis", "compare_periods"): "Comparar {it} entre los dos periodos",
    ("data_analysis", "change"): "Calcular cuánto ha cambiado {it}",
    ("data_analysis", "real_change"): "Comprobar si el cambio de {it} es mayor que la variación normal",
    ("data_analysis", "correlation"): "Comprobar si cambian a la vez: {it}",
    ("pharmacy", "before_after_medicine"): "Buscar cuándo se empezó {subject}, y si sigue activa",
    ("laboratory_medicine", "medication_kidney"): "Buscar la función renal más reciente y su etapa",
    ("general_practice", "visit_summary"): "Resumir las enfermedades, las visitas y los procedimientos",
    ("cardiology", "visit_summary"): "Resumir la presión arterial, el corazón y el colesterol",
    ("endocrinology", "visit_summary"): "Resumir el azúcar, el tiroides y las hormonas",
    ("laboratory_medicine", "visit_summary"): "Resumir los resultados de laboratorio, y qué está fuera de rango",
    ("pharmacy", "visit_summary"): "Resumir las medicinas, las alergias y lo que hay que vigilar entre ellas",
    ("nutrition", "visit_summary"): "Resumir el peso, el índice de masa corporal y las vitaminas",
    ("preventive_medicine", "visit_summary"): "Resumir las vacunas y las revisiones",
    ("data_analysis", "visit_summary"): "Buscar los resultados que cambian con el tiempo",
}
_WITH_SUBJECT_IN_SPANISH: Final[Templates] = {
    "medication_list": "Buscar {subject} entre las medicinas activas",
    "medication_history": "Buscar cuándo se recetó {subject} y si terminó",
    "medication_interactions": "Comprobar {subject} con las medicinas activas",
    "allergies": "Buscar {subject} entre las alergias anotadas",
    "conditions": "Buscar {subject} entre las enfermedades",
    "procedures": "Buscar {subject} entre los procedimientos",
    "encounters": "Buscar las visitas: {subject}",
    "immunizations": "Buscar la vacuna: {subject}",
    "last_immunization": "Buscar la última vacuna: {subject}",
    "immunization_count": "Contar las vacunas: {subject}",
    "screening_due": "Comprobar si se aconseja {subject}, y cuándo se hizo por última vez",
}


def task_of(specialist: Specialist, ask: Ask, *, spanish: bool = False) -> str:
    """What a specialist is asked for one ask, in one sentence."""
    if spanish:
        template = _template(
            specialist, ask, _TASKS_IN_SPANISH, special=_SPECIAL_IN_SPANISH, with_subject=_WITH_SUBJECT_IN_SPANISH
        )
        return f"{filled_in_spanish(template, ask)}{when_in_spanish(ask)}."
    template = _template(specialist, ask, _TASKS, special=_SPECIAL, with_subject=_WITH_SUBJECT)
    return f"{_filled(template, ask)}{_when(ask)}."


def _template(
    specialist: Specialist, ask: Ask, usual: Templates, *, special: SpecialTemplates, with_subject: Templates
) -> str:
    own = special.get((specialist, ask.intent))
    if own is not None:
        return own
    return with_subject.get(ask.intent, usual[ask.intent]) if ask.subject else usual[ask.intent]


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
