"""Files of each format, made up for the tests."""

from __future__ import annotations

import io
import zipfile

DOCTYPE = """<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 12 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary|ClinicalRecord)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ATTLIST Record
  type CDATA #REQUIRED
  device CDATA #IMPLIED
<!ELEMENT MetadataEntry EMPTY>
]>
"""
"""As iOS 16 wrote it: one list of attributes is never closed."""

ME = (
    '<Me HKCharacteristicTypeIdentifierDateOfBirth="1961-03-04" '
    'HKCharacteristicTypeIdentifierBiologicalSex="HKBiologicalSexFemale"/>'
)


def apple(*elements: str, doctype: str = DOCTYPE, me: str = ME) -> bytes:
    """An export.xml with these elements."""
    inside = "\n ".join((me, *elements))
    whole = f'<?xml version="1.0" encoding="UTF-8"?>\n{doctype}<HealthData locale="en_US">\n {inside}\n</HealthData>\n'
    return whole.encode()


def record(
    kind: str, value: str, start: str, end: str = "", *, unit: str = "", source: str = "Ann’s Apple Watch"
) -> str:
    """A Record of `HK<kind>`."""
    measured = f' unit="{unit}"' if unit else ""
    return (
        f'<Record type="HK{kind}" sourceName="{source}"{measured} creationDate="{start}" startDate="{start}" '
        f'endDate="{end or start}" value="{value}"/>'
    )


def steps(count: int, start: str, end: str, *, source: str = "Ann’s Apple Watch") -> str:
    return record("QuantityTypeIdentifierStepCount", str(count), start, end, unit="count", source=source)


def slept(stage: str, start: str, end: str, *, source: str = "Ann’s Apple Watch") -> str:
    return record(
        "CategoryTypeIdentifierSleepAnalysis", f"HKCategoryValueSleepAnalysis{stage}", start, end, source=source
    )


def archive(files: dict[str, bytes | str]) -> bytes:
    """A zip of these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return made.getvalue()


LOINC = 'codeSystem="2.16.840.1.113883.6.1"'
SNOMED = 'codeSystem="2.16.840.1.113883.6.96"'


def ccda(*sections: str, sex: str = "F", born: str = "19610304") -> bytes:
    """A C-CDA document with these sections."""
    body = "".join(f"<component>{one}</component>" for one in sections)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<?xml-stylesheet type="text/xsl" href="CDA.xsl"?>\n'
        '<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xmlns:sdtc="urn:hl7-org:sdtc">'
        '<effectiveTime value="20240517083000+0200"/>'
        "<recordTarget><patientRole><id extension='1' root='1.2.3'/><patient>"
        "<name use='L'><given>Ann</given><family>Older</family></name>"
        f"<administrativeGenderCode code='{sex}'/><birthTime value='{born}'/>"
        "</patient></patientRole></recordTarget>"
        f"<component><structuredBody>{body}</structuredBody></component></ClinicalDocument>"
    ).encode()


def section(code: str, *entries: str, title: str = "A section", text: str = "", extra: str = "") -> str:
    inside = "".join(f"<entry>{one}</entry>" for one in entries)
    return f"<section {extra}><code code='{code}' {LOINC}/><title>{title}</title><text>{text}</text>{inside}</section>"


def result(value: str, *, code: str = "13457-7", name: str = "LDL Cholesterol Calc", more: str = "") -> str:
    """An observation of a result; `value` is its value element."""
    return (
        '<observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.2"/>'
        f"<id root='1.2.3.4' extension='{code}'/><code code='{code}' {LOINC} displayName='{name}'/>"
        f"<statusCode code='completed'/><effectiveTime value='20240517083000+0200'/>{value}{more}</observation>"
    )


def measured(value: str, unit: str) -> str:
    return f"<value xsi:type='PQ' value='{value}' unit='{unit}'/>"
