"""Tables of results: long and wide, with a comma or a point, and dates that are asked about where they are open."""

from __future__ import annotations

from io import BytesIO

import pytest

from agents.records import Observation
from healthchat.records.importers import Import, NotUnderstood, Reading, read_file
from healthchat.records.importers.sheet import Unclear, preview
from healthchat.records.importers.sheet.dates import order_of, read_date
from healthchat.records.importers.sheet.numbers import read_range, read_value

LONG = """Collection Date,Test Name,Result,Units,Reference Range,Flag
2025-03-14,Glucose,101,mg/dL,65-99,H
2025-03-14,Hemoglobin A1c,5.8,%,<5.7,H
2025-03-14,eGFR,>59,mL/min/1.73,>59,
2025-03-14,HIV Screen,Non Reactive,,,
2025-03-14,Frobnicate index,7,xyz,,
"""


def taken(content: str | bytes, reading: Reading | None = None) -> Import:
    written = content.encode() if isinstance(content, str) else content
    return read_file(BytesIO(written), name="labs.csv", reading=reading)


def told(found: Import) -> list[tuple[object, ...]]:
    rows = [row for row in found.rows if isinstance(row, Observation)]
    return [
        (row.name, row.comparator, row.value, row.unit, row.effective.text if row.effective else None) for row in rows
    ]


def test_it_reads_one_result_a_line() -> None:
    found = taken(LONG)

    assert found.kind == "sheet"
    assert told(found) == [
        ("Glucose", None, 101.0, "mg/dL", "2025-03-14"),
        ("Hemoglobin A1c", None, 5.8, "%", "2025-03-14"),
        ("eGFR", ">", 59.0, "mL/min/1.73", "2025-03-14"),
        ("HIV Screen", None, None, None, "2025-03-14"),
        ("Frobnicate index", None, 7.0, "xyz", "2025-03-14"),
    ]
    glucose = found.rows[0]
    assert (glucose.concept, glucose.flag, glucose.reference_low, glucose.reference_high, glucose.reference_text) == (
        "glucose",
        "H",
        65.0,
        99.0,
        "65-99",
    )
    assert found.rows[3].text == "Non Reactive"
    assert {one.text for one in found.unmapped} == {"HIV Screen", "Frobnicate index"}


def test_it_reads_a_dutch_table_with_a_decimal_comma() -> None:
    found = taken("Datum;Bepaling;Uitslag;Eenheid;Referentiewaarden\n14-03-2025;Hemoglobine;11,5;mmol/l;8,5-11,0\n")

    row = found.rows[0]
    assert (row.value, row.unit, row.reference_low, row.reference_high) == (11.5, "mmol/l", 8.5, 11.0)
    assert row.effective.text == "2025-03-14"


def test_it_reads_dutch_haemoglobin_as_what_it_is_in_grams() -> None:
    row = taken("Date;Test;Result;Unit\n14-03-2025;Hemoglobin;11,5;mmol/l\n").rows[0]

    assert (row.concept, round(row.canonical_value, 1), row.canonical_unit) == ("hemoglobin", 18.5, "g/dL")


@pytest.mark.parametrize(
    ("content", "concepts"),
    [
        (
            (
                "Datum;Untersuchung;Ergebnis;Einheit;Referenzbereich\n"
                "01.02.2024;Hämoglobin;8,5;mmol/l;8,6 - 12,1\n"
                "01.02.2024;Kreatinin;88;µmol/l;62–106\n"
                "01.02.2024;Thrombozyten;250;Tsd/µl;150 bis 400\n"
                "01.02.2024;GPT (ALAT);35;U/l;bis 50\n"
                "01.02.2024;Kreatinin im Urin;80;mg/dl;\n"
            ),
            ["hemoglobin", "creatinine", "platelets", "alt", None],
        ),
        (
            (
                "Date;Analyse;Résultat;Unité;Valeurs de référence\n"
                "13/05/2024;Hémoglobine;13,5;g/dL;12,0 à 16,0\n"
                "13/05/2024;Glycémie à jeun;0,95;g/L;0,70 - 1,10\n"
                "13/05/2024;Plaquettes;250;G/L;150 - 400\n"
                "13/05/2024;TSH;2,1;mUI/L;0,4 - 4,0\n"
            ),
            ["hemoglobin", "glucose", "platelets", "tsh"],
        ),
        (
            (
                "Fecha;Prueba;Resultado;Unidades;Valores de referencia\n"
                "13/05/2024;Hemoglobina;13,5;g/dL;12,0 a 16,0\n"
                "13/05/2024;Colesterol total;210;mg/dL;hasta 200\n"
                "13/05/2024;Urea;40;mg/dL;\n"
            ),
            ["hemoglobin", "total_cholesterol", None],
        ),
    ],
    ids=["german", "french", "spanish"],
)
def test_it_knows_tests_by_their_names_abroad(content: str, concepts: list[str | None]) -> None:
    rows = [row for row in taken(content).rows if isinstance(row, Observation)]

    assert [row.concept for row in rows] == concepts
    assert all(row.canonical_value is not None for row in rows if row.concept)


