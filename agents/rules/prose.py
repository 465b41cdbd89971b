"""The answer in words: paragraphs and lists made from claims, and from nothing else.

A claim that ends like a sentence becomes part of a paragraph; one that does not is an item of a list. Under each topic
stand the facts, then what the test is, then what is not known, then advice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from agents.brief import AnswerBrief
from agents.events import Claim, Gap
from agents.languages import Words
from agents.question import Intent
from agents.rules import spanish as spanish_claims
from agents.understanding.spanish import asked_in_spanish

HEADINGS_FROM = 2
"""With so many topics each gets a heading."""
ANALYSES: frozenset[Intent] = frozenset(
    {"trend", "compare_periods", "change", "real_change", "before_after_medicine", "correlation"}
)
"""Where the analysis is what was asked, and the single values stand behind it."""
EXPLANATIONS: frozenset[Intent] = frozenset({"explain_test", "explain_condition"})
"""Where what it is was asked, and the person's own stands behind it."""
NOTHING = Words(
    "I found nothing in your records that answers this. You could ask about one test, your medicines or your visits.",
    "No he encontrado nada en sus registros que responda a esto. Puede preguntar por una prueba, por sus medicinas o "
    "por sus visitas.",
)
NOT_CHECKED = Words("What could not be checked", "Lo que no se pudo comprobar")
_PIECE = re.compile(r"\s*\S+\s*")


def write(brief: AnswerBrief) -> Iterator[str]:
    """The answer's text, in pieces of about a word."""
    for match in _PIECE.finditer(answer(brief)):
        yield match.group()


def answer(brief: AnswerBrief) -> str:
    """The whole answer in markdown, with a marker such as `[cardiology-2]` behind each thing that is said."""
    if not asked_in_spanish(brief.question):
        return in_order(brief)
    said = {claim.id: translated for claim in brief.claims if (translated := spanish_claims.in_spanish(claim))}
    known = msgspec.structs.replace(brief, claims=tuple(said[claim.id] for claim in brief.claims if claim.id in said))
    rest = msgspec.structs.replace(
        brief, claims=tuple(claim for claim in brief.claims if claim.id not in said), gaps=()
    )
    if not rest.claims:
        return in_order(known, spanish=True)
    first = [in_order(known, spanish=True)] if known.claims or known.gaps else []
    lead = spanish_claims.REST if known.claims else spanish_claims.ALL_ENGLISH
    return "\n\n".join([*first, lead, in_order(rest)])


def in_order(brief: AnswerBrief, *, spanish: bool = False) -> str:
    """The claims as they stand, put in order, and what could not be checked."""
    topics = by_topic(ordered(brief))
    if any(ask.intent == "visit_summary" for ask in brief.asks):
        topics = attention_first(topics)
    explaining = any(ask.intent in EXPLANATIONS for ask in brief.asks)
    blocks: list[str] = []
    for topic, claims in topics.items():
        if len(topics) >= HEADINGS_FROM and topic:
            blocks.append(f"### {topic}")
        blocks += section(claims, explaining=explaining)
    blocks += missing(brief.gaps, spanish=spanish)
    return "\n\n".join(blocks) or NOTHING.told(spanish=spanish)


def ordered(brief: AnswerBrief) -> list[Claim]:
    """Each statement once; the analysis first where that is what was asked."""
    said: dict[tuple[str, str], Claim] = {}
    for claim in brief.claims:
        # Lists stay whole: the same item or lead may stand under two topics.
        listed = is_item(claim.text) or claim.text.endswith(":")
        said.setdefault((claim.text, claim.topic or "" if listed else ""), claim)
    once = [claim for claim in said.values() if not is_told_by_another(claim, said.values())]
    if any(ask.intent in ANALYSES for ask in brief.asks):
        once.sort(key=lambda claim: not claim.id.startswith("data_analysis"))
    return once


def is_told_by_another(claim: Claim, claims: Iterable[Claim]) -> bool:
    """Whether a record claim is only what a figure was worked out from, and that figure's claim says it too."""
    return claim.kind == "record" and any(
        claim.id in other.inputs and set(claim.evidence) <= set(other.evidence) for other in claims
    )


def by_topic(claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    """The claims of each topic, the topics in the order in which they first come up."""
    topics: dict[str, list[Claim]] = {}
    for claim in claims:
        topics.setdefault(claim.topic or "", []).append(claim)
    return topics


def attention_first(topics: Mapping[str, list[Claim]]) -> dict[str, list[Claim]]:
    """Right after the first topic, those that need attention."""
    others = sorted([*topics][1:], key=lambda topic: all(claim.severity == "info" for claim in topics[topic]))
    return {topic: topics[topic] for topic in (*[*topics][:1], *others)}


def section(claims: Sequence[Claim], *, explaining: bool = False) -> list[str]:
    """The blocks of one topic; where an explanation was asked for, that comes first."""
    facts = [claim for claim in claims if claim.kind in ("record", "computed")]
    limits = [claim for claim in claims if claim.kind == "limit"]
    knowledge = [claim for claim in claims if claim.kind == "knowledge"]
    advice = [claim for claim in claims if claim.kind == "advice"]
    parts: tuple[list[Claim], ...] = (facts, knowledge, limits, advice)
    if not facts and claims[0].kind == "limit":
        parts = (limits, knowledge, advice)
    elif not facts and claims[0].kind == "advice":
        parts = (advice, limits, knowledge)
    if explaining:
        parts = (knowledge, facts, limits, advice)
    return [block for part in parts for block in flowing(part)]


def flowing(claims: Iterable[Claim]) -> list[str]:
    """Sentences joined to paragraphs, items to lists."""
    blocks: list[tuple[str, list[str]]] = []
    for claim in claims:
        kind = "item" if is_item(claim.text) else "text"
        if not blocks or blocks[-1][0] != kind:
            blocks.append((kind, []))
        blocks[-1][1].append(f"- {marked(claim)}" if kind == "item" else marked(claim))
    return [("\n" if kind == "item" else " ").join(lines) for kind, lines in blocks]


def marked(claim: Claim) -> str:
    """The claim's text with its marker, in front of the last full stop."""
    if not (claim.evidence or claim.source):
        return claim.text
    text, end = (claim.text[:-1], claim.text[-1]) if claim.text[-1:] in (".", ":", "?") else (claim.text, "")
    return f"{text} [{claim.id}]{end}"


def is_item(text: str) -> bool:
    return text[-1:] not in (".", ":", "?", "!")


def missing(gaps: Sequence[Gap], *, spanish: bool) -> list[str]:
    """What could not be done, so that nobody takes silence for an all-clear."""
    if not gaps:
        return []
    lines = [f"- {gap.unknown}" for gap in gaps]
    return [f"**{NOT_CHECKED.told(spanish=spanish)}**", "\n".join(lines)]
