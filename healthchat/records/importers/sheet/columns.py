"""What the columns of a laboratory table hold, by their headings and by what stands in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Literal, get_args

import msgspec

from agents import concepts
from healthchat.records.importers.sheet.dates import Order, order_of, read_date
from healthchat.records.importers.sheet.numbers import Decimal, is_unit, read_value
from healthchat.records.importers.sheet.table import HEADING_WITHIN, Table

Role = Literal[
    "date",
    "time",
    "test",
    "value",
    "unit",
    "range",
    "low",
    "high",
    "flag",
    "code",
    "patient",
    "result",
    "dated",
    "ignore",
]
"""`result`: the heading names a test, the cells are its values. `dated`: the heading is a date, the cells are of it."""

ROLES: tuple[Role, ...] = get_args(Role)

_HEADINGS: dict[Role, str] = {
    "date": (
        "date|collection date|collected|collected on|collection datetime|collection date/time|date collected|"
        "sample date|specimen date|specimen collected|test date|result date|observation date|effective date|"
        "date of test|drawn|draw date|datetime|date time|date/time|taken|measured|measured on|timestamp|datum|"
        "abnahmedatum|entnahmedatum|probenentnahme|messdatum|afnamedatum|datum afname|testdatum|"
        "date de prelevement|date du prelevement|prelevement|date de l'examen|fecha|fecha de toma|"
        "fecha de extraccion|fecha del analisis|data|data prelievo|data del prelievo|data esame|data da coleta|"
        "data de coleta"
    ),
    "time": "time|collection time|uhrzeit|zeit|tijd|heure|hora",
    "test": (
        "test|test name|name|analyte|component|lab|lab test|laboratory test|observation|measurement|marker|"
        "biomarker|parameter|exam|examination|procedure|analysis|item|test description|description|"
        "component name|result name|analyt|untersuchung|bezeichnung|messgrosse|laborwert|bepaling|onderzoek|"
        "omschrijving|analyse|examen|parametre|prueba|analito|determinacion|parametro|esame|exame|parameterbezeichnung|"
        "laborparameter|libelle|determinazione"
    ),
    "value": (
        "value|result|results|result value|test result|observation value|numeric result|measured value|reading|"
        "your value|your result|wert|ergebnis|messwert|resultat|resultaat|uitslag|waarde|valeur|resultado|valor|"
        "risultato|valore"
    ),
    "unit": (
        "unit|units|uom|unit of measure|result unit|result units|measurement unit|einheit|eenheid|unite|unites|"
        "unidad|unidades|unita"
    ),
    "range": (
        "range|reference|reference range|ref range|reference interval|ref. range|ref|normal range|normal|"
        "normal values|biological reference interval|standard range|expected range|referenzbereich|referenz|"
        "normbereich|normwert|referentiewaarde|referentiewaarden|referentie|normaalwaarden|valeurs de reference|"
        "valeurs usuelles|normes|rango de referencia|valores de referencia|intervalo de referencia|"
        "valori di riferimento"
    ),
    "low": (
        "low|lower|lower limit|ref low|reference low|range low|min|minimum|reference range low|lower bound|"
        "untergrenze|ondergrens|bas"
    ),
    "high": (
        "high|upper|upper limit|ref high|reference high|range high|max|maximum|reference range high|upper bound|"
        "obergrenze|bovengrens|haut"
    ),
    "flag": (
        "flag|flags|abnormal|abnormal flag|interpretation|status flag|alert|h/l|out of range|indicator|bewertung|"
        "markierung|vlag|alarme|indicador"
    ),
    "code": "loinc|loinc code|loinc num|loinc number|loinc_num|loinc-code",
    "patient": (
        "patient|patient name|patient id|mrn|patient number|patientennummer|patientnummer|paciente|nom du patient"
    ),
}
_BY_HEADING: dict[str, Role] = {word: role for role, words in _HEADINGS.items() for word in words.split("|")}
_UNIT_LABELS = frozenset(_HEADINGS["unit"].split("|"))
_RANGE_LABELS = frozenset(_HEADINGS["range"].split("|"))
_IN_BRACKETS = re.compile(r"(?P<name>.+?)\s*[\[(](?P<unit>[^\[\]()]{1,30}(?:\([^()]*\)[^\[\]()]{0,10})?)[\])]\s*\Z")
_SAMPLE_LINES = 200
_FEW = 0.6
"""The share of filled cells that must fit for a column to be what its cells look like."""


class Columns(msgspec.Struct, frozen=True):
    """How one table is read."""

    heading: int
    """The line of the heading."""
    roles: tuple[Role, ...]
    names: tuple[str, ...]
    order: Order
    certain: bool
    """Whether nothing needs to be asked but the order of the dates."""


def columns_of(table: Table, *, decimal: Decimal, chosen: tuple[Role, ...] | None = None) -> Columns:
    """Tell the columns by heading and content; with `chosen`, take those roles instead."""
    heading = _heading(table)
    names = table.lines[heading]
    body = table.lines[heading + 1 :]
    roles = chosen if chosen and len(chosen) == table.width else _guessed(names, body, decimal)
    dates = [line[place] for place, role in enumerate(roles) if role == "date" for line in body]
    dates += [names[place] for place, role in enumerate(roles) if role == "dated"]
    return Columns(heading, roles, names, order_of(dates), certain=_is_whole(roles))


def folded(heading: str) -> str:
    plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode().casefold()
    return " ".join(plain.replace("_", " ").strip(" :*#.").split())


def test_and_unit(heading: str) -> tuple[str, str]:
    """`Glucose (mg/dL)` and `Glucose mg/dL` as name and unit; `Vitamin D` and `Protein C` have none."""
    if (match := _IN_BRACKETS.match(heading)) and is_unit(match["unit"]):
        return match["name"].strip(" ,"), match["unit"].strip()
    first, _, last = heading.rpartition(" ")
    if not first or not is_unit(last) or _is_known(heading) or (len(last) == 1 and not _is_known(first, last)):
        return heading, ""
    return first.strip(" ,"), last


def labels(line: tuple[str, ...], roles: tuple[Role, ...]) -> Literal["unit", "range"] | None:
    """Whether a line under the heading of a wide table gives units or ranges instead of results."""
    said = {folded(cell) for cell, role in zip(line, roles, strict=True) if role in ("date", "ignore", "test") and cell}
    if said & _UNIT_LABELS:
        return "unit"
    return "range" if said & _RANGE_LABELS else None


def _heading(table: Table) -> int:
    """The line whose cells read most like headings; the first one where none does."""
    return max(
        range(min(HEADING_WITHIN, len(table.lines) - 1)), key=lambda place: (_likeness(table.lines[place]), -place)
    )


def _likeness(line: tuple[str, ...]) -> int:
    known = sum(2 for cell in line if folded(cell) in _BY_HEADING)
    return known + sum(
        1 for cell in line if cell and (_is_test(cell) or read_date(cell, day_first=True)) and not _is_number(cell)
    )


def _guessed(names: tuple[str, ...], body: tuple[tuple[str, ...], ...], decimal: Decimal) -> tuple[Role, ...]:
    samples = [[line[place] for line in body[:_SAMPLE_LINES] if line[place]] for place in range(len(names))]
    roles = _headed(names)
    if "date" not in roles:
        _find_date(roles, samples)
    if "test" in roles:
        return tuple(roles) if "value" in roles else _dated(roles, names, samples)
    if "date" in roles or any(_is_test(name) for name in names):
        _find_results(roles, names, samples, decimal)
    return tuple(roles)


def _headed(names: tuple[str, ...]) -> list[Role]:
    """The roles that the headings tell."""
    roles: list[Role] = [_BY_HEADING.get(folded(name), "ignore") for name in names]
    # A second column that is called the same says less: "Name" beside "Test name".
    for role in ROLES:
        places = [place for place, found in enumerate(roles) if found == role]
        for extra in _spare(role, places, names):
            roles[extra] = "ignore"
    return roles


def _find_date(roles: list[Role], samples: list[list[str]]) -> None:
    """Make the first column that holds dates the date's."""
    for place, cells in enumerate(samples):
        if roles[place] == "ignore" and _share(cells, lambda cell: bool(read_date(cell, day_first=True))) > _FEW:
            roles[place] = "date"
            return


