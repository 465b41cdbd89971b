"""Cues for questions about medicines and allergies."""

from __future__ import annotations

from agents.understanding.cues.conditions import has_frame, names_a_medicine, names_an_antibiotic, says, says_kidneys
from agents.understanding.cues.cue import Cue, cue
from agents.understanding.cues.wordings import ILL, MEDS

CUES: tuple[Cue, ...] = (
    cue(
        "medication_list",
        7.5,
        (
            r"\b(?:what|which|list|show|tell|all|name|give|see|current\w*|my|every|any|read)\b.*\b(?:meds|"
            r"medications?|medicines?|pills?|tablets?|drugs?|prescriptions?|rx|med list|supplements|inhalers?|"
            r"treatments?)\b"
        ),
        (
            r"^(?:my )?(?:current )?(?:meds|medications?|medicines?|pills|tablets|prescriptions|rx|"
            r"drugs)(?: list)?(?: please| now)?$"
        ),
    ),
    cue(
        "medication_list",
        8,
        (
            r"what (?:all )?(?:am|do|should|was|else am) i (?:currently |still |now |presently |supposed to be |"
            r"on |be )*(?:taking|take|on|using|prescribed)\b(?! for)"
        ),
        (
            r"am i (?:currently |still |now |already )*(?:taking|on|using|prescribed) (?:a |an |any |the |"
            r"some )?(?:\w+ )?(?:MED|meds|medications?|medicines?|pills|anything|\w+ for)"
        ),
        r"do i (?:still |currently )*(?:take|use) (?:a |an |any )?(?:MED|meds|medic\w+|pills|anything)",
        r"what (?:do|am) i (?:take|taking|on|use) for",
        r"(?:everything|all|anything|whatever|the things|stuff)(?: that)? i(?: am)? (?:currently |still |now |"
        r"supposed to )*"
        r"(?:take|taking|on|use|using|swallow|prescribed)\b",
        r"what (?:is|are) (?:my |the )?(?:MED|these pills|this pill)(?: \w+)? (?:for|used for|treating)$",
        r"how many (?:different )?(?:meds|medications?|medicines?|pills|drugs|tablets|prescriptions)",
        r"why (?:am|do) i (?:on|taking|take|prescribed)",
    ),
    cue(
        "medication_list",
        8,
        r"\b(?:dose|dosage|dosing|strength|how much)\b.*\bMED\b|\bMED\b.*\b(?:dose|dosage|strength|mg)\b",
        when=names_a_medicine,
    ),
    cue("medication_list", 3, r"^(?:my |the )?MED$", when=names_a_medicine),
    cue("medication_start", 2.8, r"^(?:my |the )?MED$", when=names_a_medicine),
    cue(
        "medication_start",
        9.2,
        (
            r"\bwhen\b.*\b(?:start\w*|began|begin|begun|first|prescribed|put (?:me )?on|go on|went on|get on|"
            rf"given|come on)\b.*\b{MEDS}\b"
        ),
        rf"\bwhen\b.*\b{MEDS}\b.*\b(?:start\w*|began|begin|first|prescribed|given|added|introduced)\b",
        (
            r"how long (?:have|has|did|am) i (?:been )?(?:on|taking|using|take|prescribed|had)\b.*(?:MED|meds|"
            r"medic\w+|pill)"
        ),
        r"since when (?:am|have|do|did) i .*(?:MED|tak|on)\b",
        r"(?:start date|first prescri\w+|date i started|prescribed (?:first|since))\b",
        r"(?:what|which) (?:date|day|year|month) .*(?:start|beg[aiu]n|prescribed|first|take|taking|on\b).*MED|"
        r"MED start(?: date)?\b",
        r"\b(?:when|what|which|on which|since when|date|day|how long)\b.*\bMED\b.*\b(?:start\w*|began|begin\w*|begun|"
        r"first|ordered|prescribed|introduced|added|issued|given|initiated|commence\w*)\b",
        r"\b(?:first|earliest|initial|original) (?:prescription|order|time|dose)\b.*\bMED\b",
        r"\b(?:since when|how long|since what|since which)\b.*\bMED\b",
        when=lambda slots: names_a_medicine(slots) or says(slots, r"\b(?:meds|medic\w+|pills?|tablets?)\b"),
    ),
    cue(
        "medication_history",
        8.8,
        (
            r"\b(?:past|previous|previously|old|former|formerly|stopped|discontinued|used to|no longer|"
            r"ever (?:taken|been on|been prescribed|used|had|take|prescribed|tried)|history|over the years|before|"
            r"earlier|not taking any ?more|timeline|came off|came off of|in the past|have i (?:taken|used|tried|"
            r"been on|been prescribed)|did i (?:ever )?(?:take|use)|was i (?:ever )?(?:on|taking|prescribed|"
            rf"given))\b.*\b{MEDS}\b"
        ),
        (
            rf"\b{MEDS}\b.*\b(?:history|in the past|previously|over the years|stopp?\w*|timeline|used to|ever|"
            r"before|discontinued|come off|came off|quit|ended)\b"
        ),
        rf"when did i (?:stop|quit|come off|finish|end)\b.*{MEDS}",
        (
            r"what (?:was|were|meds was|medic\w+ was|have) i (?:been )?(?:on|taking|prescribed|given|"
            r"using)\b.*PERIOD"
        ),
        r"what did i (?:use to )?take\b",
        when=lambda slots: not slots.tests or says(slots, r"\bfor\b"),
    ),
    cue(
        "medication_history",
        8.8,
        rf"\b{MEDS}\b.*\bPERIOD|PERIOD\b.*\b{MEDS}\b",
        when=lambda slots: not slots.tests and (not says(slots, r"start|began|first|right now")),
    ),
    cue(
        "medication_interactions",
        9.3,
        (
            r"(?:clash\w*|interact\w*|\bmix\w*\b|\bcombin\w+|conflict\w*|together|compatib\w+|contraindicat\w+|"
            r"counteract\w*|go with|get along|fight|duplicat\w+|overlap\w*|doubl(?:e|ing) up|play nice\w*)"
        ),
        when=lambda slots: (
            has_frame(slots, rf"\b{MEDS}\b")
            or says(slots, r"what i am (?:on|taking)|my stuff|grapefruit|alcohol|each other")
        ),
    ),
    cue(
        "medication_interactions",
        9.2,
        (
            r"(?:can|could|may|should|is it (?:ok|okay|safe|fine|bad)|ok|okay|safe) (?:for me |if )?(?:i |"
            r"to )?(?:still |also |safely )?(?:take|have|drink|eat|use|add|taking|mix)\b.*\b(?:with|while|"
            r"alongside|when|on top of|along|plus|and)\b.*(?:MED|meds|medic\w+|pills|tablets|what i|taking|TEST)"
        ),
        when=lambda slots: (
            names_a_medicine(slots)
            or says(slots, r"\b(?:meds|medic\w+|pills|tablets)\b|what i(?: am)? (?:on|take|taking)")
        ),
    ),
    cue(
        "medication_interactions",
        9.2,
        rf"\b(?:grapefruit|alcohol|wine|beer|milk|dairy|coffee|drinking|drink|st john)\b.*\b{MEDS}\b",
        rf"\b{MEDS}\b.*\b(?:grapefruit|alcohol|wine|beer|milk|dairy|coffee|drink\w*|st john)\b",
    ),
    cue(
        "medication_interactions",
        8.8,
        r"(?:can|could|may|should) i (?:take|use|have|try)(?: a| an| some| any| my)? MED\b",
        (
            r"is (?:it )?(?:MED|safe to take MED|it safe to take MED|it ok to take MED|"
            r"it okay to take MED) (?:safe|ok|okay|a problem|fine|bad)\b"
        ),
        r"is it (?:safe|ok|okay|fine|bad) to (?:take|use) MED",
        r"(?:safe|ok|okay) (?:for me )?to (?:take|use) (?:a |some )?MED",
        when=lambda slots: names_a_medicine(slots) and (not names_an_antibiotic(slots)),
    ),
    cue(
        "medication_interactions",
        8.5,
        (
            r"(?:is|are) (?:it |any of )?(?:my|the|all my|these|all these) (?:MED|meds|medic\w+|pills|tablets|"
            r"drugs|prescriptions)(?: safe| ok| okay| dangerous| a problem)(?! for my)(?:.*(?:with|together|"
            r"each other|combination))?"
        ),
        when=lambda slots: not says_kidneys(slots),
    ),
    cue(
        "medication_kidney",
        9.9,
        rf"\b{MEDS}\b.*\b(?:kidneys?|renal|TEST)\b|\b(?:kidneys?|renal|TEST)\b.*\b{MEDS}\b",
        when=lambda slots: (
            says_kidneys(slots)
            and says(
                slots,
                (
                    r"safe|harm\w*|hurt\w*|bad|damag\w+|affect\w*|hard on|ok|okay|adjust\w*|problem|dos(?:e|ing)|right|"
                    r"tough|strain|careful|avoid|caution|watch|risk\w*|appropriate|stress|tax|"
                    r"kidney[- ]friendly|good for|"
                    r"fit|suit\w*|with my kidney|suitable|toxic"
                ),
            )
        ),
    ),
    cue(
        "medication_side_effect",
        9.7,
        r"side[ -]?effects?|adverse (?:effect|reaction)s?",
        (
            r"\b(?:from|because of|due to|caused by|causing|cause|causes|give|gives|giving|making|make|makes|made|"
            r"blame|behind|responsible for|reason for|explain\w*|linked to|related to|could|can|"
            rf"might)\b.*\b{ILL}\b.*\b(?:from|by|because of|due to|of|in)\b.*\b{MEDS}\b"
        ),
        when=lambda slots: has_frame(slots, rf"\b{MEDS}\b") and (not says(slots, r"lower\w*|bring down|actually")),
    ),
    cue(
        "medication_side_effect",
        9.7,
        (
            rf"\b{MEDS}\b.*\b(?:caus\w+|giv\w+|mak\w+|behind|responsible for|reason for|to blame for|explain\w*|"
            rf"the reason|why)\b.*\b(?:{ILL}|me\b)"
        ),
        (
            rf"\b{ILL}\b.*\b(?:side effect|from|caused by|because of|due to|related to|since starting|"
            rf"since i started|after starting)\b.*\b{MEDS}\b"
        ),
        when=lambda slots: (
            (not slots.tests or slots.concepts in {("pain",), ("sleep_duration",), ("temperature",), ("weight",)})
            and not says(slots, r"\b(?:date|day|when|first (?:given|prescribed|ordered))\b")
        ),
    ),
    cue("medication_side_effect", 8, r"side[ -]?effects?"),
    cue(
        "allergies",
        9.4,
        r"\ballerg\w+|\banaphyla\w+|\bintoleran\w+",
        when=lambda slots: not says(slots, r"allergy (?:pills?|meds|medic\w+|tablets?)"),
    ),
    cue(
        "allergies",
        9.4,
        (
            r"(?:can|could|may|should|am i able to|is it (?:ok|okay|safe) (?:for me )?to) (?:i )?(?:have|take|get|"
            r"be given|use)\b.*\bMED\b"
        ),
        r"(?:safe|ok|okay) (?:for me )?to (?:take|have)\b.*MED",
        r"(?:do|did|will|would|have) i (?:ever )?(?:react\w*|had a reaction|bad reaction).*",
        when=lambda slots: names_an_antibiotic(slots) and (not says(slots, r"\bwith (?:my|what)|together|while")),
    ),
    cue("allergies", 8, r"\b(?:react(?:ed|ion|ions)?) (?:to|badly)\b.*|reactions? (?:to|do i have)"),
    cue(
        "medication_start",
        9.3,
        rf"first time .*\b(?:prescribed|took|take|given|on)\b.*{MEDS}",
        r"how many (?:years|months|weeks|days) (?:have|did) i (?:been )?(?:on|tak\w+|us\w+)",
        when=lambda slots: names_a_medicine(slots),
    ),
    cue(
        "medication_interactions",
        9.3,
        r"\breact\w* with\b",
        r"\b(?:be taken|taken|used|combined|given) (?:alongside|with|together|along|at the same time|while)\b",
        when=lambda slots: names_a_medicine(slots) or has_frame(slots, rf"\b{MEDS}\b"),
    ),
    cue(
        "medication_side_effect",
        9.7,
        (
            rf"\b(?:hurts?|{ILL})\b.*\b(?:is|could|might|can) (?:it|this|that)(?: be)? (?:from |because of |"
            rf"due to |caused by )?(?:the |my |one of my |a )?{MEDS}\b"
        ),
        when=lambda slots: not slots.tests or slots.concepts == ("pain",),
    ),
    cue(
        "medication_list",
        9.4,
        r"^what (?:is|are|do i (?:take|use)) (?:my |the |this )?(?:MED|pill|tablet)(?: \w+)? for$",
    ),
    cue(
        "medication_start",
        9.2,
        r"\bdate\b.*\b(?:start\w*|began|prescribed|went on)\b.*MED",
        r"\b(?:date|day|time)\b.*\bMED\b.*\b(?:given|first|prescribed|ordered|started|began|introduced)\b",
        when=names_a_medicine,
    ),
    cue(
        "medication_list",
        8.6,
        r"how (?:often|many times a day) (?:do|should) i (?:take|use)",
        r"\bMED\b.*\bon my (?:list|record|chart)",
    ),
    cue("medication_list", 4, r"\w.* MED\b|\bMED .*\w"),
    cue(
        "medication_history",
        8.8,
        r"(?:which|what) (?:MED|meds|medic\w+|pills|drugs) (?:have|had|did) i (?:had|taken|tried|used|take|have|been)",
    ),
)
