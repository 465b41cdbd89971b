"""One entry of a C-CDA section as FHIR resources (HL7 C-CDA on FHIR, 2024, in outline).

Template ids are C-CDA R2.1's; where an entry declares none, its section decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from healthchat.records.importers.ccda.element import NOTHING, Element
from healthchat.records.importers.ccda.values import Texts, concept, ends, identifier, point, value
from healthchat.records.importers.fhir.stream import Json

_T = "2.16.840.1.113883.10.20.22.4."
ALLERGY = f"{_T}7"
PROBLEM = f"{_T}4"
STATUS = (f"{_T}6", f"{_T}28", f"{_T}47")
SEVERITY = f"{_T}8"
CRITICALITY = f"{_T}145"
REACTION = f"{_T}9"
IMMUNIZATION = f"{_T}52"
ENCOUNTER = f"{_T}49"
PROCEDURES = (f"{_T}12", f"{_T}13", f"{_T}14")

_SECTIONS = {
    "48765-2": "allergy",
    "10160-0": "medication",
    "10183-2": "medication",
    "42346-7": "medication",
    "29549-3": "medication",
    "11450-4": "problem",
    "11348-0": "problem",
    "46241-6": "problem",
    "11535-2": "problem",
    "10154-3": "problem",
    "47519-4": "procedure",
    "30954-2": "result",
    "8716-3": "vital",
    "29762-2": "social",
    "11369-6": "immunization",
    "46240-8": "encounter",
    "47420-5": "result",
}
"""LOINC codes of sections."""
_CATEGORIES = {"result": "laboratory", "vital": "vital-signs", "social": "social-history"}
_CLINICAL = {"55561003": "active", "73425007": "inactive", "413322009": "resolved"}
_ACT = {"active": "active", "completed": "resolved", "aborted": "inactive", "suspended": "inactive"}
_MEDICINE = {
    "active": "active",
    "completed": "completed",
    "aborted": "stopped",
    "suspended": "on-hold",
    "cancelled": "cancelled",
    "nullified": "entered-in-error",
}
_DONE = {"completed": "completed", "active": "in-progress", "aborted": "stopped", "cancelled": "not-done"}
_RESULT = {
    "completed": "final",
    "active": "registered",
    "aborted": "cancelled",
    "cancelled": "cancelled",
    "held": "registered",
    "nullified": "entered-in-error",
}
_NO_ALLERGY = {
    "419199007": ("716186003", "No known allergies"),
    "416098002": ("409137002", "No known drug allergies"),
    "414285001": ("429625007", "No known food allergies"),
    "426232007": ("428607008", "No known environmental allergies"),
}
"""An allergy that is denied, and SNOMED CT's code for that it is not known."""
_CRITICALITY = {"CRITL": "low", "CRITH": "high", "CRITU": "unable-to-assess"}
_PLANNED = frozenset({"INT", "RQO", "PRMS", "PRP", "ARQ", "GOL", "APT"})
SNOMED = "http://snomed.info/sct"

Resource = dict[str, Json]


class Told:
    """What a conversion needs from around an entry."""

    def __init__(self, kind: str, texts: Texts) -> None:
        self.kind = kind
        self.texts = texts


def convert(entry: Element, *, section: str, templates: set[str], texts: Texts) -> Iterator[Resource]:
    """The resources of an entry; what is not understood comes back as a type that is counted and left out."""
    told = Told(_SECTIONS.get(section, ""), texts)
    found = False
    for child in entry.children:
        if child.name in _BY_NAME:
            found = True
            yield from _BY_NAME[child.name](child, told)
    if not found:
        yield _left("Entry (not understood)")


def _act(act: Element, told: Told) -> Iterator[Resource]:
    inner = list(act.all("entryRelationship", "observation"))
    problems = [one for one in inner if one.is_a(PROBLEM, ALLERGY)]
    if not problems and told.kind in ("problem", "allergy"):
        problems = inner
    if problems:
        for one in problems:
            yield from (_allergy if one.is_a(ALLERGY) or (told.kind == "allergy") else _problem)(one, told, act)
    elif told.kind == "procedure" or act.is_a(*PROCEDURES):
        yield from _procedure(act, told)
    elif any(act.all("entryRelationship", "substanceAdministration")):
        for one in act.all("entryRelationship", "substanceAdministration"):
            yield from _substance(one, told)
    else:
        yield _left("Act (not understood)")


