from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import get_args

import pytest

from agents.brief import AnswerBrief
from agents.concepts import CONCEPTS, GROUPS
from agents.events import Claim, Task
from agents.grounding import Grounder
from agents.naming import GROUPS_IN_SPANISH, IN_SPANISH
from agents.plan import make_plan
from agents.query import Query
from agents.question import Ask, Intent, Understood
from agents.rules.prose import answer
from agents.rules.spanish import ALL_ENGLISH, REST, in_spanish
from agents.scope import SAID
from agents.specialists.roster import NAMES
from agents.specialists.team import gap_of
from agents.tasks import task_of
from agents.understanding import understand
from agents.understanding.spanish_phrasing import summary_in_spanish
from tests.agents.people import someone

NOBODY_IS_ASKED = {"out_of_scope", "privacy", "smalltalk", "unclear"}


def claim(text: str, *, kind: str = "record", **more: object) -> Claim:
    return Claim(id="a-1", kind=kind, text=text, **more)  # type: ignore[arg-type]


def understood(question: str) -> Understood:
    return understand(Query(text=question, now=datetime(2026, 6, 1, tzinfo=UTC)), records=someone())


def said(question: str, *claims: Claim) -> str:
    return answer(AnswerBrief(question=question, today=date(2026, 6, 1), summary="", claims=claims))


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        (
            "Your latest blood sugar (glucose) was 120 mg/dL on 24 April 2024. That was about 2 years ago.",
            "Su resultado más reciente de glucosa: 120 mg/dL, del 24 de abril de 2024. De eso hace unos 2 años.",
        ),
        (
            "The lab's own range is 65 to 99 mg/dL, so this result is above it.",
            "El rango del propio laboratorio es de 65 a 99 mg/dL; este resultado está por encima de él.",
        ),
        (
            "**Blood sugar (glucose)**: 120 mg/dL on 6 May 2026, above the lab's range (65 to 99 mg/dL)",
            "**Glucosa**: 120 mg/dL, del 6 de mayo de 2026, por encima del rango del laboratorio (de 65 a 99 mg/dL)",
        ),
        (
            "**LDL cholesterol**: 52 mg/dL on 3 May 2020, below the general adult range (50 mg/dL or more)",
            (
                "**Colesterol LDL**: 52 mg/dL, del 3 de mayo de 2020, por debajo del rango general para adultos "
                "(50 mg/dL o más)"
            ),
        ),
        (
            "1 of the newest results of 18 tests is outside the range:",
            "De los resultados más recientes de 18 pruebas, 1 está fuera de rango:",
        ),
        (
            "Not checked, as there is no range to compare with: total cholesterol, sodium and albumin.",
            "No se comprobó, porque no hay un rango con que comparar: colesterol total, sodio y albúmina.",
        ),
        (
            "1 of these 7 results is more than a year old; the oldest is from 5 March 2020 (HbA1c).",
            (
                "1 de 7 resultados tiene más de un año; el más antiguo es del 5 de marzo de 2020: Hemoglobina "
                "glicosilada (HbA1c)."
            ),
        ),
        (
            (
                "Your highest blood sugar (glucose) was 160 mg/dL, on 3 May 2018 and 5 March 2020, among 7 results, "
                "from 5 March 2014 to 5 March 2020."
            ),
            (
                "Su valor más alto de glucosa: 160 mg/dL, del 3 de mayo de 2018 y 5 de marzo de 2020, entre 7 "
                "resultados del 5 de marzo de 2014 al 5 de marzo de 2020."
            ),
        ),
        (
            "Your records hold 1 vaccination. The newest was on 1 October 2020, about 5 years ago.",
            "En sus registros hay 1 vacuna. La más reciente es del 1 de octubre de 2020, hace unos 5 años.",
        ),
        (
            "Influenza: 1 October 2020 and 2 October 2019, and 3 times before",
            "Influenza: 1 de octubre de 2020 y 2 de octubre de 2019, y 3 más antes",
        ),
        (
            (
                "“My TSH was 6.1 mIU/L on 5 March 2020, outside the range. What does that mean for me, and should it "
                "be checked again?”"
            ),
            (
                "“Mi resultado de TSH (tiroides) fue 6.1 mIU/L, del 5 de marzo de 2020, fuera de rango. ¿Qué "
                "significa eso para mí, y habría que comprobarlo otra vez?”"
            ),
        ),
        ("Your records list 2 active medicines:", "En sus registros figuran como activas 2 medicinas:"),
        ("Asthma, since April 2012", "Asthma, desde: abril de 2012"),
        (
            "There is no PSA result in your records. It may have been measured somewhere whose records are not here.",
            (
                "En sus registros no hay ningún resultado de PSA (próstata). Puede que se haya medido en un "
                "lugar cuyos "
                "registros no están aquí."
            ),
        ),
        (
            (
                "Your potassium has been falling, by about 0.1 mmol/L a year, over 9 results from 2 May 2016 to "
                "3 June 2024. "
                "It went from 5.1 mmol/L to 4.2 mmol/L. That is unlikely to be chance (p = 0.01)."
            ),
            (
                "Su potasio ha ido bajando, cerca de 0.1 mmol/L al año, en 9 resultados del 2 de mayo de 2016 "
                "al 3 de junio "
                "de 2024. Pasó de 5.1 mmol/L a 4.2 mmol/L. Es poco probable que sea casualidad (p = 0.01)."
            ),
        ),
    ],
)
def test_it_says_a_claim_in_spanish(english: str, spanish: str) -> None:
    translated = in_spanish(claim(english))

    assert translated is not None
    assert translated.text == spanish


