"""The summary for a visit as one page to print, told by the claims that were recorded of its run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe

from agents.events import AnyEvent, Claim, Finding, Gap, Understanding, decode
from healthchat.chat.markdown import render
from healthchat.chat.models import Event, Run

INTENT = "visit_summary"
TOLD_TYPES = ("understanding", "finding", "gap")
OUTSIDE, QUESTIONS = "Results outside their range", "Questions for your doctor"
TITLES = {
    "Conditions": "Problems",
    "Medicines": "Medicines",
    "Allergies": "Allergies",
    "What has been changing": "What changed",
    OUTSIDE: "Results outside the range",
}
"""The sheet's parts, by the topic of their claims, in the order in which they stand."""
EMPTY = "Not part of this summary."
ASKED_ABOUT = 5
LISTS_RIGHT = "Are the problems, medicines and allergies on this sheet right and complete?"

_NAME = re.compile(r"\*\*(.+?)\*\*")


class Section(NamedTuple):
    """One part of the sheet: its items, and what is to be known about them."""

    title: str
    lead: str
    items: tuple[SafeString, ...]
    notes: tuple[SafeString, ...]

    @property
    def empty(self) -> str:
        return "" if self.lead or self.items or self.notes else EMPTY


class Sheet:
    """What one run found, for a doctor to read in a minute."""

    def __init__(self, run: Run, happened: Sequence[AnyEvent]) -> None:
        self.run = run
        self._claims = list(_claims(happened))
        self._gaps = [event.unknown for event in happened if isinstance(event, Gap)]

    @property
    def sections(self) -> list[Section]:
        return [_section(title, self._under(topic)) for topic, title in TITLES.items()]

    @property
    def raised(self) -> list[SafeString]:
        """What else needs attention."""
        shown = {*TITLES, QUESTIONS}
        told = {claim.text for claim in self._claims if claim.topic in shown}
        others = [claim.text for claim in self._claims if claim.severity != "info"]
        return [_html(text) for text in dict.fromkeys(others) if text not in told]

    @property
    def questions(self) -> list[SafeString]:
        """What to ask: as the team worded it, or else about each result that needs attention."""
        worded = [claim.text.strip("“”") for claim in self._under(QUESTIONS) if claim.text.startswith("“")]
        flagged = [_name(claim) for claim in self._under(OUTSIDE) if claim.severity != "info"]
        asked = [
            f"{name}: what does my result mean for me, and should it be checked again?" for name in flagged if name
        ]
        return [_html(text) for text in (worded or (*asked[:ASKED_ABOUT], LISTS_RIGHT))]

    @property
    def missing(self) -> list[str]:
        """What could not be looked at, so that nobody takes silence for an all-clear."""
        return list(dict.fromkeys(self._gaps))

    def _under(self, topic: str) -> list[Claim]:
        return [claim for claim in self._claims if claim.topic == topic]


def sheet_of(run: Run) -> Sheet | None:
    """The sheet of a run that summarised the records for a visit and is complete; None for any other."""
    if run.status != Run.Status.COMPLETE:
        return None
    rows = Event.objects.filter(run=run, type__in=TOLD_TYPES).order_by("seq").values_list("data", flat=True)
    happened = [decode(data) for data in rows]
    if not any(isinstance(event, Understanding) and INTENT in event.intents for event in happened):
        return None
    return Sheet(run, happened)


def _claims(happened: Iterable[AnyEvent]) -> Iterable[Claim]:
    """Every claim once; what a specialist found last stands for what it found before."""
    found = {event.specialist: event.claims for event in happened if isinstance(event, Finding)}
    for claims in found.values():
        yield from claims


def _section(title: str, claims: Sequence[Claim]) -> Section:
    facts = dict.fromkeys(claim.text for claim in claims if claim.kind in ("record", "computed"))
    limits = dict.fromkeys(claim.text for claim in claims if claim.kind == "limit")
    lead = next((text for text in facts if text.endswith(":")), "")
    items = tuple(_html(text) for text in facts if not text.endswith(":"))
    return Section(title, lead.rstrip(":"), items, tuple(_html(text) for text in limits))


def _name(claim: Claim) -> str:
    """What a result is called where it is listed, such as `**HbA1c**: 6.6 %`."""
    found = _NAME.match(claim.text)
    return found[1] if found else ""


def _html(text: str) -> SafeString:
    return mark_safe(render(text))  # noqa: S308 - sanitised by `render`
