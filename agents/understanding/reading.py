"""Understand a question by rules.

1. Take the message apart into its questions; bring each into one form (case, accents, contractions, typos, Spanish).
2. Find what it names: tests, the person's own medicines, conditions, procedures and vaccines, times, limits, units.
3. Score the intents on what is left. Two that come within the margin make one question back, with both as options.
4. What a follow-up leaves out is taken over from the question before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

import msgspec

from agents.concepts import CONCEPTS, GROUPS
from agents.events import Clarify
from agents.query import Query
from agents.question import Ask, Intent, Understood
from agents.records import Records
from agents.understanding import intents
from agents.understanding.asks import MEASURED, NEEDS_A_TEST, ask_for
from agents.understanding.clarification import clarify_between, clarify_leaning, clarify_vague
from agents.understanding.follow_up import completed, taken_over
from agents.understanding.lexicon import PHRASES, Kind
from agents.understanding.names import own_names, own_vocabulary
from agents.understanding.periods import MONTHS
from agents.understanding.phrasing import summary_of
from agents.understanding.segments import segments_of
from agents.understanding.slots import Slots, slots_of
from agents.understanding.spanish import asked_in_spanish, is_spanish, to_english
from agents.understanding.spanish_phrasing import summary_in_spanish
from agents.understanding.spelling import mend, normalise
from agents.understanding.wordlist import words
from agents.understanding.words import QUESTION_WORDS

ENOUGH = 4.0
"""An intent below this score is only a guess from a bare name."""
EARLIER_TURNS = 6
MOST_QUESTIONS = 12
LONGEST_QUESTION = 600
"""In characters; the time that a question takes grows with the square of its length."""

_TALK: frozenset[Intent] = frozenset({"smalltalk", "unclear"})
_UNKNOWN_TEST = re.compile(
    r"^(?:and |so )?(?:(?:what|how) (?:is|was|are|were)|show(?: me)?|tell me|give me|get(?: me)?|"
    r"find|check|look up|is|was|when was|what about|"
    r"do (?:i|you) have|can i see|i want|any)? ?(?:my|the|a|an)?(?: (?:latest|last|most recent|"
    r"current|recent|newest))? ?(?:result of )?"
    r"(?P<name>[a-z][a-z0-9-]*(?: [a-z0-9-]+){0,2}?)"
    r"(?: (?:blood )?(?P<kind>levels?|results?|tests?|values?|readings?|counts?|titers?|"
    r"antibod\w+))?(?: (?:high|low|normal|ok|now|today|checked|tested|done))*$"
)
_NO_TEST_NAME = words(
    """
    i it is that this those these them they you me my mine am are was were do does did have has had be been a an the
    of for in on at to with from by and or not no yes so if then health healthy doctor life future day name age risk
    body blood feeling feel what when who why how which can could should would will need want get help good bad ok
    okay fine better worse results result test tests lab labs record records number numbers level levels status news
    plan option options question questions next best everything anything something nothing thing things problem
    issue today tomorrow now
    """
)


class Context(msgspec.Struct, frozen=True):
    """What does not change from one question of a conversation to the next."""

    own: Mapping[str, Kind]
    vocabulary: frozenset[str]
    today: date
    birth: date | None


class Reading(msgspec.Struct, frozen=True):
    """One question's best reading, and the runner-up where it is too close."""

    ask: Ask
    rival: Ask | None = None


def understand(query: Query, *, records: Records) -> Understood:
    """Tell what is asked, over which tests and which time.

    `clarify` is set where two readings are too close or nothing was recognised; then the asks hold the better guess.
    """
    own = own_names(records)
    birth = records.patient.birth_date
    context = Context(
        own=own,
        vocabulary=_vocabulary() | own_vocabulary(own),
        today=query.now.date(),
        birth=birth.day if birth else None,
    )
    earlier: Ask | None = None
    for turn in query.history[-2 * EARLIER_TURNS :]:
        if turn.role == "user":
            asks = [reading.ask for reading in _readings(turn.text, context, earlier)]
            earlier = next((ask for ask in reversed(asks) if ask.intent not in _TALK), earlier)
    return _understood(_readings(query.text, context, earlier), text=query.text, records=records)


def _understood(readings: Sequence[Reading], *, text: str, records: Records) -> Understood:
    asks = tuple(reading.ask for reading in readings)
    spanish = asked_in_spanish(text)
    clarify: Clarify | None = None
    if len(readings) == 1 and readings[0].rival is not None:
        clarify = clarify_between(readings[0].ask, readings[0].rival, spanish=spanish)
    elif all(ask.intent == "unclear" for ask in asks):
        clarify = clarify_leaning(normalise(text), records) or clarify_vague(normalise(text), spanish=spanish)
    summary = summary_in_spanish(asks) if spanish else summary_of(asks)
    return Understood(asks=asks, summary=summary, clarify=clarify, spanish=spanish)


