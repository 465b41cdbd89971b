"""Spanish questions of the commonest kinds, put into the English words that the rest understands.

Names of tests are found in Spanish by `agents.concepts`; here are the words around them.
"""

from __future__ import annotations

import re

from agents.understanding.spelling import normalise
from agents.understanding.wordlist import words

MARKS = words(
    """
    esta estan que cual cuales cuando como cuanto cuantas cuantos mi mis mio tengo tomo tomando estoy soy he sido
    ultimo ultima ultimos ultimas muestrame ensename dime dame salud medicamentos medicinas medicacion pastillas
    alergias alergico alergica enfermedades diagnosticos vacunas resumen resume resumir presion azucar colesterol
    subiendo bajando resultado resultados doctor medico cirugias esta estan ha hay el la los las de del para puedo
    debo tuve hola gracias significa significan quiere decir sirve sirven sube suben baja bajan
    """
)

# The first that fits is taken: what is longer stands above what it contains.
PHRASES: tuple[tuple[str, str], ...] = (
    (r"(?:en |de |durante )?(?:los |las )?ultim[oa]s (\d+) anos", r"over the last \1 years"),
    (r"(?:en |de |durante )?(?:los |las )?ultim[oa]s (\d+) meses", r"over the last \1 months"),
    (r"(?:en |de |durante )?(?:los |las )?ultim[oa]s (\d+) semanas", r"over the last \1 weeks"),
    (r"(?:en |de |durante )?(?:los |las )?ultim[oa]s (\d+) dias", r"over the last \1 days"),
    (
        (
            r"(?:que (?:significan?|quieren? decir|miden?)|para que sirven?)"
            r"(?: (?:la prueba|el analisis|el examen) de)?(?: (?:el|la|los|las|mi|mis|un|una))? ([\w ]+)"
        ),
        r"what does \1 mean",
    ),
    (r"(?:ha |han |esta |estan )?(?:subido o bajado|subiendo o bajando)|suben? o bajan?", "is going up or down"),
    (
        (
            r"(?:que|cuales) (?:de mis )?(?:resultados|analisis|examenes|pruebas)(?: \w+)?(?: estan?|"
            r" salieron)?(?= fuera| anormal| mal| alter)"
        ),
        "which of my results are",
    ),
    (r"como (?:ha|han) (?:cambiado|evolucionado|ido|estado)", "how has changed over time"),
    (r"(?:esta|estan|va|van|ha estado|viene) (?:subiendo o bajando|bajando o subiendo)", "going up or down"),
    (r"(?:esta|estan|va|van|ha estado|sigue) (?:subiendo|aumentando)", "going up"),
    (r"(?:esta|estan|va|van|ha estado|sigue) (?:bajando|disminuyendo)", "going down"),
    (r"ha (?:subido|aumentado)", "has been going up"),
    (r"ha (?:bajado|disminuido)", "has been going down"),
    (r"(?:esta|estan|va|van) (?:mejorando|mejor)", "improving"),
    (r"(?:esta|estan|va|van) (?:empeorando|peor)", "getting worse"),
    (r"(?:la )?tendencia(?: de| del)?", "trend of"),
    (r"a lo largo del tiempo|con el tiempo|en el tiempo", "over time"),
    (
        (
            r"que (?:medicamentos|medicinas|pastillas|remedios|farmacos|"
            r"tratamientos?)(?: \w+)? (?:tomo|estoy tomando|debo tomar|uso|tengo)"
        ),
        "what medications am i taking",
    ),
    (r"(?:cuales son )?mis (?:medicamentos|medicinas|pastillas|remedios)(?: actuales)?", "list my medications"),
    (r"que (?:estoy tomando|tomo)(?: ahora| actualmente)?", "what am i taking"),
    (r"(?:la )?lista de (?:mis )?(?:medicamentos|medicinas)", "list my medications"),
    (r"medicamentos|medicinas|pastillas|medicacion", "medications"),
    (
        (
            r"(?:a que|que) (?:cosas? )?(?:soy|tengo) alergi\w+|(?:cuales son )?mis alergias|"
            r"tengo (?:alguna |algunas )?alergias?|soy alergic[oa]"
        ),
        "am i allergic",
    ),
    (r"alergias?", "allergies"),
    (
        (
            r"(?:que|cuales son mis|mis) (?:enfermedades|condiciones(?: medicas)?|diagnosticos|"
            r"problemas de salud)(?: tengo| son)?"
        ),
        "what are my health conditions",
    ),
    (r"que (?:enfermedades|condiciones|problemas de salud) tengo", "what are my health conditions"),
    (
        r"me han diagnosticado(?: alguna vez)?|alguna vez (?:me han diagnosticado|he tenido|tuve)|he tenido alguna vez",
        "have i ever been diagnosed with",
    ),
    (
        (
            r"(?:hazme |dame |haz |puedes hacer |quiero )?(?:un )?resumen(?: general)?(?: de|"
            r" sobre)?(?: mi)?(?: estado de)? salud|resume mi salud|resumen de mi historial|"
            r"como esta mi salud|resumen de mis (?:datos|registros)"
        ),
        "summarise my health",
    ),
    (r"resumen|resume|resumir|resumeme", "summary"),
    (r"(?:cual|cuales|que) (?:es|fue|son|fueron|era|esta)", "what is"),
    (r"cuando (?:fue|me hicieron|tuve|me hice|me pusieron|recibi)(?: por ultima vez)?", "when was"),
    (r"por ultima vez", "last"),
    (r"cuantas veces", "how many times"),
    (r"cuanto peso|peso actual", "how much do i weigh"),
    (
        r"cuant[oa]s? (?:tengo|tenia|esta|es)(?: de)?|como (?:esta|estan|anda|tengo|va|van)|en cuanto (?:esta|tengo)",
        "what is",
    ),
    (r"mi (?:ultim[oa]|mas reciente)|mis ultim[oa]s", "my latest"),
    (
        r"(?:el |la |los |las )?ultim[oa]s?(?: resultados?| valor| lectura| nivel| medicion)?(?: de(?: la| el)?| del)?",
        "latest",
    ),
    (r"mas recientes?|actual(?:es|mente)?|ahora", "latest"),
    (
        (
            r"resultados?(?: de(?: la| el)?| del)?|nivel(?:es)?(?: de(?: la| el)?| del)?|"
            r"valor(?:es)?(?: de(?: la| el)?| del)?|lectura(?:s)?(?: de(?: la| el)?| del)?"
        ),
        "result of",
    ),
    (r"muestrame|ensename|mostrar|muestra|ver|dime|dame|quiero saber|quiero ver", "show me"),
    (r"vacunas? (?:de|contra) (?:la )?(?:gripe|influenza)", "flu vaccine"),
    (r"vacunas? (?:de|del|contra)(?: el| la)? tetanos", "tetanus vaccine"),
    (r"vacunas?", "vaccines"),
    (r"colonoscopia", "colonoscopy"),
    (r"mamografia", "mammogram"),
    (r"radiografia", "x-ray"),
    (r"papanicolau?", "pap smear"),
    (r"vitamina", "vitamin"),
    (r"penicilina", "penicillin"),
    (r"metformina", "metformin"),
    (r"aspirina", "aspirin"),
    (r"ibuprofeno", "ibuprofen"),
    (r"asma", "asthma"),
    (r"cirugias?|operaciones", "surgeries"),
    (r"mas alt[oa]", "highest"),
    (r"mas baj[oa]", "lowest"),
    (r"promedio(?: de)?", "average"),
    (r"desde", "since"),
    (r"(?:el )?ano pasado", "last year"),
    (r"(?:este ano)", "this year"),
    (
        (
            r"anormal(?:es)?|fuera de(?:l| los| sus?)? ?(?:rangos?|lo normal|limites?|intervalos?)"
            r"(?: del? (?:laboratorio|referencia))?"
        ),
        "out of range",
    ),
    (r"diabetes", "diabetes"),
    (r"presion alta|hipertension", "high blood pressure"),
    (r"asma", "asthma"),
    (
        r"que (?:debo|deberia|puedo) preguntar(?:le)?(?: a| al)?(?: mi)?(?: doctor| medico)?",
        "what should i ask my doctor",
    ),
    (r"tengo", "do i have"),
    (r"\b(?:mi|mis)\b", "my"),
    (r"\b(?:el|la|los|las|un|una|del|de|al|por favor|me)\b", ""),
    (r"\by\b", "and"),
    (r"\ben\b", "in"),
    (r"\be?s(?:ta)?\b", "is"),
)
_COMPILED = tuple(
    (re.compile(rf"\b(?:{pattern})\b" if not pattern.startswith(r"\b") else pattern), english)
    for pattern, english in PHRASES
)
_STRONG = words(
    """
    esta estan que cual cuales cuando cuantas mis tengo tomo ultimo ultima estoy soy muestrame dime dame
    medicamentos alergias enfermedades resumen resume alergico alergica medicinas subiendo bajando ultimos ultimas
    como salud
    """
)


def asked_in_spanish(question: str) -> bool:
    """Whether a question, as it was written, is Spanish."""
    return is_spanish(normalise(question))


def is_spanish(text: str) -> bool:
    """Whether normalised text is Spanish: two of its commonest words, or one that English has not."""
    words = set(text.split())
    return bool(words & _STRONG) and (len(words & MARKS) > 1 or len(words) < 4)


def to_english(text: str) -> str:
    """The words around the names, in English; names stay as they are."""
    for pattern, english in _COMPILED:
        text = pattern.sub(english, text)
    return " ".join(text.split())