def _observation(one: Element, told: Told, *, around: Element = NOTHING) -> Iterator[Resource]:
    if one.is_a(ALLERGY):
        yield from _allergy(one, told, around)
    elif one.is_a(PROBLEM) or told.kind == "problem":
        yield from _problem(one, told, around)
    elif one.is_a(*PROCEDURES) or told.kind == "procedure":
        yield from _procedure(one, told)
    elif one["moodCode"] in _PLANNED:
        yield _left("Observation (planned)")
    else:
        yield from _result(one, told, around)


def _result(one: Element, told: Told, around: Element) -> Iterator[Resource]:
    named = concept(one.at("code"), told.texts)
    when = point(one.at("effectiveTime")) or point(around.at("effectiveTime"))
    values = [value(found, told.texts) for found in one.all("value")]
    measured = next((found for found in values if found), {})
    code = one.at("interpretationCode")["code"]
    span = _ranges(one, told)
    made = {
        "resourceType": "Observation",
        "id": identifier(one, "observation", one.at("code")["code"], when or "", str(measured)),
        "status": _RESULT.get(one.at("statusCode")["code"], "final"),
        "category": [{"coding": [{"code": _CATEGORIES.get(told.kind, "other")}]}],
        "code": named,
        "effectiveDateTime": when,
        "interpretation": {"coding": [{"code": code}]} if code else None,
        "referenceRange": span,
    }
    if one["negationInd"] == "true":
        # What was not so, or not done, must not be read as a result.
        made["status"] = "cancelled"
        measured = measured or {"valueString": "not done"}
    yield {key: said for key, said in made.items() if said} | measured


def _ranges(one: Element, told: Told) -> list[Resource]:
    found = []
    for span in one.all("referenceRange", "observationRange"):
        low, high = span.at("value", "low"), span.at("value", "high")
        said: Resource = {}
        for side, bound in (("low", low), ("high", high)):
            if bound["value"]:
                said[side] = {"value": bound["value"], "unit": bound["unit"]}
        words = told.texts.behind(span.at("text"))
        if words:
            said["text"] = words
        if said:
            found.append(said)
    return found


def _organizer(organizer: Element, told: Told) -> Iterator[Resource]:
    """A panel: its members, and a heading that holds them together."""
    members: list[Resource] = []
    for child in organizer.all("component", "observation"):
        members.extend(_observation(child, told, around=organizer))
    for name in ("procedure", "act", "substanceAdministration"):
        for child in organizer.all("component", name):
            members.extend(_BY_NAME[name](child, told))
    yield from members
    results = [one["id"] for one in members if one["resourceType"] == "Observation" and "id" in one]
    if len(results) > 1:
        yield {
            "resourceType": "Observation",
            "id": identifier(organizer, "panel", *results),
            "status": "final",
            "code": concept(organizer.at("code"), told.texts),
            "hasMember": [{"reference": f"Observation/{one}"} for one in results],
        }
    if not members:
        yield _left("Organizer (empty)")


def _allergy(one: Element, told: Told, concern: Element) -> Iterator[Resource]:
    substance = one.at("participant", "participantRole", "playingEntity")
    named = concept(substance.at("code"), told.texts)
    if not named.get("text") and substance.at("name").text:
        named = named | {"text": substance.at("name").text}
    kind = one.at("value")
    if one["negationInd"] == "true":
        named = _no_allergy(kind, named, told)
    elif not named:
        named = concept(kind, told.texts)
    onset, _ = ends(one.at("effectiveTime"))
    recorded = onset or point(concern.at("effectiveTime")) or point(one.at("author", "time"))
    made = {
        "resourceType": "AllergyIntolerance",
        "id": identifier(one, "allergy", str(named)),
        "clinicalStatus": _coded(_status(one, concern)),
        "verificationStatus": _coded("entered-in-error") if _is_void(one, concern) else None,
        "code": named,
        "criticality": next((_CRITICALITY.get(c.at("value")["code"]) for c in _nested(one, CRITICALITY)), None),
        "recordedDate": recorded,
        "reaction": [
            {
                "manifestation": [concept(reaction.at("value"), told.texts)],
                "severity": next((s.at("value")["displayName"].lower() for s in _nested(reaction, SEVERITY)), ""),
            }
            for reaction in _nested(one, REACTION)
        ],
    }
    yield {key: said for key, said in made.items() if said}