def test_it_takes_no_letter_of_a_name_for_a_unit() -> None:
    found = taken("date,test,value,unit\n2024-01-01,Vitamin D,32 ng/mL,\n2024-01-01,Protein C,98,\n")

    assert [(row.name, row.concept) for row in found.rows] == [("Vitamin D", "vitamin_d"), ("Protein C", None)]


def test_it_refuses_a_table_whose_letters_it_cannot_read() -> None:
    with pytest.raises(NotUnderstood, match="letters of this table"):
        taken("Дата;Показатель;Результат\n01.02.2024;Гемоглобин;135\n".encode("cp1251"))


def test_it_makes_one_series_of_creatinine_in_both_units() -> None:
    found = taken("date,test,value,unit\n2025-03-14,Creatinine,88.4,umol/L\n2025-04-14,Creatinine,1.0,mg/dL\n")

    assert [round(row.canonical_value, 2) for row in found.rows] == [1.0, 1.0]


def test_it_reads_one_test_a_column() -> None:
    found = taken("Date,LDL (mg/dL),HbA1c [%],Notes\n2025-03-14,131,5.8,fasting\n2025-09-20,,5.6,\n")

    assert told(found) == [
        ("LDL", None, 131.0, "mg/dL", "2025-03-14"),
        ("HbA1c", None, 5.8, "%", "2025-03-14"),
        ("HbA1c", None, 5.6, "%", "2025-09-20"),
    ]


def test_it_reads_units_and_ranges_below_the_heading_of_a_wide_table() -> None:
    found = taken("Date,Glucose,TSH\nUnits,mmol/L,mIU/L\nReference range,3.9-5.5,0.4-4.0\n2025-03-14,5.1,2.3\n")

    assert [(row.name, row.unit, row.reference_high) for row in found.rows] == [
        ("Glucose", "mmol/L", 5.5),
        ("TSH", "mIU/L", 4.0),
    ]


def test_it_reads_one_date_a_column() -> None:
    found = taken(
        "Test\tUnit\tReference\t14.03.2025\t20.09.2025\nHbA1c\t%\t<5,7\t5,8\t5,6\nTSH\tmIU/L\t0,4-4,0\t2,3\t-\n"
    )

    assert told(found) == [
        ("HbA1c", None, 5.8, "%", "2025-03-14"),
        ("HbA1c", None, 5.6, "%", "2025-09-20"),
        ("TSH", None, 2.3, "mIU/L", "2025-03-14"),
    ]


def test_it_asks_which_number_is_the_day_where_nothing_tells() -> None:
    open_ = "date,test,value,unit\n03/04/2025,TSH,2.3,mIU/L\n05/06/2025,TSH,2.5,mIU/L\n"

    with pytest.raises(Unclear, match=r"03/04/2025 or 05/06/2025") as asked:
        taken(open_)

    assert asked.value.preview.open_dates == ("03/04/2025", "05/06/2025")
    assert told(taken(open_, Reading(day_first=True)))[0][-1] == "2025-04-03"
    assert told(taken(open_, Reading(day_first=False)))[0][-1] == "2025-03-04"


def test_it_does_not_ask_where_one_date_tells_for_all() -> None:
    found = taken("date,test,value,unit\n03/04/2025,TSH,2.3,mIU/L\n25/06/2025,TSH,2.5,mIU/L\n")

    assert [row[-1] for row in told(found)] == ["2025-04-03", "2025-06-25"]


def test_it_asks_which_columns_hold_what_where_it_cannot_tell() -> None:
    odd = "a,b,c\nfoo,1,x\nbar,2,y\n"

    with pytest.raises(Unclear, match="Which columns") as asked:
        taken(odd)

    assert asked.value.preview.names == ("a", "b", "c")
    assert [row.name for row in taken(odd, Reading(roles=("test", "value", "ignore"))).rows] == ["foo", "bar"]


def test_it_keeps_a_result_whose_date_cannot_be_read_and_says_so() -> None:
    found = taken("date,test,value,unit\nlast spring,TSH,2.3,mIU/L\n2025-03-14,TSH,2.5,mIU/L\n")

    assert [row.effective.text if row.effective else None for row in found.rows] == [None, "2025-03-14"]
    assert found.skipped == {"Line (its date could not be read: kept without a date)": 1}


def test_it_says_which_lines_hold_no_result() -> None:
    found = taken("date,test,value,unit\n2025-03-14,TSH,2.3,mIU/L\n2025-03-14,LDL,n/a,mg/dL\n2025-03-14,,4,mg/dL\n")

    assert found.counts == {"observation": 1}
    assert found.skipped == {"Line (without a test or a value)": 2}


