"""A question and its answer as the page shows them, told by what was recorded of the run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agents import events
from agents.access import INSIDE, RULES, provider_of
from agents.events import AnyEvent
from healthchat.chat import sheet
from healthchat.chat.markdown import render
from healthchat.chat.models import URGENT_LEVELS, Event, Feedback, Message, Run
from healthchat.chat.versions import Versions

E = TypeVar("E", bound=AnyEvent)

SHOWN_TYPES = (
    *("triage", "understanding", "plan", "chart", "citation", "gap", "grounding", "clarify"),
    *("receipt", "error", "done"),
)
"""What an answer is made of besides its text; how the team worked is told by the run's own feed."""

RETRIED_REASONS = frozenset({"failed", "timed_out", "stopped"})
"""Why a specialist has nothing to say that may be otherwise the next time."""

TRIAGE_TITLES = {
    "crisis": _("Please talk to someone right now"),
    "emergency": _("This may be an emergency"),
    "critical_value": _("A recent result needs attention now"),
    "urgent": _("Please have this looked at soon"),
    "concern": _("If things are hard right now"),
    "scope": _("What this chat cannot do"),
}


KINDS_SENT = {
    "observation": _("Results"),
    "medication": _("Medicines"),
    "condition": _("Conditions"),
    "allergy": _("Allergies"),
    "immunization": _("Vaccinations"),
    "procedure": _("Procedures"),
    "encounter": _("Visits"),
    "document": _("Documents"),
    "derived": _("Statements worked out from your records"),
}
"""What a person calls the kinds of records in a receipt."""

FIELDS_SENT = {
    "text": _("what it says"),
    "value": _("value"),
    "unit": _("unit"),
    "date": _("date"),
    "evidence": _("record number"),
}


class Evidence(NamedTuple):
    """A record row to open, by its place among those of one citation."""

    number: int
    address: str


class Source(NamedTuple):
    """What one marker of the answer stands for."""

    number: int
    label: str
    source: str
    evidence: tuple[Evidence, ...]


class Missing(NamedTuple):
    """Something that an answer does not cover, and who can be asked for it again."""

    words: str
    specialist: str
    name: str
    """The specialist as people write it."""

    @property
    def label(self) -> str:
        return gettext("Ask %(specialist)s again") % {"specialist": self.name}