def _no_allergy(kind: Element, substance: Resource, told: Told) -> Resource:
    """A denial: of allergies of this kind, or of the one substance that is named."""
    codes = {str(coding.get("code")) for coding in substance.get("coding", [])}
    words = substance.get("text") or next((c.get("display", "") for c in substance.get("coding", [])), "")
    if words and not codes & {"105590001", "410942007", "762766007"} and words.casefold() not in ("substance", "drug"):
        return {"text": f"No known allergy to {words}"}
    code, said = _NO_ALLERGY.get(kind["code"], _NO_ALLERGY["419199007"])
    return {"text": said, "coding": [{"system": SNOMED, "code": code}]}


def _problem(one: Element, told: Told, concern: Element) -> Iterator[Resource]:
    named = concept(one.at("value"), told.texts) or concept(one.at("code"), told.texts)
    if not named.get("text") and not named.get("coding"):
        words = told.texts.behind(one.at("text"))
        named = {"text": words} if words else {}
    if one["negationInd"] == "true":
        named = {"text": "No known problems", "coding": [{"system": SNOMED, "code": "160245001"}]}
    onset, end = ends(one.at("effectiveTime"))
    recorded = (
        point(one.at("author", "time")) or point(concern.at("author", "time")) or point(concern.at("effectiveTime"))
    )
    made = {
        "resourceType": "Condition",
        "id": identifier(one, "problem", str(named), onset or ""),
        "clinicalStatus": _coded("resolved" if end else _status(one, concern)),
        "verificationStatus": _coded("entered-in-error") if _is_void(one, concern) else None,
        "code": named,
        "onsetDateTime": onset,
        "abatementDateTime": end,
        "recordedDate": recorded,
    }
    yield {key: said for key, said in made.items() if said}


def _substance(one: Element, told: Told) -> Iterator[Resource]:
    if one.is_a(IMMUNIZATION) or told.kind == "immunization":
        yield from _immunization(one, told)
        return
    material = one.at("consumable", "manufacturedProduct", "manufacturedMaterial")
    named = concept(material.at("code"), told.texts)
    words = named.get("text") or material.at("name").text or told.texts.behind(one.at("text"))
    if not words and not named:
        yield _left("Medication (no information)")
        return
    spans = [
        ends(time)
        for time in one.all("effectiveTime")
        if time.at("low").there or time.at("high").there or time["value"]
    ]
    start, end = spans[0] if spans else (None, None)
    status = _MEDICINE.get(one.at("statusCode")["code"], "")
    made = {
        "resourceType": "MedicationStatement",
        "id": identifier(one, "medication", str(named), start or ""),
        "status": "not-taken" if one["negationInd"] == "true" else status,
        "medicationCodeableConcept": named | ({"text": words} if words else {}),
        "effectivePeriod": {key: said for key, said in (("start", start), ("end", end)) if said},
        "dosage": [{"text": said}] if (said := _dose(one, told)) else None,
        "reasonCode": [
            concept(reason.at("value"), told.texts)
            for relation in one.all("entryRelationship")
            if relation["typeCode"] == "RSON"
            for reason in relation.all("observation")
        ],
    }
    yield {key: said for key, said in made.items() if said}


def _dose(one: Element, told: Told) -> str:
    written = told.texts.behind(one.at("text"))
    sig = next((told.texts.behind(s.at("text")) for s in one.all("entryRelationship", "substanceAdministration")), "")
    amount, unit = one.at("doseQuantity")["value"], one.at("doseQuantity")["unit"]
    parts = [f"{amount} {unit if unit != '1' else ''}".strip(), one.at("routeCode")["displayName"]]
    for time in one.all("effectiveTime"):
        every = time.at("period")
        if every["value"]:
            parts.append(f"every {every['value']} {every['unit']}".strip())
    return sig or ", ".join(part for part in parts if part) or written