@pytest.mark.parametrize("intent", ["out_of_scope", "privacy", "smalltalk", "unclear"])
def test_it_says_in_spanish_what_it_does_not_do(intent: str) -> None:
    translated = in_spanish(claim(SAID[intent], kind="limit"))  # type: ignore[index]

    assert translated is not None
    assert "Puedo buscar en sus registros" in translated.text


def test_it_says_what_a_test_is_in_spanish() -> None:
    translated = in_spanish(claim(CONCEPTS["tsh"].about, kind="knowledge", topic="TSH"))

    assert translated is not None
    assert (translated.text, translated.topic) == (CONCEPTS["tsh"].about_spanish, "TSH (tiroides)")


def test_it_grounds_what_it_says_in_spanish() -> None:
    one = claim("Your latest potassium was 5.1 mmol/L on 24 April 2024.", value=5.1, unit="mmol/L", date="2024-04-24")
    grounder = Grounder([one])

    grounder.feed(said("¿Cuál es mi último potasio?", one))
    grounder.finish()

    assert (grounder.checked, grounder.struck) == (2, 0)


def test_it_says_what_stays_in_english() -> None:
    fact, other = (
        claim("Your latest potassium was 5.1 mmol/L on 24 April 2024."),
        Claim(id="a-2", kind="record", text="Something else was found."),
    )

    text = said("¿Cuál es mi último potasio?", fact, other)

    assert text.index("Su resultado") < text.index(REST) < text.index("Something else")


def test_it_says_that_all_of_it_is_english() -> None:
    assert said("¿Cómo está mi colesterol?", claim("Something was found.")).startswith(ALL_ENGLISH)


def test_it_says_in_spanish_what_could_not_be_checked() -> None:
    task = Task(specialist="pharmacy", task="Listar las medicinas activas.")
    fact = claim("Your latest potassium was 5.1 mmol/L on 24 April 2024.")
    gap = gap_of(TimeoutError(), task, spanish=True)

    text = answer(
        AnswerBrief(
            question="¿Cuál es mi último potasio?", today=date(2026, 6, 1), summary="", claims=(fact,), gaps=(gap,)
        )
    )

    assert text.endswith(
        "**Lo que no se pudo comprobar**\n\n"
        "- Farmacia no pudo terminar, así que esto no se ha comprobado: Listar las medicinas activas."
    )


def test_it_says_in_spanish_that_it_found_nothing() -> None:
    assert said("¿Cuál es mi último potasio?").startswith("No he encontrado nada")


def test_it_says_back_in_spanish_what_was_asked() -> None:
    changed = understood("¿Cómo ha cambiado mi glucosa en los últimos 2 años?")
    plan = make_plan(changed, someone())

    assert changed.summary == (
        "Cómo ha cambiado con el tiempo: glucosa (del 1 de junio de 2024 al 1 de junio de 2026)."
    )
    assert all(re.match(r"(?:Decir|Calcular) ", task.task) for task in plan.tasks)


@pytest.mark.parametrize("question", ["¿Qué hay de mi corazón?", "¿Qué hay de mis análisis?", "¿Cómo estoy de todo?"])
def test_it_asks_back_in_spanish_with_questions_that_it_understands(question: str) -> None:
    clarify = understood(question).clarify

    assert clarify is not None
    assert clarify.question.startswith("No estoy seguro")
    for option in clarify.options:
        assert understood(option.question).spanish
        assert understood(option.question).clarify is None


@pytest.mark.parametrize("intent", get_args(Intent))
@pytest.mark.parametrize("subject", ["", "asthma"])
def test_it_has_spanish_words_for_all_that_is_asked(intent: Intent, subject: str) -> None:
    ask = Ask(intent=intent, concepts=("glucose",), subject=subject, score="bmi")

    told = [summary_in_spanish([ask])]
    told += [task_of(specialist, ask, spanish=True) for specialist in NAMES if intent not in NOBODY_IS_ASKED]

    assert all(sentence.endswith(".") and "asthma" not in sentence for sentence in told)


def test_it_has_a_spanish_name_for_every_test() -> None:
    assert set(IN_SPANISH) == set(CONCEPTS)
    assert {group.id for group in GROUPS} == set(GROUPS_IN_SPANISH)


def test_it_answers_english_in_english() -> None:
    text = said("What is my latest potassium?", claim("Your latest potassium was 5.1 mmol/L on 24 April 2024."))

    assert text == "Your latest potassium was 5.1 mmol/L on 24 April 2024."
