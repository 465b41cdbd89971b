"""C-CDA documents, section by section."""

from __future__ import annotations

from io import BytesIO

import pytest

from agents.records import (
    Allergy,
    AnyRow,
    Condition,
    Document,
    Encounter,
    Immunization,
    Medication,
    Observation,
    Procedure,
)
from healthchat.records.importers import Import, NotUnderstood, read_file
from tests.records.importers.samples import LOINC, SNOMED, ccda, measured, result, section

RESULTS = "30954-2"


def taken(*sections: str) -> Import:
    return read_file(BytesIO(ccda(*sections)), name="summary.xml")


def only(found: Import) -> AnyRow:
    (row,) = found.rows
    return row


def test_it_reads_whose_document_it_is() -> None:
    found = taken(section(RESULTS, result(measured("130", "mg/dL"))))

    assert (found.kind, found.name) == ("ccda", "Ann Older")
    assert (found.patient.sex, found.patient.birth_date.text) == ("female", "1961-03-04")


def test_it_reads_a_result_with_its_range_and_flag() -> None:
    more = (
        "<interpretationCode code='H' codeSystem='2.16.840.1.113883.5.83'/>"
        "<referenceRange><observationRange><text>40-99</text><value xsi:type='IVL_PQ'>"
        "<low value='40' unit='mg/dL'/><high value='99' unit='mg/dL'/></value></observationRange></referenceRange>"
    )

    row = only(taken(section(RESULTS, result(measured("130", "mg/dL"), more=more))))

    assert isinstance(row, Observation)
    assert (row.concept, row.value, row.unit, row.flag, row.category) == ("ldl", 130.0, "mg/dL", "H", "laboratory")
    assert (row.reference_low, row.reference_high, row.reference_text) == (40.0, 99.0, "40-99")
    assert row.effective.text == "2024-05-17T08:30:00+02:00"


@pytest.mark.parametrize(
    ("value", "comparator", "number", "text"),
    [
        ("<value xsi:type='IVL_PQ'><high value='0.6' unit='mg/L' inclusive='false'/></value>", "<", 0.6, None),
        ("<value xsi:type='IVL_PQ'><low value='59' unit='mg/dL'/></value>", ">=", 59.0, None),
        ("<value xsi:type='ST'>Negative</value>", None, None, "Negative"),
        ("<value xsi:type='ST'>&lt;0.6</value>", "<", 0.6, "<0.6"),
        ("<value xsi:type='PQ' nullFlavor='NA'/>", None, None, "no result: not applicable"),
        (f"<value xsi:type='CD' code='260385009' {SNOMED} displayName='Negative'/>", None, None, "Negative"),
        ("<value xsi:type='INT' value='7'/>", None, 7.0, None),
        ("", None, None, None),
    ],
)
def test_it_keeps_a_value_of_any_type(value: str, comparator: str, number: float, text: str) -> None:
    row = only(taken(section(RESULTS, result(value))))

    assert isinstance(row, Observation)
    assert (row.comparator, row.value, row.text) == (comparator, number, text)


@pytest.mark.parametrize("value", [measured("130", "mg/dL"), ""])
def test_it_never_reads_what_was_not_so_as_a_result(value: str) -> None:
    said = result(value).replace("<observation ", "<observation negationInd='true' ", 1)

    row = only(taken(section(RESULTS, said)))

    assert row.status == "cancelled"


def test_it_holds_a_panel_together() -> None:
    members = "".join(
        f"<component>{result(measured(value, 'mg/dL'), code=code, name=name)}</component>"
        for value, code, name in (("130", "13457-7", "LDL"), ("50", "2085-9", "HDL"))
    )
    organizer = f"<organizer><code code='57698-3' {LOINC}/><statusCode code='completed'/>{members}</organizer>"

    first, second = taken(section(RESULTS, organizer)).rows

    assert first.panel == second.panel is not None


def test_it_reads_a_medicine() -> None:
    entry = (
        "<substanceAdministration moodCode='EVN'><statusCode code='active'/>"
        "<effectiveTime xsi:type='IVL_TS'><low value='20190718'/></effectiveTime>"
        "<effectiveTime xsi:type='PIVL_TS'><period value='12' unit='h'/></effectiveTime>"
        "<routeCode displayName='Oral'/><doseQuantity value='1'/>"
        "<consumable><manufacturedProduct><manufacturedMaterial>"
        "<code code='861007' codeSystem='2.16.840.1.113883.6.88' displayName='Metformin 500 MG'/>"
        "</manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>"
    )

    row = only(taken(section("10160-0", entry)))

    assert isinstance(row, Medication)
    assert (row.name, row.status, row.dosage) == ("Metformin 500 MG", "active", "1, Oral, every 12 h")
    assert (row.start.text, row.end, row.code) == ("2019-07-18", None, "861007")


def test_it_reads_a_problem_with_words_from_the_narrative() -> None:
    entry = (
        "<act><statusCode code='active'/><entryRelationship><observation>"
        "<templateId root='2.16.840.1.113883.10.20.22.4.4'/><effectiveTime><low value='201905'/></effectiveTime>"
        "<value xsi:type='CD' nullFlavor='UNK'><originalText><reference value='#p1'/></originalText></value>"
        "</observation></entryRelationship></act>"
    )

    row = only(taken(section("11450-4", entry, text="<table><tr><td ID='p1'>Bad knee</td></tr></table>")))

    assert isinstance(row, Condition)
    assert (row.name, row.clinical_status, row.onset.text) == ("Bad knee", "active", "2019-05")


