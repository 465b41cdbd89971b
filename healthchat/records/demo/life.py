"""The demo patient's whole record as one FHIR R4 bundle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random

from healthchat.records.demo import body, catalogue, story
from healthchat.records.demo.body import AGE_AT_END, HEIGHT_CM
from healthchat.records.demo.catalogue import PANELS, Test
from healthchat.records.demo.resources import (
    CVX,
    LOINC,
    RXNORM,
    SNOMED,
    Calendar,
    Resource,
    about,
    attachment,
    concept,
    identify,
    patient,
    pressure,
    quantity,
    result,
    term,
    vital,
)

_VITALS = (
    ("heart_rate", "8867-4", "Heart rate", "/min", 0),
    ("weight", "29463-7", "Body weight", "kg", 1),
    ("bmi", "39156-5", "Body mass index (BMI)", "kg/m2", 1),
    ("temperature", "8310-5", "Body temperature", "Cel", 1),
    ("respiratory_rate", "9279-1", "Respiratory rate", "/min", 0),
    ("oxygen_saturation", "59408-5", "Oxygen saturation", "%", 0),
)
_HOME_DAYS = 4
_MONTH = 1 / 12
_WEEK = 7 / 365.25
_DAY = 1 / 365.25


def bundle(end: date) -> Resource:
    """Ten years up to `end`, as a FHIR R4 collection; the same date gives the same bundle."""
    calendar = Calendar(end)
    resources = [patient(story.NAME, calendar.day(AGE_AT_END).isoformat()), *_told(calendar), *_measured(calendar)]
    entries = [{"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource} for resource in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _told(calendar: Calendar) -> Iterator[Resource]:
    yield from (_problem(problem, calendar) for problem in story.PROBLEMS)
    yield from (_medicine(medicine, calendar) for medicine in story.MEDICINES)
    yield from _allergies(calendar)
    for vaccine in story.VACCINES:
        for ago in vaccine.ago:
            yield about("Immunization", f"{vaccine.cvx}/{ago}", subject="patient") | {
                "status": "completed",
                "vaccineCode": concept(CVX, vaccine.cvx, vaccine.name),
                "occurrenceDateTime": calendar.written(ago, "day"),
            }
    for deed in story.DEEDS:
        for ago in deed.ago:
            yield about("Procedure", f"{deed.name}/{ago}") | {
                "status": "completed",
                "code": concept(SNOMED, deed.snomed, deed.name),
                "performedDateTime": calendar.moment(ago, 10),
            }
    yield from (_visit(visit, calendar) for visit in _visits())
    yield from (_letter(letter, calendar) for letter in story.LETTERS)


def _problem(problem: story.Problem, calendar: Calendar) -> Resource:
    onset = calendar.written(problem.onset, problem.written)
    found = about("Condition", problem.name) | {
        "clinicalStatus": term("condition-clinical", "resolved" if problem.end else "active"),
        "verificationStatus": term("condition-ver-status", "confirmed"),
        "category": [term("condition-category", "problem-list-item")],
        "code": concept(SNOMED, problem.snomed, problem.name),
        "onsetDateTime": onset,
        "recordedDate": calendar.written(min(problem.onset, 10.0), "day"),
    }
    return found | ({"abatementDateTime": calendar.written(problem.end, "day")} if problem.end else {})


def _medicine(medicine: story.Medicine, calendar: Calendar) -> Resource:
    kind = "MedicationStatement" if medicine.stated else "MedicationRequest"
    period = {"start": calendar.written(medicine.start, "month" if medicine.stated else "day")}
    if medicine.end is not None:
        period["end"] = calendar.written(medicine.end, "day")
    found = about(kind, f"{medicine.name}/{medicine.start}") | {
        "status": "active" if medicine.end is None else "stopped",
        "medicationCodeableConcept": concept(RXNORM, medicine.rxnorm, medicine.name),
    }
    if medicine.why_stopped:
        reason = {"text": medicine.why_stopped}
        found["statusReason"] = [reason] if medicine.stated else reason
    if medicine.reason:
        found["reasonReference"] = [{"reference": f"urn:uuid:{identify('Condition', medicine.reason)}"}]
    if medicine.stated:
        return found | {"effectivePeriod": period, "dosage": [{"text": medicine.dosage}]}
    dosage = {"text": medicine.dosage, "timing": {"repeat": {"boundsPeriod": period}}}
    return found | {"intent": "order", "authoredOn": period["start"], "dosageInstruction": [dosage]}


def _allergies(calendar: Calendar) -> Iterator[Resource]:
    told = (
        ("91936005", "Allergy to penicillin", "allergy", "high", 10.0, "126485001", "Hives", "moderate"),
        ("300916003", "Latex allergy", "allergy", "low", 6.0, "40275004", "Contact dermatitis", "mild"),
        (None, "Lisinopril", "intolerance", "low", 8.05, "11833005", "Dry cough", "mild"),
    )
    for code, name, type_, criticality, ago, manifestation, reaction, severity in told:
        yield about("AllergyIntolerance", name, subject="patient") | {
            "clinicalStatus": term("allergyintolerance-clinical", "active"),
            "verificationStatus": term("allergyintolerance-verification", "confirmed"),
            "type": type_,
            "criticality": criticality,
            "code": concept(SNOMED, code, name) if code else concept(RXNORM, "29046", name),
            "recordedDate": calendar.written(ago, "day"),
            "reaction": [{"manifestation": [concept(SNOMED, manifestation, reaction)], "severity": severity}],
        }


def _visits() -> list[story.Visit]:
    reasons = ("Check-up with blood tests", "Diabetes and blood pressure follow-up")
    drawn = [ago for ago, panels in story.DRAWS if "heart" not in panels and ago not in story.ONLY_DRAWN]
    routine = [
        story.Visit(ago, *(story.FOLLOW_UP if ago < 7.4 else story.CHECK_UP), reasons[ago < 7.4]) for ago in drawn
    ]
    return sorted([*routine, *story.FURTHER_VISITS], reverse=True)


def _visit(visit: story.Visit, calendar: Calendar) -> Resource:
    start = 19.2 if visit.kind == "EMER" else 10.0
    return about("Encounter", str(visit.ago)) | {
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": visit.kind},
        "type": [concept(SNOMED, visit.snomed, visit.name)],
        "period": {
            "start": calendar.moment(visit.ago, start),
            "end": calendar.moment(visit.ago, start + visit.hours),
        },
        "reasonCode": [{"text": visit.reason}],
    }


def _letter(letter: story.Letter, calendar: Calendar) -> Resource:
    found = about(letter.type, letter.name)
    at = calendar.moment(letter.ago, 12)
    code = concept(LOINC, letter.loinc or None, letter.name)
    if letter.type == "CarePlan":
        category = [concept(SNOMED, "698360004", letter.name)]
        activity = [{"detail": {"status": "in-progress", "description": told}} for told in _PLAN]
        return (
            found
            | {"status": "active", "intent": "plan", "category": category, "period": {"start": at[:10]}}
            | {"activity": activity}
        )
    if letter.type == "DocumentReference":
        return found | {
            "status": "current",
            "type": code,
            "date": at,
            "content": [{"attachment": attachment(letter.text)}],
        }
    return found | {"status": "final", "code": code, "effectiveDateTime": at, "conclusion": letter.text}


_PLAN = ("Hemoglobin A1c every three to six months", "Blood pressure at home", "Foot examination every year",
         "Eye examination every year", "Walking, 30 minutes on five days a week")  # fmt: skip


def _measured(calendar: Calendar) -> Iterator[Resource]:
    for ago, panels in story.DRAWS:
        for name in panels:
            yield from _panel(name, ago, calendar)
    yield from _slips(calendar)
    for visit in _visits():
        if visit.kind != "VR":
            yield from _vitals(visit, calendar)
    yield from _at_home(calendar)
    yield from _asked(calendar)


def _panel(name: str, ago: float, calendar: Calendar) -> Iterator[Resource]:
    loinc, title, tests = PANELS[name]
    at = calendar.moment(ago, 19.8 if "heart" in dict(story.DRAWS)[ago] else 7.4 + (ago * 10) % 1.5)
    values = _values(name, ago)
    results = [result(test, f"{key}/{ago}", values[key], at=at) for key, test in tests.items() if key in values]
    if name == "heart":
        results = [*results, *_troponins(ago, calendar)]
    yield from results
    yield about("DiagnosticReport", f"{name}/{ago}") | {
        "status": "final",
        "category": [term("v2-0074", "LAB")],
        "code": concept(LOINC, loinc or None, title),
        "effectiveDateTime": at,
        "result": [{"reference": f"urn:uuid:{one['id']}"} for one in results],
    }


def _values(name: str, ago: float) -> dict[str, float]:
    """What was found, with what the story names in place of what chance gives, and all that follows from it."""
    settled = {key: value for (when, key), value in story.SETTLED.items() if when == ago and key in PANELS[name][2]}
    if name in ("heart", "inflammation"):
        return settled
    values = body.panel(name, ago, Random(f"{name}/{ago}")) | settled  # noqa: S311 - no secret
    if "hemoglobin" in settled:
        values |= _cells(values)
    if "glucose" in values and ago in story.NOT_FASTING:
        values["glucose"] += 35
    return values


def _cells(values: dict[str, float]) -> dict[str, float]:
    hematocrit = round(values["hemoglobin"] / values["mchc"] * 100, 1)
    rbc = round(hematocrit / values["mcv"] * 10, 2)
    return {
        "hematocrit": hematocrit,
        "rbc": rbc,
        "mch": values["hemoglobin"] / rbc * 10,
        "mchc": values["hemoglobin"] / hematocrit * 100,
    }


def _troponins(ago: float, calendar: Calendar) -> Iterator[Resource]:
    for hour in (19.8, 21.9):
        at = calendar.moment(ago, hour)
        yield result(catalogue.HEART["troponin"], f"troponin/{hour}", 6, at=at, comparator="<")


def _slips(calendar: Calendar) -> Iterator[Resource]:
    """A hemolysed sample that was taken back, and one that is not final yet."""
    potassium: Test = catalogue.METABOLIC["potassium"]
    yield result(potassium, "slip", 7.4, at=calendar.moment(3.78, 7.2), status="entered-in-error")
    urate = Test("3084-1", "Uric Acid", "mg/dL", 1, 2.5, 7.0)
    yield result(urate, "urate", 6.8, at=calendar.moment(0.1, 7.9), status="preliminary")


def _vitals(visit: story.Visit, calendar: Calendar) -> Iterator[Resource]:
    random = Random(f"visit/{visit.ago}")  # noqa: S311 - no secret
    at = calendar.moment(visit.ago, 19.4 if visit.kind == "EMER" else 10.1)
    values = body.vitals(visit.ago, random)
    if visit.kind == "EMER":
        values |= {"systolic": 158.0, "diastolic": 88.0, "heart_rate": 96.0}
    if "bronchitis" in visit.reason:
        values |= {"temperature": 38.4, "oxygen_saturation": 95.0}
    key = f"visit/{visit.ago}"
    yield pressure(f"pressure/{key}", values["systolic"], values["diastolic"], at=at, at_home=False)
    for name, loinc, title, unit, decimals in _VITALS:
        yield vital(loinc, title, f"{name}/{key}", quantity(values[name], unit, decimals), at=at)
    if visit.snomed == story.CHECK_UP[0]:
        yield vital("8302-2", "Body height", f"height/{key}", quantity(HEIGHT_CM, "cm", 0), at=at)


def _at_home(calendar: Calendar) -> Iterator[Resource]:
    months = int(story.HOME_PRESSURE_SINCE * 12)
    for month in range(months):
        for day in range(_HOME_DAYS):
            ago = month * _MONTH + (day + 1) * _DAY
            for hour in (7.2, 20.5):
                random = Random(f"home/{month}/{day}/{hour}")  # noqa: S311 - no secret
                values = body.vitals(ago, random, at_home=True)
                at = calendar.moment(ago, hour + random.random() / 2, workday=False)
                key = f"home/{month}/{day}/{hour}"
                yield pressure(key, values["systolic"], values["diastolic"], at=at, at_home=True)
    for week in range(int(story.HOME_WEIGHT_SINCE / _WEEK)):
        ago = week * _WEEK + 2 * _DAY
        weight = body.vitals(ago, Random(f"scale/{week}"), at_home=True)["weight"]  # noqa: S311 - no secret
        at = calendar.moment(ago, 6.9, workday=False)
        yield vital("29463-7", "Body weight (home scale)", f"scale/{week}", quantity(weight, "kg", 1), at=at)


def _asked(calendar: Calendar) -> Iterator[Resource]:
    """Smoking every second year, mood twice, and the heart's pump function from the echocardiogram."""
    for ago in (9.95, 8.0, 6.08, 4.06, 1.98):
        yield about("Observation", f"smoking/{ago}") | {
            "status": "final",
            "category": [term("observation-category", "social-history")],
            "code": concept(LOINC, "72166-2", "Tobacco smoking status"),
            "effectiveDateTime": calendar.moment(ago, 10.2),
            "valueCodeableConcept": concept(SNOMED, "8517006", "Ex-smoker"),
        }
    for ago, score in ((4.06, 6), (1.98, 3)):
        yield about("Observation", f"phq9/{ago}") | {
            "status": "final",
            "category": [term("observation-category", "survey")],
            "code": concept(LOINC, "44261-6", "PHQ-9 total score"),
            "effectiveDateTime": calendar.moment(ago, 10.3),
            "valueQuantity": quantity(score, "{score}", 0),
        }
    yield about("Observation", "lvef") | {
        "status": "final",
        "category": [term("observation-category", "imaging")],
        "code": concept(LOINC, "10230-1", "Left ventricular ejection fraction"),
        "effectiveDateTime": calendar.moment(3.12, 12),
        "valueQuantity": quantity(60, "%", 0),
    }
