"""CDA's data types (HL7 Version 3) as FHIR's, read tolerantly."""

from __future__ import annotations

import hashlib
import re

from healthchat.records.importers.ccda.element import Element
from healthchat.records.importers.fhir.elements import number
from healthchat.records.importers.fhir.stream import Json

SYSTEMS = {
    "2.16.840.1.113883.6.1": "http://loinc.org",
    "2.16.840.1.113883.6.96": "http://snomed.info/sct",
    "2.16.840.1.113883.6.88": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "2.16.840.1.113883.6.69": "http://hl7.org/fhir/sid/ndc",
    "2.16.840.1.113883.12.292": "http://hl7.org/fhir/sid/cvx",
    "2.16.840.1.113883.6.90": "http://hl7.org/fhir/sid/icd-10-cm",
    "2.16.840.1.113883.6.103": "http://hl7.org/fhir/sid/icd-9-cm",
    "2.16.840.1.113883.6.12": "http://www.ama-assn.org/go/cpt",
    "2.16.840.1.113883.6.13": "http://hl7.org/fhir/sid/hcpcs",
    "2.16.840.1.113883.6.4": "http://www.cms.gov/Medicare/Coding/ICD10",
    "2.16.840.1.113883.5.83": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
    "2.16.840.1.113883.6.1.": "http://loinc.org",
}
"""HL7's object identifiers of code systems, and FHIR's names for them (HL7 Terminology, 2024)."""

_POINT = re.compile(
    r"(?P<year>\d{4})(?P<month>\d{2})?(?P<day>\d{2})?(?P<hour>\d{2})?(?P<minute>\d{2})?(?P<second>\d{2})?(?:\.\d{1,6})?"
    r"(?P<zone>[+-]\d{2}:?\d{2}|Z)?\s*\Z"
)


class Texts:
    """The pieces of a section's words that its entries point to."""

    def __init__(self) -> None:
        self._by_id: dict[str, str] = {}

    def learn(self, narrative: Element) -> None:
        for element in (narrative, *_descendants(narrative)):
            if element["ID"] and len(self._by_id) < 50_000:
                self._by_id.setdefault(element["ID"], element.text[:1000])

    def behind(self, element: Element) -> str:
        """The words of an `originalText` or `text`: its own, and else what it refers to."""
        for reference in (*element.all("reference"), *element.all("thumbnail", "reference")):
            if found := self._by_id.get(reference["value"].lstrip("#")):
                return found
        return element.text


def concept(element: Element, texts: Texts) -> dict[str, Json]:
    """A CodeableConcept: its words, and its codes with their translations."""
    codings = [made for one in (element, *element.all("translation")) if (made := _coding(one))]
    words = texts.behind(element.at("originalText")) or element["displayName"]
    words = words or next((one["displayName"] for one in element.all("translation") if one["displayName"]), "")
    return ({"text": words} if words else {}) | ({"coding": codings} if codings else {})


def value(element: Element, texts: Texts) -> dict[str, Json]:
    """An observation's value, whatever its type is."""
    kind = element["xsi:type"] or next((said for key, said in element.attributes.items() if key.endswith(":type")), "")
    kind = kind.rsplit(":", 1)[-1]
    if element["nullFlavor"] and not element["value"] and not element.text and kind not in ("CD", "CE", "CO"):
        return {"dataAbsentReason": {"text": _NULLS.get(element["nullFlavor"], element["nullFlavor"])}}
    if kind in ("PQ", "REAL", "INT", "MO"):
        return _quantity(element)
    if kind == "IVL_PQ":
        return _interval(element)
    if kind in ("CD", "CE", "CO", "CV", "CS"):
        found = concept(element, texts)
        return {"valueCodeableConcept": found} if found else {"dataAbsentReason": {"text": "unknown"}}
    if kind == "BL":
        return {"valueBoolean": element["value"] == "true"}
    if kind == "TS":
        return {"valueString": point(element) or element["value"]}
    words = texts.behind(element) or element["value"]
    return {"valueString": words} if words else {}


def point(element: Element) -> str | None:
    """A time in ISO 8601, as precise as it is written; of an interval its beginning."""
    written = element["value"] or element.at("low")["value"] or element.at("center")["value"]
    return iso(written)


def ends(element: Element) -> tuple[str | None, str | None]:
    """Beginning and end of an interval; a single time is a beginning."""
    low, high = iso(element.at("low")["value"]), iso(element.at("high")["value"])
    return low or iso(element["value"]), high


def iso(written: str) -> str | None:
    match = _POINT.match(written)
    if match is None:
        return None
    found = match["year"]
    for part in ("month", "day"):
        if match[part] is None:
            return found
        found += f"-{match[part]}"
    if match["hour"] is None:
        return found
    zone = match["zone"] or ""
    zone = zone if ":" in zone or len(zone) < 5 else f"{zone[:3]}:{zone[3:]}"
    return f"{found}T{match['hour']}:{match['minute'] or '00'}:{match['second'] or '00'}{zone}"


def identifier(element: Element | None, *told: str) -> str:
    """A stable id of what the document says of one thing, with the id that it has there."""
    own = element.at("id") if element is not None else None
    named = (own["root"], own["extension"]) if own is not None else ("", "")
    return "hash-" + hashlib.sha256("\x1f".join(("ccda", *named, *told)).encode("utf-8", "replace")).hexdigest()[:24]


_NULLS = {
    "NA": "not applicable",
    "NAV": "not available",
    "NASK": "not asked",
    "ASKU": "asked but unknown",
    "MSK": "masked",
    "UNK": "unknown",
    "NI": "no information",
    "PINF": "above what can be measured",
    "NINF": "below what can be measured",
    "TRC": "a trace",
}


def _coding(element: Element) -> dict[str, Json]:
    if not element["code"]:
        return {}
    found = {"code": element["code"], "display": element["displayName"]}
    system = SYSTEMS.get(element["codeSystem"]) or (f"urn:oid:{element['codeSystem']}" if element["codeSystem"] else "")
    return {key: said for key, said in (found | {"system": system}).items() if said}


def _quantity(element: Element) -> dict[str, Json]:
    amount = number(element["value"])
    if amount is None:
        return {"valueString": element["value"] or element.text}
    unit = element["unit"] or element.at("translation").at("originalText").text
    return {"valueQuantity": {"value": amount} | ({"unit": unit} if unit and unit != "1" else {})}


def _interval(element: Element) -> dict[str, Json]:
    low, high = element.at("low"), element.at("high")
    lower, upper = number(low["value"]), number(high["value"])
    if lower is not None and upper is not None:
        bounds = {"low": {"value": lower, "unit": low["unit"]}, "high": {"value": upper, "unit": high["unit"]}}
        return {"valueRange": bounds}
    bound, amount, mark = (high, upper, "<") if upper is not None else (low, lower, ">")
    if amount is None:
        return {"valueString": element.text} if element.text else {}
    comparator = mark if bound["inclusive"] == "false" else f"{mark}="
    return {"valueQuantity": {"value": amount, "unit": bound["unit"], "comparator": comparator}}


def _descendants(element: Element) -> list[Element]:
    found = list(element.children)
    for one in found:
        found.extend(one.children)
    return found