def test_it_refuses_a_table_about_two_people() -> None:
    with pytest.raises(NotUnderstood, match="2 different people"):
        taken("Patient,date,test,value\nAnn,2025-03-14,TSH,2.3\nBea,2025-03-14,TSH,2.5\n")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_it_reads_the_encodings_of_spreadsheets(encoding: str) -> None:
    found = taken("Datum;Bezeichnung;Wert;Einheit\n14.03.2025;Kreatinin (µ);88;µmol/l\n".encode(encoding))

    assert told(found) == [("Kreatinin (µ)", None, 88.0, "µmol/l", "2025-03-14")]


def test_it_finds_the_heading_below_the_laboratorys_address() -> None:
    found = taken("Laboratory Smith\nMain Street 1, Springfield\n\n" + LONG)

    assert found.counts == {"observation": 5}


def test_it_adds_nothing_when_lines_are_repeated() -> None:
    assert taken(LONG + LONG.split("\n", 1)[1]).counts == {"observation": 5}


def test_it_shows_how_it_would_read_a_table() -> None:
    found = preview(BytesIO(LONG.encode()))

    assert found.roles == ("date", "test", "value", "unit", "range", "flag")
    assert (found.total, found.certain, found.open_dates) == (5, True, ())
    assert found.lines[0][1] == "Glucose"


@pytest.mark.parametrize(
    ("cell", "decimal", "number", "comparator", "unit", "flag"),
    [
        ("5.8", ".", 5.8, "", "", ""),
        ("5,8", ".", 5.8, "", "", ""),
        ("1,234", ".", 1234.0, "", "", ""),
        ("1,234", ",", 1.234, "", "", ""),
        ("1.234,5", ".", 1234.5, "", "", ""),
        ("0.450", ",", 0.45, "", "", ""),
        ("<0.6", ".", 0.6, "<", "", ""),
        ("≥ 60", ".", 60.0, ">=", "", ""),
        ("101 H", ".", 101.0, "", "", "H"),
        ("101*", ".", 101.0, "", "", "A"),
        ("*12.1 ug/dL", ".", 12.1, "", "ug/dL", "A"),
        ("H 102", ".", 102.0, "", "", "H"),
        ("↓ <0.6", ".", 0.6, "<", "", "L"),
        ("5.8 %", ".", 5.8, "", "%", ""),
        ("131 mg/dL H", ".", 131.0, "", "mg/dL", "H"),
        ("12 000", ",", 12000.0, "", "", ""),
    ],
)
def test_it_reads_a_number(cell: str, decimal: str, number: float, comparator: str, unit: str, flag: str) -> None:
    found = read_value(cell, decimal=decimal)

    assert found is not None
    assert (found.number, found.comparator, found.unit, found.flag) == (number, comparator, unit, flag)


@pytest.mark.parametrize("cell", ["Negative", "H1", "1+", "see note", "2 of 3", "", "A1", "3-5", "1.2.3.4 x y"])
def test_it_makes_no_number_of_words(cell: str) -> None:
    assert read_value(cell, decimal=".") is None


def test_it_reads_ranges() -> None:
    assert read_range("3,5 - 5,1", decimal=",") == (3.5, 5.1)
    assert read_range("[65 – 99]", decimal=".") == (65.0, 99.0)
    assert read_range("<200 mg/dL", decimal=".") == (None, 200.0)
    assert read_range("> 60", decimal=".") == (60.0, None)
    assert read_range("bis 4,0", decimal=",") == (None, 4.0)
    assert read_range("Mayor de 60", decimal=",") == (60.0, None)
    assert read_range("see note", decimal=".") == (None, None)


@pytest.mark.parametrize(
    ("cell", "iso"),
    [
        ("2025-03-14", "2025-03-14"),
        ("2025/3/4", "2025-03-04"),
        ("20250314", "2025-03-14"),
        ("2025-03", "2025-03"),
        ("2025", "2025"),
        ("14.3.25", "2025-03-14"),
        ("3.4.2025", "2025-04-03"),
        ("31/12/2024", "2024-12-31"),
        ("12/31/2024 2:05 PM", "2024-12-31T14:05:00"),
        ("14 Mar 2025", "2025-03-14"),
        ("14-Mar-25 08:30", "2025-03-14T08:30:00"),
        ("March 14, 2025", "2025-03-14"),
        ("14 de marzo de 2025", "2025-03-14"),
        ("14. März 2025", "2025-03-14"),
        ("2025-03-14T08:30:00+01:00", "2025-03-14T08:30:00+01:00"),
        ("2025-03-14 08:30:00Z", "2025-03-14T08:30:00Z"),
        ("31/02/2025", None),
        ("03/04/2025", None),
        ("14 Foo 2025", None),
        ("5.8", None),
    ],
)
def test_it_reads_a_date(cell: str, iso: str | None) -> None:
    assert read_date(cell, day_first=None) == iso


def test_it_takes_dates_that_contradict_each_other_for_open() -> None:
    order = order_of(["14/03/2025", "03/14/2025", "03/04/2025"])

    assert order.is_open
    assert not order_of(["03/03/2025"]).is_open
