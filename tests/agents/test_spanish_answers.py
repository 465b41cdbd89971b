from __future__ import annotations

from datetime import date

import pytest

from agents.brief import AnswerBrief
from agents.events import Claim
from agents.grounding import Grounder
from agents.rules.prose import answer
from agents.rules.spanish import ALL_ENGLISH, REST, in_spanish
from agents.scope import SAID


def claim(text: str, *, kind: str = "record", **more: object) -> Claim:
    return Claim(id="a-1", kind=kind, text=text, **more)  # type: ignore[arg-type]


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


def test_it_answers_english_in_english() -> None:
    text = said("What is my latest potassium?", claim("Your latest potassium was 5.1 mmol/L on 24 April 2024."))

    assert text == "Your latest potassium was 5.1 mmol/L on 24 April 2024."
