"""The commonest statements in Spanish, for who asks in Spanish.

Each sentence of a claim is matched against the ways in which the tools write it. What has no Spanish form here stays in
English under a line that says so: nothing is left out, and nothing is translated by guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

import msgspec

from agents.concepts import CONCEPTS
from agents.events import Claim
from agents.naming import IN_SPANISH, called, short
from agents.scope import SAID
from agents.wording import MESES, MONTHS, capitalised

REST = "*Lo demás todavía no sé decirlo en español. Aquí está en inglés:*"
ALL_ENGLISH = "*Entiendo su pregunta, pero esta respuesta todavía no sé darla en español. Aquí está en inglés:*"

TOPICS: Mapping[str, str] = {
    "Medicines": "Medicinas",
    "Allergies": "Alergias",
    "Conditions": "Enfermedades",
    "Results outside their range": "Resultados fuera de rango",
    "Questions for your doctor": "Preguntas para su médico",
    "Vaccinations": "Vacunas",
}

_DATE = rf"(?:(?:\d{{1,2}} )?(?:{'|'.join(MONTHS)}) \d{{4}}|\d{{4}})"
_DATES = rf"{_DATE}(?:(?:, | and ){_DATE})*"
_AGO = r"(?:about )?\d+ (?:day|week|month|year)s? ago"
_SIDE = {"inside": "dentro", "above": "por encima", "below": "por debajo"}
_SPANS = {"day": "día", "week": "semana", "month": "mes", "year": "año"}
_CAN_DO = (
    "Puedo buscar en sus registros y explicar lo que hay: un resultado y cómo ha cambiado, sus medicinas, "
    "enfermedades, alergias, vacunas y visitas, o qué preguntar a su médico."
)
_FIXED: Mapping[str, str] = {
    SAID["out_of_scope"]: (
        "No puedo responder a eso. No hago diagnósticos, no receto y no decido si debe empezar, dejar o cambiar una "
        f"medicina o una dosis: eso le toca a un médico o farmacéutico que le conozca. {_CAN_DO}"
    ),
    SAID["privacy"]: (
        "Solo puedo ver los registros de la persona de esta conversación, y no puedo mostrar los de nadie más. Para "
        f"llevarse o borrar lo guardado, use las páginas de sus registros y de su cuenta. {_CAN_DO}"
    ),
    SAID["smalltalk"]: f"Hola. {_CAN_DO}",
    SAID["unclear"]: f"No estoy seguro de qué quiere saber. {_CAN_DO}",
    "A result that is far from your average is often followed by one nearer to it, by chance alone.": (
        "A un resultado alejado de su promedio suele seguirle otro más cercano, por simple casualidad."
    ),
    "And a trend says nothing about its cause.": "Y una tendencia no dice nada de su causa.",
    (
        "A result outside its range is common and often harmless, but it is worth asking your doctor about, above all "
        "when it is far outside or keeps moving the same way."
    ): (
        "Un resultado fuera de rango es frecuente y muchas veces no tiene importancia, pero vale la pena preguntar a "
        "su médico, sobre todo si está muy fuera o sigue moviéndose en la misma dirección."
    ),
    "You could ask your doctor:": "Puede preguntar a su médico:",
    "What does that mean for me, and should it be checked again?”": (
        "¿Qué significa eso para mí, y habría que comprobarlo otra vez?”"
    ),
    "Is that list right, and do I still need each of them?”": "¿Es correcta esa lista, y necesito todavía cada una?”",
    "Is that right for me?”": "¿Es eso adecuado para mí?”",
    "Is it time again?”": "¿Toca repetirlo?”",
    "Add what worries you most, and take your list of medicines along.": (
        "Añada lo que más le preocupa, y lleve su lista de medicinas."
    ),
    "Your lab's own range may differ a little.": "El rango de su laboratorio puede ser algo distinto.",
    "The lab printed no range.": "El laboratorio no imprimió ningún rango.",
    "It may have been measured somewhere whose records are not here.": (
        "Puede que se haya medido en un lugar cuyos registros no están aquí."
    ),
    "It may have been prescribed or bought somewhere whose records are not here.": (
        "Puede que se recetara o comprara en un lugar cuyos registros no están aquí."
    ),
    "Do not start, stop or change a medicine because of this list: talk with your doctor or pharmacist first.": (
        "No empiece, deje ni cambie una medicina por esta lista: hable antes con su médico o farmacéutico."
    ),
    "Check with your doctor or pharmacist whether the list is up to date.": (
        "Compruebe con su médico o farmacéutico si la lista está al día."
    ),
    "Medicines you buy yourself may not be in these records.": (
        "Las medicinas que usted compra por su cuenta pueden no estar en estos registros."
    ),
    "Your records list no active medicine.": "En sus registros no figura ninguna medicina activa.",
    "Your records list no active condition.": "En sus registros no figura ninguna enfermedad activa.",
    "That does not mean that you have none.": "Eso no quiere decir que no tenga ninguna.",
    "No allergies are recorded here.": "Aquí no hay alergias anotadas.",
    "That is not the same as having no allergies: nobody may have written them down.": (
        "Eso no es lo mismo que no tener alergias: puede que nadie las haya anotado."
    ),
    "Tell every doctor and pharmacist about any reaction that you have had.": (
        "Cuente a cada médico y farmacéutico cualquier reacción que haya tenido."
    ),
    "That does not show that it is safe for you: ask a doctor or pharmacist, who can see everything you take.": (
        "Eso no demuestra que sea seguro para usted: pregunte a un médico o farmacéutico que vea todo lo que toma."
    ),
    "That does not mean that you do not have it or never had it: it may not have been written down here.": (
        "Eso no quiere decir que no la tenga o no la haya tenido: puede que no esté anotada aquí."
    ),
}


def in_spanish(claim: Claim) -> Claim | None:
    """The same claim with its text in Spanish; None where that is not known."""
    if claim.kind == "knowledge":
        text = _about().get(claim.text)
        return msgspec.structs.replace(claim, text=text, topic=_topic(claim.topic or "")) if text else None
    whole = claim.text if claim.text in _FIXED else None
    sentences = [whole] if whole else re.split(r"(?<=[.:]) (?=[A-Z“])", claim.text)
    said = [_sentence(sentence) for sentence in sentences]
    known = [sentence for sentence in said if sentence is not None]
    if len(known) < len(said):
        return None
    return msgspec.structs.replace(claim, text=" ".join(known), topic=_topic(claim.topic or ""))


def _topic(topic: str) -> str:
    return TOPICS.get(topic) or _titled(topic)


def _titled(text: str) -> str:
    """A name at the beginning of a line or a heading."""
    return capitalised(_named().get(text) or name(text[:1].lower() + text[1:]))


def _sentence(text: str) -> str | None:
    if text in _FIXED:
        return _FIXED[text]
    for pattern, write in _WAYS:
        if match := pattern.fullmatch(text):
            return write(match)
    return None if text[-1:] in ".:?!" else _item(text)


def _item(text: str) -> str:
    """A line of a list: what the record says stays as it is written."""
    for pattern, spanish in _IN_ITEMS:
        text = re.sub(pattern, spanish, text)
    return re.sub(_DATE, lambda match: date(match[0]), text)


_IN_ITEMS = (
    (rf"({_DATE}) and (?={_DATE})", r"\1 y "),
    (r", and (\d+) times? before$", r", y \1 más antes"),
    (r", first prescribed (?=\d|[A-Z][a-z]+ \d{4})", ", recetada por primera vez: "),
    (r", since (?=\d|[A-Z][a-z]+ \d{4})", ", desde: "),
    (r", ended (?=\d|[A-Z][a-z]+ \d{4})", ", hasta: "),
    (r", for (?=[a-z])", ", para: "),
    (r"\(as written: ", "(según el registro: "),
    (r"\(marked as high risk\)", "(marcada como de alto riesgo)"),
    (r"\(status not stated\)", "(sin estado indicado)"),
    (r"\(resolved\)", "(resuelta)"),
)


def date(text: str) -> str:
    """`24 April 2026` as `24 de abril de 2026`."""
    words = text.split()
    return " de ".join(MESES[MONTHS.index(word)] if word in MONTHS else word for word in words)


def _dates(text: str) -> str:
    """`1 May 2020 and 3 June 2021` as `1 de mayo de 2020 y 3 de junio de 2021`."""
    return re.sub(_DATE, lambda match: date(match[0]), text.replace(" and ", " y "))


def ago(text: str) -> str:
    """`about 2 years ago` as `unos 2 años`, to stand behind "hace"."""
    about = "unos " if text.startswith("about ") else ""
    amount, span = text.removeprefix("about ").split()[:2]
    one = _SPANS[span.removesuffix("s")]
    many = {"mes": "meses"}.get(one, f"{one}s")
    if about and one == "semana":
        about = "unas "
    return f"{about}{amount} {one if amount == '1' else many}"


def limits(text: str) -> str:
    """`up to 100 mg/dL` as `hasta 100 mg/dL`."""
    if text.startswith("up to "):
        return f"hasta {text.removeprefix('up to ')}"
    if text.endswith(" or more"):
        return f"{text.removesuffix(' or more')} o más"
    return f"de {text.replace(' to ', ' a ')}"


@cache
def _named() -> dict[str, str]:
    found = {"blood pressure": "presión arterial", "allergies": "alergias"}
    for concept in CONCEPTS:
        if concept in IN_SPANISH:
            found[called(concept)] = found[short(concept)] = IN_SPANISH[concept]
    return found


@cache
def _about() -> dict[str, str]:
    """What each test is, by the English words."""
    return {concept.about: concept.about_spanish for concept in CONCEPTS.values()}


def name(text: str) -> str:
    return _named().get(text, text)


def _several(amount: str, one: str, many: str) -> str:
    return f"{amount} {one if amount == '1' else many}"


def _names(text: str) -> str:
    """`HbA1c, sodium and TSH` as they are called in Spanish."""
    *others, last = [name(one) for one in re.split(r", | and ", text)]
    return f"{', '.join(others)} y {last}" if others else last


def _value(text: str) -> str:
    for english, spanish in _IN_VALUES:
        text = text.replace(english, spanish)
    return text


_IN_VALUES = (
    ("per minute", "por minuto"),
    ("beats ", "latidos "),
    ("below ", "menos de "),
    ("above ", "más de "),
    ("at most ", "como mucho "),
    ("at least ", "al menos "),
)


Written = Callable[[re.Match[str]], str]

_WAYS: tuple[tuple[re.Pattern[str], Written], ...] = tuple(
    (re.compile(pattern), write)
    for pattern, write in (
        (
            rf"Your latest (?P<name>.+?) was (?P<value>.+) on (?P<date>{_DATE})\.",
            lambda m: f"Su resultado más reciente de {name(m['name'])}: {_value(m['value'])}, del {date(m['date'])}.",
        ),
        (rf"That was (?P<ago>{_AGO})\.", lambda m: f"De eso hace {ago(m['ago'])}."),
        (
            r"The (?:lab's own|general adult) range is (?P<limits>.+?),? (?:so|and) this result is (?P<place>\w+) it\.",
            lambda m: (
                f"El rango {'del propio laboratorio' if 'own' in m[0] else 'general para adultos'} es "
                f"{limits(m['limits'].rstrip(','))}; este resultado está {_SIDE[m['place']]} de él."
            ),
        ),
        (
            (
                rf"Your (?P<which>highest|lowest) (?P<name>.+) was (?P<value>.+), on (?P<days>{_DATES}), "
                rf"among (?P<n>\d+) results?, from (?P<first>{_DATE}) to (?P<last>{_DATE})\."
            ),
            lambda m: (
                f"Su valor más {'alto' if m['which'] == 'highest' else 'bajo'} de {name(m['name'])}: "
                f"{_value(m['value'])}, del {_dates(m['days'])}, entre {m['n']} resultados del {date(m['first'])} "
                f"al {date(m['last'])}."
            ),
        ),
        (
            r"Your records hold (?P<n>\d+) vaccinations?\.",
            lambda m: f"En sus registros hay {_several(m['n'], 'vacuna', 'vacunas')}.",
        ),
        (
            rf"The newest was on (?P<date>{_DATE}), (?P<ago>{_AGO})\.",
            lambda m: f"La más reciente es del {date(m['date'])}, hace {ago(m['ago'])}.",
        ),
        (
            rf"“My (?P<name>.+) was (?P<value>.+) on (?P<date>{_DATE}), outside the range\.",
            lambda m: (
                f"“Mi resultado de {name(m['name'])} fue {_value(m['value'])}, del {date(m['date'])}, fuera de rango."
            ),
        ),
        (
            r"“My records list (?P<n>\d+) active medicines?\.",
            lambda m: f"“En mis registros figuran como activas {_several(m['n'], 'medicina', 'medicinas')}.",
        ),
        (
            r"“My records list (?P<names>.+) together\.",
            lambda m: f"“En mis registros figuran a la vez {_names(m['names'])}.",
        ),
        (
            r"“My (?P<names>.+) (?:has|have) not been measured for over a year\.",
            lambda m: f"“Esto no se me ha medido en más de un año: {_names(m['names'])}.",
        ),
        (
            (
                rf"\*\*(?P<name>.+)\*\*: (?P<value>.+) on (?P<date>{_DATE}), (?P<place>inside|above|below) "
                r"the (?P<whose>lab's|general adult) range \((?P<limits>[^()]+)\)"
            ),
            lambda m: (
                f"**{_titled(m['name'])}**: {_value(m['value'])}, del {date(m['date'])}, {_SIDE[m['place']]} "
                f"{'del rango del laboratorio' if m['whose'][0] == 'l' else 'del rango general para adultos'} "
                f"({limits(m['limits'])})"
            ),
        ),
        (
            r"(?P<out>\d+) of the newest results of (?P<n>\d+) tests? (?:is|are) outside the range:",
            lambda m: (
                f"De los resultados más recientes de {_several(m['n'], 'prueba', 'pruebas')}, "
                f"{_several(m['out'], 'está', 'están')} fuera de rango:"
            ),
        ),
        (
            r"The newest results of (?P<inside>\d+) of (?P<n>\d+) tests? are inside their range\.",
            lambda m: (
                f"De los resultados más recientes de {_several(m['n'], 'prueba', 'pruebas')}, "
                f"{_several(m['inside'], 'está', 'están')} dentro de su rango."
            ),
        ),
        (
            (r"For (?P<n>\d+) tests? your records print no range of the lab, so a general adult range was used\."),
            lambda m: (
                f"En {_several(m['n'], 'prueba', 'pruebas')} sus registros no traen el rango del laboratorio, así que "
                "se usó un rango general para adultos."
            ),
        ),
        (
            r"Not checked, as there is no range to compare with: (?P<names>.+)\.",
            lambda m: f"No se comprobó, porque no hay un rango con que comparar: {_names(m['names'])}.",
        ),
        (
            (
                r"(?P<old>\d+) of these (?P<n>\d+) results? (?:is|are) more than a year old; "
                rf"the oldest is from (?P<date>{_DATE}) \((?P<name>.+)\)\."
            ),
            lambda m: (
                f"{m['old']} de {_several(m['n'], 'resultado', 'resultados')} "
                f"{'tiene' if m['old'] == '1' else 'tienen'} más de un año; "
                f"el más antiguo es del {date(m['date'])}: {_titled(m['name'])}."
            ),
        ),
        (
            r"Your records list (?P<n>\d+) active medicines?:",
            lambda m: f"En sus registros figuran como activas {_several(m['n'], 'medicina', 'medicinas')}:",
        ),
        (
            r"Your records list (?P<n>\d+) active medicines? recorded for (?P<aim>.+), or of a kind often used for it:",
            lambda m: (
                f"En sus registros figuran como activas {_several(m['n'], 'medicina', 'medicinas')} "
                f"para {m['aim']}, o de un tipo que suele usarse para eso:"
            ),
        ),
        (
            r"(?P<n>\d+) of these entries (?:is|are) more than 5 years old and still marked as active\.",
            lambda m: (
                f"{_several(m['n'], 'de estas anotaciones tiene', 'de estas anotaciones tienen')} más de 5 años y "
                f"todavía {'figura como activa' if m['n'] == '1' else 'figuran como activas'}."
            ),
        ),
        (
            r"They hold (?P<n>\d+) (?:medicines?|conditions?) that (?:is|are) (?:not marked as|no longer) active\.",
            lambda m: f"Hay {m['n']} que ya no figuran como activas.",
        ),
        (
            r"Your records list (?P<n>\d+) active conditions?:",
            lambda m: (
                "En sus registros figuran "
                f"{_several(m['n'], 'enfermedad o problema activo', 'enfermedades o problemas activos')}:"
            ),
        ),
        (
            r"Your records list (?P<n>\d+) allerg(?:y|ies):",
            lambda m: (
                f"En sus registros {'figura' if m['n'] == '1' else 'figuran'} "
                f"{_several(m['n'], 'alergia', 'alergias')}:"
            ),
        ),
        (r"Your records say: “(?P<said>.+)”\.", lambda m: f"Sus registros dicen: “{m['said']}”."),
        (r"Yes, your records list (?P<names>“.+”)\.", lambda m: f"Sí, en sus registros figura {m['names']}."),
        (
            r"(?P<name>.+) is not among the (?P<what>conditions|allergies|medicines) in your records\.",
            lambda m: (
                f"{m['name']} no está entre las "
                f"{ {'conditions': 'enfermedades', 'allergies': 'alergias', 'medicines': 'medicinas'}[m['what']] } "
                "de sus registros."
            ),
        ),
        (
            r"There is no (?:result for )?(?P<name>.+?)(?: result)? in your records\.",
            lambda m: f"En sus registros no hay ningún resultado de {name(m['name'])}.",
        ),
        (
            (
                rf"Your (?P<name>.+) has been (?P<way>rising|falling), by about (?P<value>.+) a year, over "
                rf"(?P<n>\d+) results "
                rf"from (?P<first>{_DATE}) to (?P<last>{_DATE})\."
            ),
            lambda m: (
                f"Su {name(m['name'])} ha ido {'subiendo' if m['way'] == 'rising' else 'bajando'}, cerca de "
                f"{m['value']} "
                f"al año, en {m['n']} resultados del {date(m['first'])} al {date(m['last'])}."
            ),
        ),
        (
            (
                rf"There is no clear trend in your (?P<name>.+): the ups and downs of (?P<n>\d+) results from "
                rf"(?P<first>{_DATE}) to (?P<last>{_DATE}) could be chance (?P<p>\(p .+\))\."
            ),
            lambda m: (
                f"No hay una tendencia clara en su {name(m['name'])}: las subidas y bajadas de {m['n']} resultados del "
                f"{date(m['first'])} al {date(m['last'])} pueden ser casualidad {m['p'].replace('below', 'menor que')}."
            ),
        ),
        (r"It went from (?P<a>.+) to (?P<b>.+)\.", lambda m: f"Pasó de {m['a']} a {m['b']}."),
        (
            r"That is unlikely to be chance (?P<p>\(p .+\))\.",
            lambda m: f"Es poco probable que sea casualidad {m['p'].replace('below', 'menor que')}.",
        ),
        (
            (
                rf"Your (?P<name>.+) has been measured (?P<n>[\d,]+) times?, "
                rf"from (?P<first>{_DATE}) to (?P<last>{_DATE})\."
            ),
            lambda m: (
                f"Su {name(m['name'])} se ha medido {_several(m['n'], 'vez', 'veces')}, "
                f"del {date(m['first'])} al {date(m['last'])}."
            ),
        ),
    )
)
