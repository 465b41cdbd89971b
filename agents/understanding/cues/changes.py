"""Cues for how values change, compare and go together."""

from __future__ import annotations

from agents.understanding.cues.conditions import (
    has_frame,
    names_a_test,
    names_no_test,
    names_one_time,
    names_two_tests,
    names_two_times,
    says,
)
from agents.understanding.cues.cue import Cue, cue
from agents.understanding.cues.wordings import MEDS, MOVE, STARTED

CUES: tuple[Cue, ...] = (
    cue(
        "trend",
        8,
        rf"\btrend\w*|over time|over the (?:years|months|weeks)|through(?:out)? the years|{MOVE}",
        (
            r"\b(?:progress\w*|trajectory|evol\w+|develop(?:ed|ing|ment)|fluctuat\w+|direction|pattern|doing over|"
            r"changing|heading|year by year|year over year|across the years|lately (?:up|down)|long[- ]term)\b"
        ),
        when=lambda slots: (
            names_a_test(slots)
            and (
                not says(
                    slots,
                    (
                        r"\bhow (?:can|do|could|should) (?:i|you|we)\b|without (?:pills|meds|drugs|"
                        r"medic)|what (?:can|should|"
                        r"could) i"
                    ),
                )
            )
        ),
    ),
    cue(
        "trend",
        7.8,
        r"(?:TEST|OTHER) (?:history|timeline|graph|chart|plot|curve|log|series|progression)",
        r"history of (?:my )?(?:TEST|OTHER)",
        r"\b(?:plot|graph|chart|draw|track|visuali[sz]e|curve|diagram)\b.*(?:TEST|OTHER)",
        r"all (?:of )?(?:my )?(?:past |previous |old )?(?:TEST|OTHER)|every (?:TEST|OTHER)|past (?:TEST|OTHER)",
        r"previous (?:TEST|OTHER)",
        r"(?:TEST|OTHER) (?:results |readings |values |levels |numbers )?over (?:PERIOD|the)",
        when=names_a_test,
    ),
    cue(
        "trend",
        7.8,
        (
            r"how (?:has|have|did|is|are) (?:my |the )?(?:TEST|OTHER)(?: \w+)? (?:chang\w+|been|done|doing|"
            r"developed|moved|evolved|looking|look)\b.*(?:PERIOD|$)"
        ),
        when=lambda slots: (
            names_a_test(slots) and bool(slots.periods or says(slots, r"chang|develop|evolv|doing|moved|been"))
        ),
    ),
    cue(
        "trend",
        6.5,
        (
            r"(?:show|give|see|list|display|get|all|view)?.*(?:TEST|OTHER)s?(?: results| readings| values|"
            r" numbers| levels| history)? PERIOD"
        ),
        when=lambda slots: (
            names_a_test(slots)
            and names_one_time(slots)
            and bool(slots.periods[0].label.startswith(("since", "the last", "the past", "from", "after")))
            and (not has_frame(slots, r"\b(?:what is|what was|how many|how much|when)\b"))
        ),
    ),
    cue(
        "trend",
        8.6,
        (
            r"^(?:am i|is my|are my|has my|have i been|have my) .*(?:TEST|OTHER).*\b(?:less|more|better|worse|"
            r"higher|lower|longer|faster|slower)\b.* (?:than|compared with).*PERIOD"
        ),
        when=lambda slots: names_one_time(slots) and slots.text.startswith(("am i", "have i been")),
    ),
    cue(
        "compare_periods",
        9,
        (
            r"\b(?:compare\w*|vs|than|against|difference|differ|better|worse|higher|lower|more|less|between|"
            r"relative)\b"
        ),
        r"PERIOD (?:and|or|to) PERIOD",
        when=lambda slots: names_a_test(slots) and names_two_times(slots),
    ),
    cue(
        "compare_periods",
        8.5,
        r"\b(?:compare\w*|vs|than|against|relative to|up from|down from)\b.*PERIOD",
        r"PERIOD.*\b(?:compare\w*|vs)\b",
        when=lambda slots: names_a_test(slots) and names_one_time(slots),
    ),
    cue("compare_periods", 7.7, r"weekdays?.*weekends?|weekends?.*weekdays?", when=names_a_test),
    cue(
        "change",
        8.8,
        (
            r"how (?:much|far|big|many points) .*\b(?:chang\w+|drop\w*|ris(?:e|en)|rose|fall\w*|fell|gone (?:up|"
            r"down)|go (?:up|down)|went (?:up|down)|come (?:up|down)|came (?:up|down)|increas\w+|decreas\w+|"
            r"declin\w+|improv\w+|differ\w+|moved?|shift\w*|better|worse|higher|lower)\b"
        ),
        r"\b(?:first|earliest|initial|oldest|baseline)\b.*\b(?:latest|last|most recent|now|current|newest)\b",
        r"(?:difference|change) (?:in|of|between)\b|by how much|\bnet change\b",
        when=lambda slots: names_a_test(slots) and (not names_two_times(slots)) and (not slots.named("medicine")),
    ),
    cue(
        "change",
        8.8,
        r"\b(?:have|did|has|am) i (?:been )?(?:lost|lose|losing|gain|gained|gaining|put on|TEST)\b",
        r"how much (?:weight )?(?:have|did) i (?:lost|lose|gain|gained|put on|TEST)|^TEST (?:over|in|PERIOD)",
        r"how much TEST have i",
        when=lambda slots: (
            slots.concepts == ("weight",)
            and says(slots, r"\b(?:los[et]\w*|gain\w*|put on)\b")
            and (not says(slots, r"how (?:can|do|should|could) i|to lose|want|help me"))
        ),
    ),
    cue(
        "real_change",
        9.5,
        (
            r"\b(?:real|meaningful\w*|significant\w*|statistical\w*|true|actual|genuine\w*|"
            r"important)\b.*\b(?:change|difference|drop|rise|increase|decrease|improvement|shift|fall|changed|"
            r"different)\b"
        ),
        (
            r"\b(?:change|difference|drop|rise|increase|decrease|improvement|shift|fall|jump|"
            r"changed)\b.*\b(?:real|meaningful|significant|statistically|matters?|important|noise|chance|random|"
            r"genuine|actually mean)\b"
        ),
        r"\bnoise\b",
        (
            r"\b(?:normal|natural|random|day[- ]to[- ]day|biological) (?:variation|fluctuation|variability|"
            r"swings?|ups and downs|wobble)"
        ),
        r"just (?:chance|random|noise)|big enough to|margin of error",
        r"\b(?:measurement|lab|measuring|test) error|\bfluke\b|coincidence",
    ),
    cue(
        "before_after_medicine",
        9.6,
        (
            r"\b(?:after|since|before|once|when|from when|following|because|"
            rf"before and after)\b.*\b{STARTED}\b.*\b{MEDS}\b"
        ),
        when=lambda slots: names_a_test(slots) and (not says(slots, r"\bwhen did i\b|what (?:am|was) i")),
    ),
    cue(
        "before_after_medicine",
        9.6,
        (
            r"(?:since|after|before|before and after|with|on|thanks to|because of|from) (?:the |my |taking |"
            r"using |i take |a )*(?:MED|new (?:pill|tablet|medic\w+|meds))\b"
        ),
        when=lambda slots: (
            names_a_test(slots)
            and says(
                slots,
                (
                    rf"{MOVE}|chang|drop|fell|low|high|better|worse|differ|affect|effect|work|help|what happened|"
                    r"before and after|compare"
                ),
            )
            and (not says(slots, r"interact|clash|safe|together"))
        ),
    ),
    cue(
        "before_after_medicine",
        9.6,
        (
            rf"\b{MEDS}\b.*\b(?:lower\w*|help\w*|work\w*|bring\w*|brought|reduc\w+|improv\w+|rais\w+|affect\w*|"
            r"chang\w+|effect\w*|done|do|did|doing|differ\w+|drop\w*|better|impact\w*|influenc\w+|move\w*|"
            r"control\w*)\b.*(?:TEST|OTHER)"
        ),
        when=lambda slots: (
            names_a_test(slots)
            and (
                not slots.tests
                or slots.named("medicine") != ()
                or says(slots, r"\b(?:pills?|tablets?|medic\w+|meds|drugs?)\b")
            )
            and (
                not says(
                    slots,
                    r"how (?:can|do|could|should) i|without|which of my|what (?:meds|medic\w+|pills)|my kidney|safe",
                )
            )
        ),
    ),
    cue(
        "before_after_medicine",
        9,
        (
            r"(?:effect|impact|influence|difference) (?:of|from|did|does|has) (?:the |my )?(?:MED|medic\w+|meds|"
            r"pills?|tablets?).*"
        ),
        r"(?:TEST|OTHER).*\b(?:respond\w*|react\w*|thanks to|due to|because of)\b.*(?:MED|medic\w+|meds)",
        when=lambda slots: names_a_test(slots) and (not says(slots, r"side effect")),
    ),
    cue(
        "before_after_medicine",
        8.5,
        (
            r"(?:is|are|has|have|did|does) (?:my |the )?(?:MED|meds|medications?|pills?|tablets?|"
            r"medicines?)(?: \w+)? (?:work\w*|help\w*|doing (?:anything|something|its job)|made a difference|"
            r"make a difference|effective|do(?:ing)? (?:any good|anything))"
        ),
    ),
    cue(
        "correlation",
        9.5,
        (
            r"\b(?:relat\w+|correlat\w+|link\w*|connect\w+|associat\w+|tied|together|in (?:step|tandem|sync)|"
            r"go hand in hand|depend\w*|affect\w*|influenc\w+|impact\w*|move together|track\w* with|follow\w*|"
            r"cause\w*|drive\w*|effect)\b"
        ),
        when=lambda slots: names_two_tests(slots) and (not slots.named("medicine")),
    ),
    cue(
        "correlation",
        9.5,
        (
            r"\b(?:when|on (?:the )?days|if|whenever|the more|the less|nights? (?:when|after)|"
            r"after)\b.*\b(?:TEST)\b"
        ),
        when=lambda slots: (
            names_two_tests(slots)
            and (not slots.named("medicine"))
            and says(
                slots,
                (
                    r"\b(?:more|less|higher|lower|better|worse|up|down|rise|rises|drop|drops|longer|too|goes|change|"
                    r"changes|increase|fall|falls|well|badly|poorly)\b"
                ),
            )
            and (not says(slots, r"^when (?:was|did)"))
        ),
    ),
    cue(
        "correlation",
        9,
        (
            r"(?:does|do|did|is|are|has|will) .*(?:make|makes|made|worsen|improve|raise|lower|increase|reduce|"
            r"bring)s?\b"
        ),
        when=lambda slots: (
            names_two_tests(slots)
            and (not slots.named("medicine"))
            and (not has_frame(slots, r"\bmy TEST and (?:my )?TEST (?:getting|improv|going)"))
        ),
    ),
    cue(
        "trend",
        8.2,
        r"which (?:way|direction)\b|\bkeeps? (?:on )?(?:going|rising|falling|climbing|dropping|creeping)",
        when=names_a_test,
    ),
    cue(
        "trend",
        9.2,
        (
            r"(?:how is|is|has|how has) my COND (?:doing|going|controlled|well controlled|under control|getting|"
            r"improv\w+|worsen\w+|been|better|worse|stable)"
        ),
        when=lambda slots: bool(slots.named("condition")) and names_no_test(slots),
    ),
    cue(
        "trend",
        9.2,
        r"^am i (?:still |slowly |steadily )?(?:gaining |losing |putting on )?TEST\b",
        when=lambda slots: slots.concepts == ("weight",) and says(slots, r"gaining|losing|putting on"),
    ),
    cue(
        "before_after_medicine",
        9.6,
        r"\bMED\b.*\b(?:any good|good|worth|useful|effective) (?:for|on|at|with)\b",
        when=names_a_test,
    ),
    cue(
        "trend",
        7.8,
        r"how (?:my |the )?(?:TEST|OTHER)(?: \w+)? (?:has |have |had )?(?:chang|develop|evolv|mov)",
        when=names_a_test,
    ),
)
