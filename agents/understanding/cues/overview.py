"""Cues for summaries, what to ask a doctor, and what to do oneself."""

from __future__ import annotations

from agents.understanding.cues.conditions import names_two_tests, says
from agents.understanding.cues.cue import Cue, cue
from agents.understanding.cues.wordings import DOCTOR, LOWER

CUES: tuple[Cue, ...] = (
    cue("visit_summary", 9, r"(?:going on|happening|new|the story|up) with my (?:health|body)\b"),
    cue(
        "visit_summary",
        9,
        r"\bsummar\w+|\boverview\b|\brecap\b|\bbrief(?:ing)?\b|run ?down|big picture|full picture",
        r"whole picture|snapshot",
        (
            r"(?:go|walk|run|take) (?:me )?(?:over|through) (?:all )?my (?:records?|results|health|chart|history|"
            r"labs)"
        ),
        r"tell me (?:everything|all|about my health|about my medical)",
        r"how (?:is|are) my (?:general |overall )?health|how am i doing(?! (?:with|on|for|in))|how healthy am i",
        r"am i (?:healthy|in good health|ok health)",
        (
            r"my (?:health|medical) (?:status|overall|in general|history|profile|report|situation|state|picture|"
            r"story)"
        ),
        r"overall health|general health|state of my health|everything (?:about|in) my",
        r"health (?:report|check|status|profile|highlights)|highlights|catch me up|bring me up to speed",
        r"full (?:report|analysis|review|check)",
        (
            r"(?:analy[sz]e|review|look at|evaluate|assess|check) (?:all (?:of )?)?my (?:health|records?|whole|"
            r"entire|complete|medical|chart|data)"
        ),
        r"prepare me for (?:my|the)|what should (?:a |my )?(?:new )?doctor know|medical history\b",
        r"what do my (?:records?|files?) say|what is in my (?:records?|files?|chart)|comprehensive",
        r"complete picture|health at a glance",
        when=lambda slots: not says(slots, r"family history|medication history|history of|risk"),
    ),
    cue(
        "visit_questions",
        10.2,
        (
            r"(?:what|which|any|some|list|good|give|help|things?|topics?|questions?)\b.*\b(?:ask|asking|bring up|"
            rf"discuss|talk|raise|mention|say|tell|cover|questions?|know)\b.*\b{DOCTOR}\b"
        ),
        r"questions? (?:for|to ask|i should|should i|to bring|at|before)",
        r"\bwhat (?:should|do|can|could) i (?:ask|bring up|discuss|raise|mention|tell|talk about|talk to)\b",
        rf"help me prepare (?:for|questions)|prepare questions|(?:ask|discuss with) my {DOCTOR}",
        r"VISIT questions",
        when=lambda slots: not says(slots, r"doctor know|summar"),
    ),
    cue(
        "lifestyle",
        9,
        (
            r"\bhow (?:can|do|could|should|might|to|would|best to|else can)(?: i| you| we)? ?(?:naturally |best |"
            rf"safely |quickly |help |go about )?{LOWER}\b"
        ),
        (
            r"what (?:can|could|should|else can|do) i (?:do|change|try|eat|drink|avoid|cut|cook|"
            r"have)\b(?!.*(?:ask|doctor|screening))"
        ),
        (
            r"\b(?:diet\w*|eat|eating|eats|foods?|meals?|exercis\w+|workouts?|nutrition\w*|lifestyle|naturally|"
            r"natural ways?|home remed\w+|habits?|recipes|vegetarian|vegan|fasting diet|mediterranean|keto|"
            r"snacks?|salt intake|drink less|cut down on|without (?:pills|meds|medic\w+|drugs|tablets))\b"
        ),
        rf"ways? to {LOWER}|tips (?:for|to|on)",
        r"(?:to|want to|help me|trying to|need to) (?:lower|reduce|improve|raise|TEST|bring down|lose)\b",
        r"\bhow (?:can|do|should|could) i TEST\b|advice (?:on|for|about)",
        when=lambda slots: not slots.named("medicine") or says(slots, r"without|eat|diet|food|lower|reduce|bring"),
    ),
    cue(
        "lifestyle",
        9,
        (
            r"\b(?:is|are|does|do|will|would|can) (?:eating |drinking |too much |more |less )*(?:salt|sugar|"
            r"coffee|caffeine|alcohol|wine|eggs?|(?:red )?meat|butter|fat|fiber|fibre|fish|nuts|bread|rice|fruit|"
            r"cheese|chocolate|tea|soda|exercise|running|yoga|stress|smoking|weight) (?:is |are )?(?:bad|good|ok|"
            r"okay|harmful|helpful|help|raise|lower|affect|healthy|hurt)\b"
        ),
        when=lambda slots: not names_two_tests(slots) or not says(slots, r"affect|raise|lower"),
    ),
)
