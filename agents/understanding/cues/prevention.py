"""Cues for vaccinations and screenings."""

from __future__ import annotations

from agents.understanding.cues.conditions import has_frame, says
from agents.understanding.cues.cue import Cue, cue
from agents.understanding.cues.wordings import SHOTS

CUES: tuple[Cue, ...] = (
    cue("immunizations", 7.5, rf"\b{SHOTS}\b"),
    cue(
        "immunizations",
        9.1,
        (
            r"\b(?:up[ -]to[ -]date|current|due|overdue|behind|missing|need|should|caught up|covered|protected|"
            rf"record|list|which|what)\b.*\b{SHOTS}\b"
        ),
        rf"\b{SHOTS}\b.*\b(?:up to date|current|due|overdue|behind|missing|need|record\w*|list|history|card)\b",
        (
            r"(?:have|did|has|was|were|am) i (?:ever |already )?(?:had|have|get|got|gotten|receive\w*|been|given|"
            rf"have)?\b.*\b(?:{SHOTS})\b"
        ),
        r"vaccinated (?:against|for)|immuni[sz]ed",
        when=lambda slots: not says(slots, r"^when|^how many|how long (?:ago|since)|^last\b"),
    ),
    cue(
        "last_immunization",
        9.4,
        (
            r"(?:\bwhen\b|how long (?:ago|since|has it been)|what (?:date|day|year|month)|date of|"
            rf"last time).*\b{SHOTS}\b"
        ),
        rf"\b(?:last|latest|most recent)\b.*\b{SHOTS}\b",
        when=lambda slots: not says(slots, r"\b(?:due|next)\b|how many"),
    ),
    cue(
        "immunization_count",
        9.6,
        rf"how many\b.*\b{SHOTS}\b|number of (?:\w+ )?{SHOTS}\b|count (?:of )?(?:my )?{SHOTS}",
        rf"how often .*\b{SHOTS}\b|{SHOTS} count\b",
    ),
    cue(
        "screening_due",
        9.2,
        (
            r"(?:what|which)\b.*\b(?:check-?ups?|tests|screenings?|exams?|VISIT)\b.*\b(?:need|should|due|"
            r"recommended|at my age|like me|missing|behind)\b"
        ),
    ),
    cue(
        "screening_due",
        8.9,
        r"\bscreen(?:ing|ings|ed)?\b|(?:due|overdue) for\b|\b(?:preventive|preventative|prevention)\b",
        (
            r"(?:do|should|must|would|when should|when do|when am) i (?:need|get|have|be getting|be due|go for|do|"
            r"schedule|due)\b.*\b(?:PROC|check-?ups?|tests?|VISIT|screen\w*|exam\w*)\b"
        ),
        r"(?:need|due|overdue|time) (?:for )?(?:a |an |my |another |next )*(?:\w+ )?(?:PROC|VISIT)",
        r"next (?:PROC|screening|check-?up|VISIT)\b|which (?:tests|checks|exams|check-?ups) (?:do|should|am) i",
        r"PROC (?:due|overdue)|am i (?:behind on|missing|up[ -]to[ -]date (?:on|with))",
        when=lambda slots: (
            not says(slots, r"screening result|depression screening score") and (not has_frame(slots, rf"\b{SHOTS}\b"))
        ),
    ),
)