def _readings(text: str, context: Context, earlier: Ask | None) -> list[Reading]:
    readings: list[Reading] = []
    for segment in segments_of(text)[:MOST_QUESTIONS]:
        before = readings[-1].ask if readings and readings[-1].ask.intent not in _TALK else earlier
        readings.append(_reading(segment[:LONGEST_QUESTION], context, before))
    if not readings:
        return [Reading(Ask(intent="unclear"))]
    return _merged(readings)


def _reading(segment: str, context: Context, before: Ask | None) -> Reading:
    plain = normalise(segment)
    spanish = is_spanish(plain)
    plain = to_english(plain) if spanish else mend(plain, context.vocabulary)
    slots = _slots(plain, context)
    scores = intents.scored(slots)
    best = scores[0][1] if scores else 0.0
    if before is not None and best < intents.CERTAIN:
        ask = taken_over(slots, before, today=context.today, best=best)
        if ask is not None:
            return Reading(ask)
        full = completed(slots, before, best=best, top=scores[0][0] if scores else None)
        if full is not None:
            whole = _slots(full, context)
            return _inherited(_told(intents.scored(whole), whole, segment, context), before)
    reading = _told(scores, slots, segment, context)
    if before is not None and reading.ask.intent == "lifestyle" and not reading.ask.concepts and before.concepts:
        return Reading(msgspec.structs.replace(reading.ask, concepts=before.concepts, inherited=True))
    return reading


def _slots(plain: str, context: Context) -> Slots:
    return slots_of(plain, own=context.own, today=context.today, birth=context.birth)


def _inherited(reading: Reading, before: Ask) -> Reading:
    ask = reading.ask
    same = set(before.concepts) <= set(ask.concepts)
    concepts = ask.concepts if same or not ask.concepts else before.concepts
    explained = ask.intent == "explain_result" and ask.value is None
    value = before.value if explained and same else ask.value
    return Reading(msgspec.structs.replace(ask, concepts=concepts, value=value, inherited=True))


def _told(ranked: list[tuple[Intent, float]], slots: Slots, segment: str, context: Context) -> Reading:
    """The reading that the scores of the intents, strongest first, amount to."""
    if not ranked or (ranked[0][1] < ENOUGH and not slots.tests and not slots.names):
        return Reading(_unknown(slots, segment))
    ranked = [
        (intent, score) for intent, score in ranked if intent not in NEEDS_A_TEST or slots.tests or _nameable(slots)
    ]
    if not ranked:
        return Reading(_unknown(slots, segment))
    ask = _checked(ask_for(ranked[0][0], slots, today=context.today), slots, segment)
    rivals = [intent for intent, score in ranked[1:] if ranked[0][1] - score < intents.MARGIN]
    if (
        not rivals
        or frozenset({ranked[0][0], rivals[0]}) in _COMPATIBLE
        or ask.intent in {"out_of_record", "out_of_scope", "privacy"}
    ):
        return Reading(ask)
    rival = ask_for(rivals[0], slots, today=context.today)
    return Reading(ask, rival if rival.intent != ask.intent else None)


_COMPATIBLE = frozenset(
    frozenset(pair)
    for pair in (
        ("immunizations", "last_immunization"),
        ("immunizations", "immunization_count"),
        ("last_immunization", "immunization_count"),
        ("medication_list", "medication_history"),
        ("medication_history", "medication_start"),
        ("conditions", "ever_diagnosed"),
        ("explain_result", "latest_value"),
        ("explain_result", "abnormal_list"),
        ("explain_result", "explain_test"),
        ("trend", "compare_periods"),
        ("trend", "change"),
        ("change", "compare_periods"),
        ("change", "real_change"),
        ("medication_interactions", "allergies"),
        ("medication_interactions", "medication_kidney"),
        ("medication_side_effect", "medication_interactions"),
        ("medication_side_effect", "before_after_medicine"),
        ("medication_kidney", "medication_side_effect"),
        ("procedures", "last_date"),
        ("minimum", "maximum"),
        ("count", "encounters"),
        ("visit_summary", "visit_questions"),
        ("conditions", "visit_summary"),
        ("visit_summary", "abnormal_list"),
        ("screening_due", "immunizations"),
        ("screening_due", "conditions"),
        ("encounters", "last_date"),
        ("mean_period", "trend"),
        ("mean_period", "compare_periods"),
        ("correlation", "lifestyle"),
        ("correlation", "real_change"),
        ("before_after_medicine", "correlation"),
        ("risk_score", "unit_conversion"),
        ("risk_score", "medication_kidney"),
        ("last_date", "count"),
        ("smalltalk", "out_of_scope"),
        ("abnormal_list", "count"),
        ("abnormal_list", "conditions"),
        ("ever_diagnosed", "encounters"),
        ("latest_value", "wearable"),
        ("mean_period", "wearable"),
        ("allergies", "immunizations"),
        ("lifestyle", "explain_result"),
        ("lifestyle", "visit_summary"),
    )
)
"""Readings that are close on purpose: the stronger one answers the other as well."""