def _immunization(one: Element, told: Told) -> Iterator[Resource]:
    material = one.at("consumable", "manufacturedProduct", "manufacturedMaterial")
    named = concept(material.at("code"), told.texts)
    if not named.get("text") and material.at("name").text:
        named = named | {"text": material.at("name").text}
    given = point(one.at("effectiveTime"))
    refused = one["negationInd"] == "true"
    made = {
        "resourceType": "Immunization",
        "id": identifier(one, "immunization", str(named), given or ""),
        "status": "not-done" if refused else _DONE.get(one.at("statusCode")["code"], "completed"),
        "vaccineCode": named,
        "occurrenceDateTime": given,
    }
    yield (
        {key: said for key, said in made.items() if said}
        if one["moodCode"] not in _PLANNED
        else _left("Immunization (planned)")
    )


def _procedure(one: Element, told: Told) -> Iterator[Resource]:
    if one["moodCode"] in _PLANNED:
        yield _left("Procedure (planned)")
        return
    named = concept(one.at("code"), told.texts)
    if not named:
        words = told.texts.behind(one.at("text"))
        named = {"text": words} if words else {}
    finding = concept(one.at("value"), told.texts)
    said = finding.get("text", "")
    if said and named.get("text"):
        named = named | {"text": f"{named['text']}: {said}"}
    start, end = ends(one.at("effectiveTime"))
    status = "not-done" if one["negationInd"] == "true" else _DONE.get(one.at("statusCode")["code"], "")
    made = {
        "resourceType": "Procedure",
        "id": identifier(one, "procedure", str(named), start or ""),
        "status": status,
        "code": named,
        "performedPeriod": {key: said for key, said in (("start", start), ("end", end)) if said},
    }
    yield {key: said for key, said in made.items() if said}


def _encounter(one: Element, told: Told) -> Iterator[Resource]:
    if one["moodCode"] in _PLANNED:
        yield _left("Encounter (planned)")
        return
    named = concept(one.at("code"), told.texts)
    start, end = ends(one.at("effectiveTime"))
    kind = next((code["code"] for code in (one.at("code"), *one.all("code", "translation")) if _is_act_code(code)), "")
    reasons = [concept(found.at("value"), told.texts) for found in one.within("observation") if found.is_a(PROBLEM)]
    made = {
        "resourceType": "Encounter",
        "id": identifier(one, "encounter", str(named), start or ""),
        "status": "finished" if one["moodCode"] == "EVN" else "",
        "class": {"code": kind} if kind else None,
        "type": [named] if named else [],
        "period": {key: said for key, said in (("start", start), ("end", end)) if said},
        "reasonCode": reasons,
    }
    yield {key: said for key, said in made.items() if said}


def _is_act_code(code: Element) -> bool:
    return code["codeSystem"] == "2.16.840.1.113883.5.4"


def _status(one: Element, concern: Element) -> str:
    """Active, inactive or resolved: as the entry says, else as its concern does."""
    said = next((found.at("value") for found in _nested(one, *STATUS)), NOTHING)
    return _CLINICAL.get(said["code"]) or said["displayName"].lower() or _ACT.get(concern.at("statusCode")["code"], "")


def _is_void(one: Element, concern: Element) -> bool:
    return "nullified" in (one.at("statusCode")["code"], concern.at("statusCode")["code"])


def _nested(one: Element, *templates: str) -> Iterator[Element]:
    return (found for found in one.all("entryRelationship", "observation") if found.is_a(*templates))


def _coded(code: str) -> Resource | None:
    return {"coding": [{"code": code}]} if code else None


def _left(what: str) -> Resource:
    return {"resourceType": what}


_BY_NAME: dict[str, Callable[[Element, Told], Iterator[Resource]]] = {
    "act": _act,
    "observation": _observation,
    "organizer": _organizer,
    "substanceAdministration": _substance,
    "procedure": _procedure,
    "encounter": _encounter,
}
