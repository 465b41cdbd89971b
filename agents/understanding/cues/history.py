"""Cues for conditions, procedures and visits."""

from __future__ import annotations

from agents.understanding.cues.conditions import names_a_feared_condition, says
from agents.understanding.cues.cue import Cue, cue

CUES: tuple[Cue, ...] = (
    cue(
        "ever_diagnosed",
        9.6,
        r"\b(?:any|is|was|has|had|have|does|did|do)\b.*\bCOND\b.*\b(?:medical |health |past |my )+"
        r"(?:history|records?|past|chart|diagnos\w+)\b",
        when=lambda slots: not says(slots, r"summar|family"),
    ),
    cue(
        "conditions",
        9.3,
        r"(?:am i|is|are) .*\b(?:listed|recorded|registered|down|documented|marked)\b.*COND",
        r"COND.*\b(?:listed|on my (?:list|chart|record|file))",
    ),
    cue(
        "conditions",
        8,
        (
            r"\b(?:diagnos[ei]s|diagnosed|conditions?|health (?:issues?|problems?)|medical (?:issues?|problems?)|"
            r"illness(?:es)?|diseases?|problem list|ailments?|chronic (?:\w+ )?(?:issues|problems)|comorbidit\w+|"
            r"what is wrong with me|what do i have|disorders?)\b"
        ),
        r"\b(?:which|what|list|show|any|tell)\b.*\b(?:problems?|issues?|troubles?)\b.*\b(?:active|open|current|ongoing|"
        r"unresolved|still|now)\b",
        r"\b(?:active|open|current|ongoing|unresolved|present) (?:health |medical )?(?:problems?|issues?|troubles?)\b",
        r"\bwhat (?:do|am) i (?:currently |still |now )?(?:suffer(?:ing)? from|living with|being treated for|"
        r"ill with)\b",
        when=lambda slots: not says(slots, r"\bever\b|\bwhen was\b"),
    ),
    cue(
        "conditions",
        8.3,
        (
            r"(?:do|does|did) i (?:still |really |actually |currently |now |officially |also )*(?:have|suffer|"
            r"got)\b.*\bCOND\b"
        ),
        (
            r"(?:have i got|am i|is my|have i) (?:a |an |still |currently |really |officially |considered |"
            r"being treated for |living with |got )*COND\b"
        ),
        r"is (?:my )?COND\b.*(?:active|listed|resolved|gone|still|on my)|^(?:my )?COND$",
        (
            r"do i have (?:any )?(?:heart|lung|kidney|liver|thyroid|skin|blood|mental)\w* (?:problems?|issues?|"
            r"disease|trouble|condition)"
        ),
        when=lambda slots: not names_a_feared_condition(slots) or not says(slots, r"^do i"),
    ),
    cue("conditions", 9.4, r"what (?:have|was|were|am|had) i (?:ever )?(?:been )?diagnosed (?:with|as)$"),
    cue(
        "ever_diagnosed",
        9,
        r"\b(?:ever|previously|in the past|before|history of|past|at any (?:point|time)|once)\b.*\bCOND\b",
        r"\bCOND\b.*\b(?:ever|in the past|before|previously|history|in my records?|on (?:my )?record)\b",
        r"when (?:was|were|did|have) i .*(?:diagnos\w+|COND)",
        (
            r"have i (?:ever )?(?:had|been diagnosed|suffered|been told|been treated|got|"
            r"experienced)\b(?!.*(?:PROC|TEST|VAX|shot|vaccin|MED)).*"
        ),
        r"(?:was|were) i (?:ever )?diagnosed",
        (
            r"did (?:i|my doctor\w*|they|anyone|any doctor) (?:ever )?(?:have|had|get|say|find|diagnose\w*|"
            r"mention|record)\b.*\bCOND\b"
        ),
        r"any (?:history|record|mention|sign|evidence) of\b.*COND|(?:how long|since when) have i had COND",
        when=lambda slots: (
            not slots.tests
            and (not slots.named("procedure", "vaccine", "medicine", "visit"))
            and (not says(slots, r"surger|operation|procedure|vaccin|\bshots?\b|hospital"))
        ),
    ),
    cue(
        "procedures",
        8.4,
        r"\b(?:procedures?|surger(?:y|ies)|operations?|operated on)\b",
        (
            r"(?:have|did|had|was|were|has) (?:i|my) (?:ever |already |even )?(?:had|have|get|got|gotten|"
            r"undergone|undergo|done|been)\b.*\bPROC\b"
        ),
        r"\b(?:list|show|all|any|which|what)\b.*\bPROCs?\b|^(?:my )?PROC$",
        r"ever (?:had|have|get) (?:a |an |any )?PROC|(?:result|outcome|findings?)s? of (?:my )?(?:\w+ )?PROC",
        r"PROC (?:result|report|finding)s?",
        when=lambda slots: not says(slots, r"^when|^how many|how often|\bdue\b|need a|should i|last time|how long"),
    ),
    cue(
        "encounters",
        8.2,
        r"\b(?:VISITs?|hospitali[sz]ed|admitted)\b",
        (
            r"(?:last|recent|see|saw|seen|been to|gone to|go to|went to|visited?)\b.*\b(?:doctors?|gp|physician|"
            r"specialist|cardiologist|hospital|clinic|nurse)\b"
        ),
        when=lambda slots: (
            not slots.tests
            and says(slots, r"\b(?:when|what|list|show|did|have|was|were|how long|which|last|my|all|why|where|tell)\b")
            and (
                not says(
                    slots,
                    (
                        r"how many|how often|number of|what should i|questions?|summar|ask my|next|"
                        r"upcoming|prepare|before my|"
                        r"overview|brief|to ask|to tell|bring up|discuss"
                    ),
                )
            )
        ),
    ),
    cue(
        "ever_diagnosed",
        9.2,
        (
            r"(?:do|does) (?:my|the) (?:medical )?(?:records?|charts?|files?|notes)\b.*\b(?:mention|say|show|list|"
            r"contain|include|have)\b.*COND"
        ),
    ),
    cue("conditions", 4, r"\bCOND\b"),
    cue("procedures", 4, r"\bPROC\b"),
    cue("encounters", 4, r"\bVISIT\b"),
)
