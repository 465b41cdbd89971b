"""What in a person's records makes a message weigh more: medicines, conditions, pregnancy, the usual oxygen level."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from statistics import median

from agents.records import Condition, Records

_MEDICINES = {
    "anticoagulant": re.compile(
        r"warfarin|coumadin|apixaban|eliquis|rivaroxaban|xarelto|dabigatran|pradaxa|edoxaban|heparin|enoxaparin|lovenox|"
        r"dalteparin|fondaparinux|acenocoumarol|phenprocoumon",
        re.IGNORECASE,
    ),
    "diabetes": re.compile(r"insulin|gliflozin|metformin|glipizide|glimepiride|glyburide|gliclazide", re.IGNORECASE),
    "steroids": re.compile(
        r"prednison|prednisolon|hydrocortisone.*oral|cortef|dexamethasone|fludrocortisone", re.IGNORECASE
    ),
    "immune_low": re.compile(
        r"tacrolimus|ciclosporin|cyclosporin|mycophenol|azathioprine|methotrexate|cyclophosphamide|rituximab|doxorubicin|"
        r"cisplatin|carboplatin|paclitaxel|docetaxel|fluorouracil|capecitabine|oxaliplatin|leuprolide|adalimumab|infliximab",
        re.IGNORECASE,
    ),
}
_CONDITIONS = {
    "diabetes": re.compile(r"\bdiabet(?!es insipidus)(?!.*\bpre)", re.IGNORECASE),
    "pregnant": re.compile(r"\bpregnan|\bgestation", re.IGNORECASE),
    "steroids": re.compile(r"addison|adrenal insufficiency", re.IGNORECASE),
    "immune_low": re.compile(
        r"neutropeni|transplant|immunodeficien|leuk[ae]*mia|lymphoma|asplenia|myeloma|chemotherap|malignant",
        re.IGNORECASE,
    ),
}
_NOT_NOW = frozenset({"inactive", "resolved", "remission"})
_PREGNANCY_DAYS = 300
_LOINC_PREGNANCY = "82810-3"


def knows(records: Records | None, name: str, now: datetime | None) -> bool:
    """Whether the records say `anticoagulant`, `diabetes`, `steroids`, `immune_low` or `pregnant` of this person."""
    if records is None:
        return False
    if name == "pregnant" and _pregnancy_status(records, now):
        return True
    medicines, conditions = _MEDICINES.get(name), _CONDITIONS.get(name)
    if medicines and any(row.status == "active" and medicines.search(row.name) for row in records.medications):
        return True
    if conditions is None:
        return False
    return any(_is_now(row, now) and conditions.search(row.name) for row in records.conditions)


def usual_oxygen(records: Records | None, now: datetime | None) -> float | None:
    """The median oxygen saturation (%) of the two years before the last week, from three values on."""
    if records is None or now is None:
        return None
    earliest, latest = now - timedelta(days=730), now - timedelta(days=7)
    values = [
        row.canonical_value
        for row in records.by_concept.get("spo2", ())
        if row.canonical_value is not None and row.effective and earliest <= row.effective.instant <= latest
    ]
    return median(values) if len(values) >= 3 else None


def _is_now(row: Condition, now: datetime | None) -> bool:
    if row.clinical_status in _NOT_NOW or row.verification_status in {"refuted", "entered-in-error"}:
        return False
    if row.end is not None and (now is None or row.end.instant <= now):
        return False
    if "pregnan" not in row.name.lower() or now is None or row.onset is None:
        return True
    return (now - row.onset.instant).days <= _PREGNANCY_DAYS


def _pregnancy_status(records: Records, now: datetime | None) -> bool:
    rows = [row for row in records.observations if row.code == _LOINC_PREGNANCY and row.effective]
    if not rows or now is None:
        return False
    last = rows[-1]
    recent = last.effective is not None and (now - last.effective.instant).days <= _PREGNANCY_DAYS
    return recent and (last.text or "").lower().startswith("pregnant")