class Turn:
    """One run: what was asked and what came of it."""

    def __init__(self, run: Run, happened: Iterable[AnyEvent] = ()) -> None:
        self.run = run
        self.repeats = False
        """Whether the same question stands above already, with an earlier answer."""
        self.superseded = False
        """Whether a later answer to the same question stands below, or is on its way."""
        self.reworded = False
        """Whether the person has worded this question anew; the newer wording stands below."""
        self.waits = False
        """Whether another answer of the conversation is to be finished first."""
        self.versions: Versions | None = None
        """The wordings of the question and the answers to them, where they are known."""
        self._happened = list(happened)

    @property
    def under_way(self) -> bool:
        return not self.run.ended

    @property
    def rating(self) -> str:
        """What the person thinks of the answer: `up`, `down` or nothing."""
        return self._feedback.rating if self._feedback else ""

    @property
    def note(self) -> str:
        return self._feedback.note if self._feedback else ""

    @property
    def unacknowledged(self) -> bool:
        """Whether the person has still to say that they have read what is urgent."""
        return self.run.triage in URGENT_LEVELS and self.run.acknowledged is None

    @property
    def _feedback(self) -> Feedback | None:
        return getattr(self.run, "feedback", None)

    @property
    def rule_based(self) -> bool:
        return self.written_by == RULES

    @property
    def rules_stood_in(self) -> bool:
        """Whether the rules answered in the place of a model that could not."""
        return self.receipt is not None and self.rule_based and self._outside

    @property
    def _outside(self) -> bool:
        """Whether a model that is not part of this program was to answer."""
        return provider_of(self.run.model) not in INSIDE

    @property
    def written_by(self) -> str:
        """The model that wrote the answer, which may have been another than the one that was chosen."""
        return RULES if self.receipt and self.receipt.written_by == RULES else self.run.model

    @cached_property
    def receipt(self) -> events.Receipt | None:
        return self._last(events.Receipt)

    @property
    def handed_over(self) -> list[str]:
        """Which fields of which records a model was handed, a line for each kind of record."""
        sent = self.receipt.sent if self.receipt else ()
        return [
            f"{KINDS_SENT.get(one.kind, one.kind)} ({one.records}): {', '.join(map(_field_name, one.fields))}"
            for one in sent
        ]

    @cached_property
    def triage(self) -> events.Triage | None:
        found = self._last(events.Triage)
        return found if found and found.text else None

    @property
    def triage_title(self) -> str:
        return str(TRIAGE_TITLES.get(self.triage.level, _("First of all"))) if self.triage else ""

    @property
    def urgent_title(self) -> str:
        """What the page says first of an urgent answer, wherever it is."""
        return str(TRIAGE_TITLES[self.run.triage])

    @property
    def triage_html(self) -> SafeString:
        return _safe(render(self.triage.text or "", telephones=True)) if self.triage else SafeString()

    @cached_property
    def text(self) -> str:
        """The answer's markdown, without the urgent words that are shown above it."""
        text = self.run.answer.content if self.run.answer else ""
        if self.triage and self.triage.text:
            text = text.removeprefix(self.triage.text).strip()
        return text

    @property
    def answer_html(self) -> SafeString:
        numbers = {source.number for source in self.sources}
        return _safe(render(self.text, citations=numbers, anchor=f"source-{self.run.pk}-"))

    @cached_property
    def sources(self) -> list[Source]:
        by_number = {found.number: found for found in self._all(events.Citation)}
        return [self._source(by_number[number]) for number in sorted(by_number)]

    @cached_property
    def understanding(self) -> events.Understanding | None:
        return self._last(events.Understanding)

    @property
    def has_sheet(self) -> bool:
        """Whether it is a summary for a visit, which can be printed as one page."""
        intents = self.understanding.intents if self.understanding else ()
        return self.run.status == Run.Status.COMPLETE and sheet.INTENT in intents

    @cached_property
    def charts(self) -> list[events.Chart]:
        return list({chart.concept: chart for chart in self._all(events.Chart)}.values())

    @cached_property
    def gaps(self) -> list[Missing]:
        """What is not covered, each with the specialist who can be asked for it again."""
        gaps = {gap.unknown: gap for gap in self._all(events.Gap)}.values()
        retried: set[str] = set()
        missing = []
        for gap in gaps:
            specialist = gap.specialist if gap.reason in RETRIED_REASONS and gap.specialist not in retried else None
            retried |= {specialist} if specialist else set()
            missing.append(
                Missing(gap.unknown, specialist or "", gettext(specialist.replace("_", " ")) if specialist else "")
            )
        return missing

    @property
    def can_be_retried(self) -> bool:
        """Whether it failed or was stopped, and what was found until then can be gone on from."""
        error = self.error
        return self.run.status in (Run.Status.FAILED, Run.Status.CANCELLED) and (error is None or error.retryable)

    @property
    def can_be_left_to_rules(self) -> bool:
        """Whether a model gave no answer, and the rules can."""
        return self.can_be_retried and self._outside

    @cached_property
    def grounding(self) -> events.Grounding | None:
        found = self._last(events.Grounding)
        return found if found and found.checked else None

    @cached_property
    def clarify(self) -> events.Clarify | None:
        return self._last(events.Clarify)

    @cached_property
    def error(self) -> events.Error | None:
        return self._last(events.Error)

    @cached_property
    def follow_ups(self) -> tuple[str, ...]:
        done = self._last(events.Done)
        return done.follow_ups if done else ()

    @cached_property
    def asked(self) -> list[str]:
        """The specialists who were asked, as the page names them."""
        plan = self._last(events.Plan)
        return [task.specialist.replace("_", " ") for task in plan.tasks] if plan else []

    def _source(self, citation: events.Citation) -> Source:
        patient = self.run.conversation.patient_id
        addresses = [evidence_address(patient, row) for row in citation.evidence] if patient else []
        evidence = tuple(Evidence(place, address) for place, address in enumerate(filter(None, addresses), 1))
        return Source(citation.number, citation.label, citation.source or "", evidence)

    def _all(self, kind: type[E]) -> Sequence[E]:
        return [event for event in self._happened if isinstance(event, kind)]

    def _last(self, kind: type[E]) -> E | None:
        return next((event for event in reversed(self._happened) if isinstance(event, kind)), None)


def turns_of(runs: Sequence[Run]) -> list[Turn]:
    """The turns of these runs, oldest first, each with its conversation, question and answer at hand."""
    happened: dict[UUID, list[AnyEvent]] = {run.pk: [] for run in runs}
    rows = Event.objects.filter(run__in=runs, type__in=SHOWN_TYPES).order_by("run", "seq")
    for run_id, data in rows.values_list("run_id", "data"):
        happened[run_id].append(events.decode(data))
    turns = [Turn(run, happened[run.pk]) for run in runs]
    retries = Run.objects.filter(retry_of__in=runs).exclude(status__in=(Run.Status.FAILED, Run.Status.CANCELLED))
    newer = Message.objects.filter(replaces__in=[run.question_id for run in runs])
    # Of runs and of questions, whose ids are never the same.
    replaced = set(retries.order_by().values_list("retry_of").union(newer.order_by().values_list("replaces")))
    for turn in turns:
        turn.superseded = (turn.run.pk,) in replaced
        turn.reworded = (turn.run.question_id,) in replaced
    for earlier, turn in pairwise(turns):
        turn.repeats = turn.run.question_id == earlier.run.question_id
        turn.waits = turn.under_way and earlier.under_way
    return turns


def evidence_address(patient: UUID, evidence: str) -> str | None:
    """Where the record rows behind a claim are shown; None for an id that cannot stand in an address."""
    try:
        return reverse("evidence", args=[patient, evidence])
    except NoReverseMatch:
        return None


def _field_name(field: str) -> str:
    return str(FIELDS_SENT.get(field, field))


def _safe(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308 - sanitised by `render`
