"""Cues for looking up measured values."""

from __future__ import annotations

import re

from agents.understanding.cues.conditions import (
    has_a_ceiling,
    has_a_floor,
    has_frame,
    is_worse_when_low,
    names_a_group,
    names_a_test,
    names_no_test,
    names_one_time,
    says,
    wants_a_unit,
)
from agents.understanding.cues.cue import Cue, cue
from agents.understanding.cues.wordings import LABS, ODD, VERDICT
from agents.understanding.slots import tests_of_conditions

CUES: tuple[Cue, ...] = (
    cue("latest_value", 2, r"\b(?:TEST|OTHER)\b"),
    cue(
        "latest_value",
        5.5,
        (
            r"(?:latest|last|most recent|newest|recent|current\w*|right now|just now|now|today|at the moment|"
            r"nowadays|these days|lately|presently|last time)"
        ),
        when=names_a_test,
    ),
    cue(
        "latest_value",
        4.5,
        (
            r"(?:what|how|where|how much|how high|how low|how many|how big|how heavy) (?:is|was|are|were|am|do i|"
            r"does|did i|about)? ?(?:my|our|the|i)? ?(?:\w+ )?(?:TEST|OTHER)"
        ),
        when=names_a_test,
    ),
    cue(
        "latest_value",
        4.5,
        (
            r"(?:show|give|tell|see|check|look up|look at|get|find|pull up|read|display|know|remind|need|want|"
            r"view|report|lookup|fetch|bring up)\b.*(?:TEST|OTHER)"
        ),
        when=names_a_test,
    ),
    cue(
        "latest_value",
        4.5,
        r"(?:TEST|OTHER) (?:results?|readings?|levels?|values?|numbers?|counts?|figures?|scores?|stats?)\b",
        r"my (?:TEST|OTHER)|^(?:TEST|OTHER)(?: and (?:TEST|OTHER))*(?: please)?$",
        when=names_a_test,
    ),
    cue(
        "latest_value",
        9,
        (
            r"\b(?:did|has|have|how did|what did) (?:my|the) (?:last |latest |recent )?(?:TEST|OTHER)(?: test|"
            r" result| results| count| level)?(?: \w+)? (?:(?:come|came) (?:back|out|in)|turn(?:ed)? out|"
            r"look(?:ed)?)\b"
        ),
        r"(?:TEST|OTHER).* came? back\b",
        when=lambda slots: names_a_test(slots) and (not names_a_group(slots)),
    ),
    cue("latest_value", 7, r"how (?:much|heavy|tall) (?:do|am|did|was) i (?:TEST)?|how much i TEST", when=names_a_test),
    cue("latest_value", 5, r"(?:what|how|where|show).*(?:TEST|OTHER).*PERIOD", when=names_one_time),
    cue("latest_value", 6, r"^(?:is|was|are|were) my (?:TEST|OTHER).*LIMIT", when=names_a_test),
    cue(
        "last_date",
        8,
        (
            r"\bwhen (?:was|is|did|were|do|have|had)\b.*(?:TEST|OTHER|PROC|blood tests?|labs?|lab work|bloodwork|"
            r"tests? done)"
        ),
        when=lambda slots: (
            not says(
                slots,
                r"\bstart|\bbegan|diagnos|highest|lowest|due\b|next\b|\bstop|bottom|top(?:ped)? out|\bpeak|"
                r"\bhit\b|extreme",
            )
        ),
    ),
    cue(
        "last_date",
        8.2,
        (
            r"\b(?:when|what (?:is the )?(?:date|day|time|year|month)|how long ago|how (?:recent|recently|old)|"
            r"how long (?:since|has it been since|is it since)|what was the date|date of|last time|(?:since|"
            r"the) last)\b.*\b(?:TEST|OTHER|PROC|blood tests?|labs?)\b.*(?:check\w*|measur\w+|test\w*|done|taken|"
            r"took|drawn|performed|record\w*|have|had|ago|last|do|run|ran|get|got|it)?"
        ),
        when=lambda slots: (
            says(
                slots,
                (
                    r"^(?:and )?(?:when|what (?:date|day|year|month)|how long|how recent|how old|what is the date|date|"
                    r"last time)|\b(?:date (?:of|on|for)|how long ago|last time i|the date)\b"
                ),
            )
            and (
                not says(
                    slots,
                    (
                        r"\bstart\w*\b|\bbegan|diagnos|highest|lowest|bottom|top(?:ped)? out|\bpeak|\bdue\b|"
                        r"next\b|how long (?:have|"
                        r"do|did) i (?!not)|"
                        r"old am i"
                    ),
                )
            )
        ),
    ),
    cue(
        "last_date",
        7,
        (
            r"(?:have|has|did) .*(?:TEST|PROC).*(?:been )?(?:checked|tested|measured|done) (?:recently|lately|"
            r"PERIOD)"
        ),
    ),
    cue(
        "last_date",
        8.8,
        r"^(?:my |the )?(?:last|latest|newest|most recent) (?:TEST|OTHER)(?: test| check)? (?:date|day|when)$",
        r"\b(?:day|date|month|time) (?:that |when |on which )?(?:my |the |they |i )(?:last |"
        r"most recently )?(?:TEST|OTHER|"
        r"had|got|took|checked|measured).*\b(?:last|taken|checked|measured|tested|done|drawn|TEST|OTHER)\b",
        when=lambda slots: names_a_test(slots) and not slots.named("medicine"),
    ),
    cue(
        "count",
        8,
        r"how (?:many times|often|frequently)|number of times",
        r"how many .*(?:TEST|OTHER|PROC) (?:tests?|readings?|results?|measurements?|checks?|values?|records?)",
        r"\b(?:measured|tested|checked|taken|done) (?:very |quite |that )?(?:often|frequently|a lot)\b",
        r"number of (?:\w+ )?(?:TEST|OTHER|PROC|VISIT|visits)|count (?:of |up |all )?(?:of )?(?:my|the)|"
        r"times (?:have|did|was|were|has)",
        r"how many (?:\w+ )?(?:TEST|OTHER)\b|(?:TEST|OTHER) (?:tests?|readings?|results?|measurements?|"
        r"values?)? ?in total",
        when=lambda slots: slots.limit is None,
    ),
    cue(
        "count",
        8,
        (
            r"how many (?:different |total |separate |of my |of the )*(?:\w+ )?(?:VISIT|PROC|procedures|surgeries|"
            r"operations|visits|times|appointments|encounters|hospital\w*|lab tests|blood tests|tests|"
            r"measurements|readings|results|conditions|diagnoses|allergies)"
        ),
        when=lambda slots: slots.limit is None,
    ),
    cue(
        "count_above",
        9,
        r"LIMIT",
        when=lambda slots: (
            has_a_floor(slots)
            and names_a_test(slots)
            and has_frame(
                slots,
                (
                    r"how (?:many|often)|count|number|times|which|list|show|any|readings|results|"
                    r"ever|days|values|percent|"
                    r"proportion|all|find|when"
                ),
            )
        ),
    ),
    cue(
        "count_below",
        9,
        r"LIMIT",
        when=lambda slots: (
            has_a_ceiling(slots)
            and names_a_test(slots)
            and has_frame(
                slots,
                (
                    r"how (?:many|often)|count|number|times|which|list|show|any|readings|results|"
                    r"ever|days|values|percent|"
                    r"proportion|all|find|when"
                ),
            )
        ),
    ),
    cue("count_above", 5.8, r"LIMIT", when=lambda slots: has_a_floor(slots) and names_a_test(slots)),
    cue("count_below", 5.8, r"LIMIT", when=lambda slots: has_a_ceiling(slots) and names_a_test(slots)),
    cue(
        "minimum",
        8.5,
        (
            r"\b(?:lowest|minimum|min|smallest|least|low point|bottomed|all[- ]time low|record low|thinnest|"
            r"lightest|shortest|fewest|nadir|floor|at its low|bottom (?:value|result|reading|figure|TEST|OTHER)|"
            r"bottom(?:ed|s|ing)? out|rock bottom|low[- ]water mark)\b"
        ),
        r"how low (?:has|did|have)|how low was .*\bever\b|\b(?:what is|my) (?:low) (?:for|of)\b",
        when=names_a_test,
    ),
    cue(
        "maximum",
        8.5,
        (
            r"\b(?:highest|maximum|max|largest|biggest|greatest|peak\w*|record high|all[- ]time high|heaviest|"
            r"longest|most (?!recent)|tallest|top (?:value|reading|result)|spiked?|at its high|farthest|"
            r"topped out|top(?:s|ping)? out|high[- ]water mark|upper extreme)\b"
        ),
        r"how high (?:has|did|have)|how high was .*\bever\b|what is the most\b",
        when=names_a_test,
    ),
    cue(
        "maximum",
        8.4,
        r"\b(?:worst)\b(?! than)",
        when=lambda slots: names_a_test(slots) and (not is_worse_when_low(slots)),
    ),
    cue("minimum", 8.4, r"\b(?:worst)\b", when=lambda slots: names_a_test(slots) and is_worse_when_low(slots)),
    cue(
        "minimum",
        8.4,
        r"\b(?:best)\b(?! (?:way|diet|food|thing))",
        when=lambda slots: names_a_test(slots) and (not is_worse_when_low(slots)),
    ),
    cue(
        "maximum",
        8.4,
        r"\b(?:best)\b(?! (?:way|diet|food|thing))",
        when=lambda slots: names_a_test(slots) and is_worse_when_low(slots),
    ),
    cue(
        "mean_period",
        7.5,
        (
            r"\b(?:average|averaged|averages|averaging|typical\w*|usual\w*|normally|median|mean (?:TEST|value|"
            r"level|of|\w+ TEST)|(?:my|the) mean(?! (?:corpuscular|cell|arterial|platelet)))\b"
        ),
        when=names_a_test,
    ),
    cue(
        "mean_period",
        8.4,
        r"\bon average\b|\baverage\w* out\b|^mean\b|\bmean (?:\w+ )?TEST|\baverage\b.*PERIOD|PERIOD.*\baverage\b",
        when=lambda slots: names_a_test(slots) and not says(slots, r"what (?:does|do) .* mean|go\w* (?:up|down)"),
    ),
    cue(
        "latest_value",
        9,
        r"\bhow (?:high|low) (?:is|was|are|were)\b.*\b(?:last|latest|now|today|most recent\w*|newest|this time)\b",
        r"\b(?:forgot|forgotten|remind me|do not remember|can not remember|cannot recall|do not recall)\b.*(?:TEST|"
        r"OTHER)",
        r"\bwhere (?:does|do|did) (?:my |the )?(?:TEST|OTHER) (?:now )?(?:stand|sit|lie)\b|(?:TEST|"
        r"OTHER) stands?\b(?! for)",
        r"what did (?:the |my )?(?:TEST|OTHER) (?:say|show|read|come)|(?:TEST|OTHER) (?:now|today)$",
        when=lambda slots: names_a_test(slots) and not says(slots, r"\bwhen\b|\bever\b"),
    ),
    cue(
        "abnormal_list",
        8,
        (
            r"\b(?:any\w*|which|what|show|list|are|is|did|tell|see|every\w*|all|something|were|was|give|do|does|"
            rf"how many|red|abnormal\w*|flagged|highlight)\b.*{ODD}"
        ),
        when=lambda slots: (
            (names_no_test(slots) or names_a_group(slots))
            and bool(
                re.search(
                    (
                        rf"\b{LABS}\b|\b(?:blood|results?|anything|everything|tests?|came back|levels?|values|numbers|"
                        r"labs?)\b|TEST"
                    ),
                    slots.text + slots.frame,
                )
            )
            and (not says(slots, r"side effect|interact|pills?\b|tablets?\b|\bmeds\b|medic"))
        ),
    ),
    cue(
        "abnormal_list",
        8,
        (
            r"(?:are|were|is|was) (?:all |any of )?(?:my |the |those )?(?:last |latest |recent |"
            rf"most recent )*{LABS}(?: \w+)? (?:all )?{VERDICT}"
        ),
        rf"{LABS}.* (?:normal|ok|okay|fine|good|look)\b",
        rf"how (?:do|did|are|were|was|is) my (?:last |latest |recent )*{LABS}\b",
        r"is everything (?:normal|ok|okay|fine|alright|in range|good)|anything (?:high|low|abnormal|weird|off)",
        r"^abnormal\w*|everything (?:ok|okay|normal|fine|good)",
        when=lambda slots: names_no_test(slots) and (not slots.named("medicine")),
    ),
    cue(
        "abnormal_list",
        7,
        (
            r"^(?:my |the |show me my |show my |show |see my |what are my |what is in my |list my |give me my |"
            rf"can i see my )*(?:last |latest |recent |most recent |newest )*{LABS}(?: please)?$"
        ),
        when=lambda slots: names_no_test(slots),
    ),
    cue(
        "last_date",
        8.4,
        (
            r"^(?:has it been (?:long|a while|ages)|(?:in|on) (?:which|what) (?:month|day|year|date))\b.*(?:TEST|"
            r"OTHER|PROC)"
        ),
    ),
    cue(
        "maximum",
        8.6,
        r"\btop (?:TEST|OTHER|ever)\b",
        (
            r"(?:has|have|was|were) (?:my )?(?:TEST|OTHER).*\bever (?:been |gone |gotten |got )?(?:really |very |"
            r"too |that |so )?high\b"
        ),
        when=names_a_test,
    ),
    cue(
        "minimum",
        8.6,
        (
            r"(?:has|have|was|were) (?:my )?(?:TEST|OTHER).*\bever (?:been |gone |gotten |got )?(?:really |very |"
            r"too |that |so )?low\b"
        ),
        when=names_a_test,
    ),
    cue("unit_conversion", 9.8, r"UNIT", when=lambda slots: wants_a_unit(slots) and slots.limit is None),
    cue("unit_conversion", 9.8, r"\bconvert\w*\b", when=lambda slots: names_a_test(slots) or slots.value is not None),
    cue(
        "latest_value",
        8.4,
        r"\b(?:numbers?|results?|labs?|tests?|values?|levels?|readings?) (?:for|about|on) (?:my )?COND",
        r"\bmy COND (?:numbers?|results?|labs?|tests?|values?|levels?|readings?)",
        when=lambda slots: bool(tests_of_conditions(slots)),
    ),
    cue(
        "abnormal_list",
        8,
        rf"\b(?:which|what|any)\b.*\b{LABS}\b.*\b(?:high|low|red|bad|off)\b",
        when=names_no_test,
    ),
)