def _dated(roles: list[Role], names: tuple[str, ...], samples: list[list[str]]) -> tuple[Role, ...]:
    """With columns whose headings are dates, where there are any; then no column holds the date."""
    found: list[Role] = [
        "dated" if role == "ignore" and cells and read_date(name, day_first=True) else role
        for role, name, cells in zip(roles, names, samples, strict=True)
    ]
    return tuple("ignore" if role == "date" else role for role in found) if "dated" in found else tuple(roles)


def _find_results(roles: list[Role], names: tuple[str, ...], samples: list[list[str]], decimal: Decimal) -> None:
    """Make columns the results of a test whose headings name one, or else that hold numbers."""
    for place, name in enumerate(names):
        numbers = _share(samples[place], lambda cell: read_value(cell, decimal=decimal) is not None)
        if (
            roles[place] in ("ignore", "value")
            and name
            and (_is_test(name) or (numbers > _FEW and "value" not in roles))
        ):
            roles[place] = "result"


def _spare(role: Role, places: list[int], names: tuple[str, ...]) -> list[int]:
    """All but the column whose heading is the most exact word for its role."""
    if len(places) < 2 or role in ("ignore", "result", "dated"):
        return []
    words = _HEADINGS[role].split("|")
    best = min(places, key=lambda place: words.index(folded(names[place])) if role != "test" else -len(names[place]))
    return [place for place in places if place != best]


def _share(cells: list[str], fits: Callable[[str], bool]) -> float:
    return sum(1 for cell in cells if fits(cell)) / len(cells) if cells else 0.0


def _is_test(heading: str) -> bool:
    return _is_known(*test_and_unit(heading))


def _is_known(name: str, unit: str = "") -> bool:
    return concepts.concept_for(None, name=name, unit=unit or None) is not None


def _is_number(cell: str) -> bool:
    return read_value(cell, decimal=".") is not None


def _is_whole(roles: tuple[Role, ...]) -> bool:
    if "dated" in roles:
        return "test" in roles
    return "result" in roles or ("test" in roles and "value" in roles)