def allergy(*, negated: bool, substance: str = "") -> str:
    return (
        "<act><statusCode code='active'/><entryRelationship><observation "
        f"negationInd='{str(negated).lower()}'><templateId root='2.16.840.1.113883.10.20.22.4.7'/>"
        f"<value xsi:type='CD' code='416098002' {SNOMED}/><participant><participantRole><playingEntity>{substance}"
        "</playingEntity></participantRole></participant>"
        "<entryRelationship><observation><templateId root='2.16.840.1.113883.10.20.22.4.9'/>"
        "<value xsi:type='CD' displayName='Hives'/></observation></entryRelationship>"
        "</observation></entryRelationship></act>"
    )


def test_it_reads_an_allergy_with_its_reaction() -> None:
    row = only(taken(section("48765-2", allergy(negated=False, substance="<code displayName='Penicillin'/>"))))

    assert isinstance(row, Allergy)
    assert (row.name, row.reactions, row.negated, row.clinical_status) == ("Penicillin", ("Hives",), False, "active")


def test_it_does_not_take_no_known_allergy_for_an_allergy() -> None:
    row = only(taken(section("48765-2", allergy(negated=True))))

    assert isinstance(row, Allergy)
    assert (row.name, row.negated) == ("No known drug allergies", True)


def test_it_reads_vaccinations_procedures_and_visits() -> None:
    vaccine = (
        "<substanceAdministration moodCode='EVN' negationInd='true'><statusCode code='completed'/>"
        "<effectiveTime value='20201001'/><consumable><manufacturedProduct><manufacturedMaterial>"
        "<code code='150' codeSystem='2.16.840.1.113883.12.292' displayName='Influenza'/></manufacturedMaterial>"
        "</manufacturedProduct></consumable></substanceAdministration>"
    )
    procedure = (
        f"<procedure moodCode='EVN'><code code='73761001' {SNOMED} displayName='Colonoscopy'/>"
        "<statusCode code='completed'/><effectiveTime value='2020'/></procedure>"
    )
    planned = procedure.replace("EVN", "RQO")
    visit = (
        "<encounter moodCode='EVN'><code displayName='Office visit' code='AMB' codeSystem='2.16.840.1.113883.5.4'/>"
        "<effectiveTime><low value='20200101'/></effectiveTime></encounter>"
    )

    found = taken(section("11369-6", vaccine), section("47519-4", procedure, planned), section("46240-8", visit))

    first, second, third = found.rows
    assert isinstance(first, Immunization)
    assert (first.name, first.status) == ("Influenza", "not-done")
    assert isinstance(second, Procedure)
    assert (second.name, second.performed.text) == ("Colonoscopy", "2020")
    assert isinstance(third, Encounter)
    assert (third.name, third.kind, third.start.text) == ("Office visit", "AMB", "2020-01-01")
    assert found.skipped == {"Procedure (planned)": 1}


def test_it_keeps_a_section_that_has_only_words() -> None:
    row = only(
        taken(section("51848-0", title="Assessment", text="<paragraph>Doing well.</paragraph>Come back in May."))
    )

    assert isinstance(row, Document)
    assert (row.name, row.text, row.dated.text) == (
        "Assessment",
        "Doing well.\nCome back in May.",
        "2024-05-17T08:30:00+02:00",
    )


def test_it_says_which_sections_are_empty_and_what_it_did_not_understand() -> None:
    found = taken(
        section("10160-0", title="Medications", text="No information", extra="nullFlavor='NI'"),
        section(RESULTS, "<supply/>", result(measured("130", "mg/dL"))),
    )

    assert found.counts == {"observation": 1}
    assert found.skipped == {"Entry (not understood)": 1, "Section (no information): Medications": 1}


def test_it_is_not_disturbed_by_prefixes() -> None:
    content = ccda(section(RESULTS, result(measured("130", "mg/dL")))).decode()
    prefixed = content.replace('xmlns="urn:hl7-org:v3"', 'xmlns:n1="urn:hl7-org:v3"')
    prefixed = (
        prefixed.replace("</", "\0").replace("<?", "\1").replace("<", "<n1:").replace("\0", "</n1:").replace("\1", "<?")
    )

    assert read_file(BytesIO(prefixed.encode()), name="a.xml").counts == {"observation": 1}


def test_it_gives_the_same_ids_again() -> None:
    sections = (section(RESULTS, result(measured("130", "mg/dL"))), section("48765-2", allergy(negated=True)))

    assert taken(*sections) == taken(*sections)


def test_it_refuses_a_document_about_two_people() -> None:
    whole = ccda(section(RESULTS, result(measured("130", "mg/dL")))).decode()
    start, end = whole.index("<recordTarget>"), whole.index("</recordTarget>") + len("</recordTarget>")
    other = whole[start:end].replace("19610304", "19900101")

    with pytest.raises(NotUnderstood, match="2 different people"):
        read_file(BytesIO((whole[:end] + other + whole[end:]).encode()), name="a.xml")