def _nameable(slots: Slots) -> bool:
    return bool(slots.named("observation", "unmapped")) or (
        any(intents.scored(slots)[0][0] == intent for intent in ("trend", "explain_test", "latest_value"))
        and bool(slots.named("condition"))
    )


def _checked(ask: Ask, slots: Slots, segment: str) -> Ask:
    """A test that is named but is neither one of ours nor in the records is not in the record."""
    unmapped = slots.named("unmapped")
    if unmapped and not slots.tests and not slots.named("observation") and ask.intent in MEASURED:
        return Ask(intent="out_of_record", subject=_as_written(unmapped[0].text, segment), period=ask.period)
    if ask.intent in NEEDS_A_TEST and not ask.concepts and not ask.subject:
        return _unknown(slots, segment)
    if ask.intent == "risk_score" and ask.score == "non_hdl":
        return msgspec.structs.replace(ask, concepts=("non_hdl",))
    return ask


def _unknown(slots: Slots, segment: str) -> Ask:
    match = _UNKNOWN_TEST.match(slots.text)
    if match and (match["kind"] or re.search(r"\bmy\b", slots.text)) and not _NO_TEST_NAME & set(match["name"].split()):
        return Ask(intent="out_of_record", subject=_as_written(match["name"], segment))
    words = slots.text.split()
    if len(words) > 2 and not _HEALTHY.search(slots.text) and re.match(_OPENINGS, slots.text):
        return Ask(intent="out_of_scope")
    return Ask(intent="unclear")


_OPENINGS = (
    r"(?:what|who|where|when|why|how|which|is|are|do|does|can|could|should|tell|write|"
    r"give|explain|translate|play|sing|make|open|find|buy|will)\b"
)
_HEALTHY = re.compile(
    r"\b(?:my|mine|i|me|health\w*|doctor|blood|body|heart|sick|ill\w*|symptom\w*|medic\w+|test\w*|"
    r"result\w*|record\w*|pain\w*|feel\w*|"
    r"that|it|this|those|them|worse|better)\b"
)


def _as_written(name: str, segment: str) -> str:
    """The words in the case that the person used."""
    match = re.search(re.escape(name), segment, re.IGNORECASE)
    return match[0] if match else name


def _merged(readings: Sequence[Reading]) -> list[Reading]:
    """Each ask once; talk and what was not recognised only where nothing else is asked."""
    real = [reading for reading in readings if reading.ask.intent not in _TALK] or [readings[0]]
    kept: list[Reading] = []
    for reading in real:
        if any(_covers(other.ask, reading.ask) for other in kept):
            continue
        kept = [other for other in kept if not _covers(reading.ask, other.ask)]
        kept.append(reading)
    return kept


def _covers(ask: Ask, other: Ask) -> bool:
    """Whether the answer to the first answers the second."""
    if msgspec.structs.replace(ask, inherited=False) == msgspec.structs.replace(other, inherited=False):
        return True
    if ask.intent == other.intent == "lifestyle":
        return set(other.concepts) <= set(ask.concepts)
    if set(other.concepts) != set(ask.concepts):
        return False
    if other.intent == "last_date" and ask.intent in {"latest_value", "minimum", "maximum"}:
        return bool(ask.concepts)
    if ask.intent == "explain_test" and other.intent == "explain_result":
        return bool(ask.concepts)
    if ask.intent == "explain_result" and other.intent in {"explain_result", "latest_value"}:
        return ask.value is not None or other.value is None
    if ask.intent in {"visit_summary", "visit_questions", "trend"}:
        return other.intent == ask.intent
    return False


@cache
def _vocabulary() -> frozenset[str]:
    """Words that a mistyped one may be mended to."""
    phrases = [phrase for phrase, _ in PHRASES]
    phrases += [word for concept in CONCEPTS.values() for word in (*concept.synonyms, concept.display)]
    phrases += [word for group in GROUPS for word in group.words]
    phrases += [*MONTHS, *QUESTION_WORDS]
    return frozenset(word for phrase in phrases for word in re.findall(r"[a-z]+", phrase.lower()) if len(word) > 3)
