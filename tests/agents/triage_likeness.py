"""Learn what the second net of the urgency screen weighs; `python -m tests.agents.triage_likeness` writes it.

What is learned from: every written case of the screen, messages written for this alone, the questions that the
understanding is tried on, and harmless questions put together from the names of tests, medicines and conditions. Two
logistic regressions (crisis or not, emergency or not) by stochastic gradient with Adagrad steps, with the same seed
each time.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from math import exp, sqrt
from pathlib import Path
from random import Random
from typing import NamedTuple

from agents.triage import LEAST_WORDS
from agents.triage.frames import without_idioms
from agents.triage.likeness import pieces
from agents.triage.plain import plain

HERE = Path(__file__).parent
CASES = (HERE / "triage_cases.jsonl", HERE / "question_cases.jsonl")
MESSAGES = HERE / "triage_messages.txt"
WORDINGS = HERE / "question_wordings.txt"
WEIGHTS = HERE.parents[1] / "agents" / "reference" / "triage_likeness.tsv"

SEED = 4
ROUNDS = 14
STEP = 1.0
STIFFNESS = 0.03
"""How hard a weight is drawn to zero, against all that was seen of its feature together."""
LEAST_WEIGHT = 0.08
"""A weight nearer to zero than this is left out."""
HELD_TO = 3
"""How often a case of the screen counts: it is held to these."""
HARMLESS = 2_500
NAMED_ANEW = 5
"""How often each way to ask about the records is tried, with other names."""

ASKED = (
    "what is my latest {x}", "show my {x}", "{x} over time", "when was my {x} last checked", "is my {x} normal",
    "average {x} this year", "highest {x} ever", "my lowest {x}", "{x} {n}", "my {x} was {n}", "{x} of {n}, is that ok",
    "why is my {x} {n}", "has my {x} gone up or down", "what does {x} mean", "explain my {x}",
    "i am worried about my {x}",
    "compare my {x} with last year", "how many times was {x} measured", "no {x} in my records?", "plot {x}",
    "cual es mi {x}", "{x} results please", "can low {x} make me tired", "is {x} high", "did my {x} drop",
    "tell me about {x}", "what happened to my {x}", "how do i lower my {x}", "does {x} matter at my age",
    "{x} {n} after dinner", "{x} {n} this morning", "{x} {n} fasting", "{x} is {n} today", "{x} came back {n}",
    "is {n} a good {x}", "is {n} high for {x}", "got {n} for {x}", "{x} {n} before breakfast", "{x} {n} now what",
    "i have an appointment, summarise {x}", "tengo cita, dime mi {x}", "prepare {x} for my visit", "help with {x}",
    "my doctor mentioned {x}", "{x} trend", "was my {x} ever above {n}",
    "cuando fue mi ultimo examen de {x}", "esta bien mi {x}", "como va mi {x}", "promedio de {x} este ano",
    "mi {x} mas alto", "que significa {x}", "mi {x} salio en {n}", "compare mi {x} con el ano pasado",
    "grafica de {x}", "cuantas veces me midieron {x}", "tengo {x} bajo", "subio mi {x}", "{x} por favor",
)  # fmt: skip
KEPT = (
    "when did i start {x}", "what is {x} for", "am i still on {x}", "side effects of {x}", "do i take {x}",
    "was i ever diagnosed with {x}", "when was my {x} found", "is {x} on my list", "tell me about {x}",
    "what does {x} mean", "history of {x}", "do i have {x} on record", "my mother had {x}", "is {x} active",
    "tengo {x} en mi historial", "can {x} run in families", "did i ever have {x}", "{x} notes from last year",
    "which doctor saw me for {x}", "how is {x} treated",
    "desde cuando tomo {x}", "para que sirve {x}", "quien me receto {x}", "cuando me diagnosticaron {x}",
    "sigo tomando {x}", "que dice mi expediente de {x}", "me dieron {x} alguna vez", "tomo {x} segun la lista",
)  # fmt: skip
THINGS = (
    "metformin", "lisinopril", "atorvastatin", "warfarin", "insulin", "amlodipine", "omeprazole", "sertraline",
    "levothyroxine", "ibuprofen", "aspirin", "amoxicillin", "prednisone", "albuterol", "gabapentin", "tramadol",
    "asthma", "diabetes", "hypertension", "high blood pressure", "copd", "anemia", "arthritis", "migraine",
    "depression", "anxiety", "a stroke", "a heart attack", "a seizure", "heart failure", "kidney disease", "cancer",
    "pneumonia", "a concussion", "a fracture", "gout", "hay fever", "a flu shot", "a tetanus shot", "a colonoscopy",
    "a mammogram", "an ecg", "an mri", "a chest x-ray", "surgery", "an allergy to peanuts", "a penicillin allergy",
    "sleep apnea", "preeclampsia", "a miscarriage", "a blood clot", "pulmonary embolism", "sepsis", "an overdose",
    "suicidal ideation", "self harm", "bipolar disorder", "a panic attack", "eczema", "a burn", "a head injury",
)  # fmt: skip
SIGNS = (
    "chest pain", "shortness of breath", "fainting", "seizures", "fever", "a stroke", "a heart attack", "bleeding",
    "black stools", "blood in urine", "vomiting", "dizziness", "a severe headache", "numbness", "confusion", "sepsis",
    "anaphylaxis", "choking", "low blood sugar", "blood clots", "dehydration", "stiff neck", "palpitations", "swelling",
    "blackouts", "suicide", "self harm", "depression", "overdose", "domestic violence", "panic attacks", "passing out",
)  # fmt: skip
TAUGHT = (
    "what causes {x}", "why do people get {x}", "can stress cause {x}", "how do doctors treat {x}", "no {x} today",
    "i do not have {x}, show my results", "not {x}, just asking", "never had {x}", "{x} in 2015", "is {x} in my notes",
    "what are the signs of {x}", "which of my tablets can cause {x}", "when should people call about {x}",
    "my father had {x} at 60", "i had {x} years ago", "family history of {x}", "screening for {x}", "is {x} listed",
    "can iron cause {x}", "que causa {x}", "no tengo {x}", "{x} visit dates", "the leaflet mentions {x}",
    "a test for {x}", "my risk of {x}", "any record of {x}", "does {x} run in families", "risk of {x} in ten years",
    "{x} test, when", "{x} result from may", "what was done about the {x} in 2022", "how bad was my {x} in 2019",
    "list {x} visits", "was {x} ruled out", "{x} clinic letter", "notes on {x}", "{x} admission, which hospital",
    "{x} screening form", "medicine for {x}, start date", "sintomas de {x}", "tuve {x} en 2018",
    "hubo {x} en mi historial",
)  # fmt: skip
MILD = (
    "a mild cold", "a runny nose", "a slight cough", "a sore throat", "dry skin", "sore muscles", "a stiff shoulder",
    "a bit of heartburn", "hay fever", "a blocked nose", "itchy eyes", "a small bruise", "a mild headache", "tiredness",
    "trouble sleeping", "a cracked heel", "acne", "gas after meals", "an achy knee", "a paper cut", "low energy",
    "a little stress", "some bloating", "ringing ears", "cold hands", "dandruff", "a twitchy eyelid", "hiccups",
)  # fmt: skip
HAD = (
    "{x} since {day}", "i have {x}", "i have had {x} since {day}", "{x} after the gym", "{x} again this spring",
    "i get {x} sometimes", "{x} for two days, any allergy on file", "with {x}, is my {t} ok",
    "{x}, when was my last visit",
    "woke up with {x}", "tengo {x}", "my son has {x}", "{x} today", "anything on my list for {x}",
)  # fmt: skip
DAYS = ("monday", "tuesday", "yesterday", "the weekend", "last night", "this morning")
SAID = (
    "{idiom}, anyway what is my {t}", "{idiom}", "{idiom}. show my {t}", "{idiom}! how is my {t}",
)  # fmt: skip
IDIOMS = (
    "the wait is killing me", "my phone died", "i could murder a burger", "i am dead tired", "that bill was a shock",
    "i am drowning in paperwork", "my boss is a pain", "i fell in love with running", "the app crashed",
    "i am burning to know", "cut to the chase", "shoot me the list", "hit me with it", "i nearly fell off my chair",
    "my heart sank", "blow my mind", "kill the jargon", "i choked up with joy", "i would die for a cookie",
    "quiero matar el tiempo", "me muero de risa", "my brain is fried", "i am fed up with this diet",
    "i give up on kale",
    "i am sick of salads", "this is my last question", "bye for now", "thanks for everything", "good night",
    "i am done with the questions", "i have made my will and want my records", "my will is at the lawyer",
    "my end of life plan", "my living will", "i passed my exam", "candy made me pass out flyers", "i lost my keys",
    "everybody is better after the holiday", "my mother passed away last year", "i miss my husband", "i feel low",
    "goodbye and thank you", "bye", "thank you and goodbye", "see you", "adios y gracias", "no me duele nada",
    "i burnt my tongue", "i stubbed my toe", "my kids drive me mad", "i want to disappear on a beach",
    "i am lonely this winter", "i cried at the film", "i am ashamed of my weight", "i hate needles", "i hate this diet",
)  # fmt: skip
FED_UP = (
    "i am tired of {x}", "i am done with {x}", "i am sick of {x}", "fed up with {x}", "i want out of {x}", "i hate {x}",
    "i am giving up on {x}", "i cannot stand {x}", "i want to end {x}", "i want to stop {x}", "{x} is killing me",
    "i cannot go on with {x}", "i want to get away from {x}", "estoy cansado de {x}", "no aguanto {x}", "{x} died",
    "i cannot do {x} today", "{x} drives me mad", "{x} is a nightmare", "i lost {x}", "goodbye to {x}", "rid of {x}",
)  # fmt: skip
TIRESOME = (
    "this diet", "my job", "these side effects", "the gym", "cold remedies", "dieting", "the study", "my membership",
    "this app", "insurance calls", "the waiting room", "salads", "kale", "school", "the news", "winter", "my commute",
    "las dietas", "el gimnasio", "my goldfish", "my phone", "my car battery", "my laptop", "the printer", "my plants",
    "sugar", "coffee", "meetings", "the paperwork", "my subscription", "tuesday", "the treadmill", "my keys",
    "homework",
)  # fmt: skip
READ_OUT = ("{x} {n}", "{x} of {n}", "{x} is {n} today")
MEASURED = re.split(
    r",\s+",
    """
    25-oh vitamin d, a1c, acido urico, acr, alanine aminotransferase, albumin, albumina, albumine, alk phos,
    alkaline phosphatase, alp, alt, antigeno prostatico, apo b, apob, apolipoprotein b, apolipoproteina b,
    aspartate aminotransferase, ast, b type natriuretic peptide, b12, bicarb, bicarbonate, bicarbonato, bili,
    bilirrubina, bilirubin, blood glucose, blood sugar, blood thinner test, bmi, bnp, body mass index, body
    weight, bone density, bottom number, brain natriuretic peptide, breathing rate, breathing test, breaths per
    minute, bun, c reactive protein, ca level, calcio, calcium, cardio fitness, chloride, cholesterol,
    cholesterol level, cintura, cl, cloruro, co2, cobalamin, colesterol, colesterol bueno, colesterol malo,
    colesterol no hdl, cortisol, creat, creatinina, creatinine, crp, densidad osea, depression score, dexa,
    diastolic, diastolica, ef, egfr, ejection fraction, espirometria, esr, estatura, fasting insulin, ferritin,
    ferritina, fev1/fvc, fever, folate, folato, folic acid, fosfatasa alcalina, fosfato, fraccion de eyeccion,
    frecuencia cardiaca, frecuencia respiratoria, free t3, free t4, ft3, ft4, gamma glutamil transferasa, gamma
    glutamyl, gamma gt, gfr, ggt, globulin, globulina, globulos blancos, globulos rojos, glucosa, glucose, gout
    test, haematocrit, haemoglobin, hb a1c, hba1c, hct, hdl, hdl cholesterol, hdl-c, heart enzyme, heart rate,
    heart rate variability, height, hematocrit, hematocrito, hemoglobin, hemoglobina, hemoglobina corpuscular
    media, hemoglobina glicosilada, hgb, hierro, hormona del estres, hours of sleep, how long i sleep, how much
    i walked, how much i weigh, how tall, how tall am i, hr, hrv, indice de masa corporal, inflammation marker,
    inr, insulin, insulin level, insulina, iron, iron level, iron saturation, iron stores, k level, k+, kidney
    function, kidney number, ldl, ldl cholesterol, ldl-c, lipoprotein a, lipoproteina a, low t, lower number,
    lp(a), lpa, lung function, lvef, mag, magnesio, magnesium, mch, mchc, mcv, mean cell hemoglobin, mean
    corpuscular hemoglobin, mean corpuscular hemoglobin concentration, mean corpuscular volume, mg level,
    microalbumin, na, nivel de dolor, non hdl, non-hdl, non-hdl cholesterol, nt pro bnp, nt-probnp, oxigeno,
    oxygen, oxygen saturation, pain, pain level, pain score, pasos, peso, phos, phosphate, phosphorus, phq-9,
    phq9, plaquetas, platelet count, platelets, plt, potasio, potassium, pro bnp, probnp, prostate specific
    antigen, prostate test, protein level, proteina c reactiva, proteina en la orina, proteinas totales, psa,
    pt/inr, pulse, rbc, rdw, rdw cv, red cell distribution width, red cell size, red cells, red count,
    respiratory rate, salt level, saturacion de transferrina, sed rate, sedimentation rate, serum calcium, serum
    iron, sgot, sgpt, sistolica, sleep, smoker, smoking, sodio, sodium, spo2, step count, steps, stored iron,
    stress hormone, sueno, systolic, t level, t-score, t3, t3 libre, t4, t4 libre, tabaco, tasa de filtracion
    glomerular, temp, temperatura, temperature, testosterona, testosterone, thyroid, thyroid test, tiempo de
    coagulacion, tiroides, tobacco, top number, total bilirubin, total cholesterol, total protein, transaminasa
    alt, transaminasa ast, transferrin saturation, trigliceridos, triglyceride, triglycerides, trigs, troponin,
    troponin t, troponina, tsat, tsh, uacr, upper number, urate, urea, urea nitrogen, uric acid, variabilidad de
    la frecuencia cardiaca, velocidad de sedimentacion, vit d, vitamin b12, vitamin b9, vitamin d, vitamina b12,
    vitamina d, vo2, vo2max, volumen corpuscular medio, waist, waist circumference, waist size, wbc, weight,
    white cells, white count
    """.strip(),
)


class Example(NamedTuple):
    text: str
    crisis: bool
    emergency: bool


def examples() -> list[Example]:
    return [*_cases(), *_messages(), *_record_questions(), *_harmless()]


def _cases() -> Iterator[Example]:
    for file in CASES:
        for line in file.read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            level = case.get("level", "none")
            if case.get("family") == "critical_lab" or case.get("part") == "blind":
                continue
            for _ in range(HELD_TO):
                yield from _examples(case["text"], level)


def _messages() -> Iterator[Example]:
    level = ""
    for line in MESSAGES.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            level = line.strip("[]")
        elif line and not line.startswith("#"):
            yield from _examples(line, level)


def _examples(text: str, level: str) -> Iterator[Example]:
    yield Example(_read(text), level == "crisis", level == "emergency")
    if level in {"none", "scope"}:
        yield from (Example(part, crisis=False, emergency=False) for part in _parts(text))


def _parts(text: str) -> Iterator[str]:
    """The clauses of a harmless message: the screen takes some out, and weighs what stays."""
    for part in re.split(r"[,.;:!?]", _read(text)):
        if len(part.split()) >= LEAST_WORDS - 1 and len(part) < len(text) - 2:
            yield part.strip()


def _record_questions() -> Iterator[Example]:
    random = Random(SEED)
    lines = WORDINGS.read_text(encoding="utf-8").splitlines()
    for line in lines:
        for _ in range(NAMED_ANEW if line and line[0] not in "[#" else 0):
            named = {name: random.choice(THINGS) for name in "mkv"} | {"c": random.choice(MEASURED), "u": "mmol/L"}
            numbers = {name: random.choice(_NUMBERS) for name in ("t", "n", "y1", "y2")}
            yield Example(_read(line.format(**named, **numbers)), crisis=False, emergency=False)


def _harmless() -> Iterator[Example]:
    random = Random(SEED)
    yield from (
        Example(_read(template.format(x=name, n=random.choice(_NUMBERS))), crisis=False, emergency=False)
        for name in MEASURED
        for template in random.sample(READ_OUT, 1)
    )
    kinds = ((ASKED, MEASURED), (KEPT, THINGS), (TAUGHT, SIGNS), (HAD, MILD), (SAID, IDIOMS), (FED_UP, TIRESOME))
    for _ in range(HARMLESS):
        templates, things = random.choices(kinds, (40, 14, 18, 12, 8, 8))[0]
        text = random.choice(templates).format(
            x=random.choice(things),
            idiom=random.choice(IDIOMS),
            t=random.choice(MEASURED),
            n=random.choice(_NUMBERS),
            day=random.choice(DAYS),
        )
        yield Example(_read(text), crisis=False, emergency=False)


_NUMBERS = ("5.4", "13.2", "97", "110", "128", "0.9", "37.1", "140/85", "6.1", "250", "42", "1.1", "72", "18", "3.9")


def _read(text: str) -> str:
    return without_idioms(plain(text).text)


def trained(known: Sequence[Example]) -> dict[str, tuple[float, float]]:
    """Weights by feature; the empty name is the bias."""
    rows = [(tuple(pieces(text)), float(crisis), float(emergency)) for text, crisis, emergency in known]
    seen = Counter(name for row, _, _ in rows for name, _ in row)
    index = {name: i for i, name in enumerate(name for name, times in seen.items() if times > 1)}
    decay = [STIFFNESS / seen[name] for name in index]
    packed = [([(index[name], share) for name, share in row if name in index], c, e) for row, c, e in rows]
    columns = []
    for which in (1, 2):
        columns.append(_regression([(row[0], row[which]) for row in packed], decay))  # noqa: PERF401
    (crisis_bias, crisis), (emergency_bias, emergency) = columns
    found = {name: (crisis[i], emergency[i]) for name, i in index.items()}
    return {"": (crisis_bias, emergency_bias)} | {
        name: pair for name, pair in sorted(found.items()) if max(map(abs, pair)) >= LEAST_WEIGHT
    }


def _regression(rows: list[tuple[list[tuple[int, float]], float]], decay: list[float]) -> tuple[float, list[float]]:
    """Positive rows weigh as much together as negative ones."""
    random = Random(SEED)
    positive = sum(wanted for _, wanted in rows)
    scale = {1.0: len(rows) / (2 * positive), 0.0: len(rows) / (2 * (len(rows) - positive))}
    weights, squares, bias, bias_squares = [0.0] * len(decay), [1e-3] * len(decay), 0.0, 1e-3
    order = list(range(len(rows)))
    for _ in range(ROUNDS):
        random.shuffle(order)
        for place in order:
            row, wanted = rows[place]
            score = bias + sum(weights[i] * share for i, share in row)
            slip = (1 / (1 + exp(-max(-30.0, min(30.0, score)))) - wanted) * scale[wanted]
            bias_squares += slip * slip
            bias -= 0.1 * slip / sqrt(bias_squares)
            for i, share in row:
                slope = slip * share + decay[i] * weights[i]
                squares[i] += slope * slope
                weights[i] -= STEP * slope / sqrt(squares[i])
    return bias, weights


def digest() -> str:
    """Of what was learned from and of how, so that weights that are out of date are noticed."""
    found = hashlib.sha256(Path(__file__).read_bytes())
    for example in examples():
        found.update(repr(example).encode())
    return found.hexdigest()


def written(weights: dict[str, tuple[float, float]], of: str) -> str:
    head = ("# What the second net of the urgency screen weighs: a feature, then crisis and emergency.", f"# {of}")
    rows = (f"{name}\t{crisis:.2f}\t{emergency:.2f}" for name, (crisis, emergency) in weights.items())
    return "\n".join((*head, *rows)) + "\n"


if __name__ == "__main__":
    WEIGHTS.write_text(written(trained(examples()), digest()), encoding="utf-8")
