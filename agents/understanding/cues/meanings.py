"""Cues for what a test, a result or a score means."""

from __future__ import annotations

import re

from agents.understanding.cues.conditions import asks_a_score, names_a_test, names_two_tests, says, tells_a_value
from agents.understanding.cues.cue import Cue, cue
from agents.understanding.cues.wordings import VERDICT
from agents.understanding.slots import tests_of_conditions

CUES: tuple[Cue, ...] = (
    cue(
        "explain_condition",
        9.7,
        r"^(?:so |and )?what (?:is|are) (?:this |that |a |an |the |my |it called )*(?:diagnosis of |condition "
        r"called |disease )?"
        r"COND(?: disease| disorder| exactly| anyway| really| about)?(?: and .*)?$",
        r"\bwhat (?:does|do) (?:my |the |a |an |having )*(?:diagnosis (?:of )?|condition )?COND(?: diagnosis)? "
        r"(?:mean|do)\b",
        r"\bwhat (?:does|would) it mean (?:to have|that i have|if i have|when you have) (?:a |an )?COND",
        r"^(?:can you |could you |please )*(?:explain|describe|tell me (?:more )?about|teach me about|what "
        r"should i know about)"
        r" (?:to me )?(?:what )?(?:my |the |a )?(?:diagnosis of |condition )?COND(?: is| means| to me| please| "
        r"in (?:plain|simple) "
        r"\w+)*$",
        r"^(?:what kind|what sort|what type) of (?:disease|illness|condition|thing) is COND",
        r"\bmeaning of (?:my |the )?(?:diagnosis (?:of )?)?COND",
        when=lambda slots: not slots.tests and not slots.named("medicine", "procedure", "vaccine"),
    ),
    cue(
        "explain_test",
        8.5,
        (
            r"what (?:do|does|is|are|did) (?:they |you |doctors |the doctors? |people |a |an |the |it )*(?:test |"
            r"check |measure |use |order |look at )?(?:a |an |the |for )*(?:TEST|OTHER)(?: \w+)? (?:used |good |"
            r"tested |checked |needed )?for$"
        ),
        r"meaning of (?:a |an )?(?:low |high |raised |elevated )?(?:TEST|OTHER)",
        (
            r"what (?:is|are|counts as|is considered) (?:a |an |the )?(?:normal|good|healthy|high|low|ideal|"
            r"target|optimal|bad|dangerous|safe|recommended|desirable) (?:TEST|OTHER)"
        ),
        r"how (?:high|low) (?:should|is too)\b.*TEST",
        r"what should (?:a |an |the |my )?(?:TEST|OTHER)(?: \w+)? be",
        when=lambda slots: names_a_test(slots) and (not says(slots, r"\bmy (?:latest|last|current)")),
    ),
    cue(
        "explain_test",
        8,
        (
            r"what (?:does|do|did) (?:a |an |the |high |low |raised |elevated )*(?:TEST|OTHER)(?: (?:test|level|"
            r"levels|number|result|results|count|panel))*(?: \w+)? (?:mean|measure|show|tell|stand for|test for|"
            r"do|indicate|check|say|represent|look for)"
        ),
        (
            r"what (?:is|are) (?:a |an |the )?(?:blood )?(?:TEST|OTHER)(?: tests?| levels?| panel| blood test|"
            r" count)?(?: for| about| used for| exactly| anyway| mean)?$"
        ),
        (
            r"what (?:is|are) (?:a |an |the )(?:normal|good|healthy|high|low|ideal|target|optimal|bad|dangerous|"
            r"safe|recommended|desirable)\b.*(?:TEST|OTHER)"
        ),
        r"what is TEST and|meaning of (?:TEST|OTHER)|(?:TEST|OTHER) meaning|define (?:TEST|OTHER)|definition",
        when=lambda slots: (
            names_a_test(slots)
            and (
                not re.search(
                    r"\bmy\b(?!.*normal)|\bmine\b(?! normal)",
                    re.sub(
                        r"and (?:is|are|what is|how is|how are) (?:my|mine)\b.*|in my (?:blood|body|urine)",
                        "",
                        slots.text,
                    ),
                )
            )
        ),
    ),
    cue(
        "explain_test",
        8.2,
        (
            r"^why (?:do|does|did|would|is|are|should|was) (?:the |my |a |an |our )?(?:doctors?|they|you|people|"
            r"we|labs?|anyone|i|gp|physicians?|nurses?|someone)? ?(?:even |usually |always |often |need to |"
            r"want to |have to |get |to )*(?:check\w*|test\w*|measure\w*|order\w*|look at|monitor\w*|care about|"
            r"important|matter|take|run|need|done|do|watch|follow|get|have)\b"
        ),
        r"why (?:is|are) (?:TEST|OTHER) (?:important|tested|checked|measured)|what is the (?:point|purpose) of",
        r"(?:purpose|point) of (?:a |the )?(?:TEST|OTHER)",
        r"difference between (?:\w+ )?TEST (?:and|vs) (?:\w+ )?TEST$",
        (
            r"(?:normal|reference|healthy|good|target|usual) (?:range|level|value|values|levels|ranges)s? (?:for|"
            r"of)"
        ),
        r"(?:TEST|OTHER) (?:normal |reference |healthy )(?:range|level|value)",
        when=names_a_test,
    ),
    cue(
        "explain_test",
        7.5,
        (
            r"(?:explain|tell me about|describe|info on|information (?:about|on)|learn about|understand|"
            r"teach me about|what should i know about) (?:what |how |to me |me )*(?:a |an |the )?(?:TEST|"
            r"OTHER)(?: tests?| levels?| means| is| are| blood test)?(?: to me| please| simply| in (?:simple|"
            r"plain) (?:words|terms|english))*$"
        ),
        when=names_a_test,
    ),
    cue(
        "explain_result",
        8.3,
        r"what (?:does|do|did) (?:my|that|this|it|these|those|mine)\b.*\b(?:mean|say about|tell|indicate)",
        r"(?:my|mine)\b.*\bwhat (?:does|do) (?:that|it|this|they) mean",
        (
            r"(?:explain|interpret|understand|make sense of|help me with|talk me through|"
            r"walk me through) (?:\w+ )?(?:my|this|that|these|me my|to me my)\b.*(?:TEST|OTHER|result|number|"
            r"reading)"
        ),
        when=names_a_test,
    ),
    cue(
        "explain_result",
        8.2,
        (
            r"(?:should|do|must|need|would|could) i (?:be |need to |have to |really |get )*(?:worr\w+|concern\w*|"
            r"alarm\w*|scared|afraid|panic|nervous)"
        ),
        r"(?:worried|concerned|anxious|nervous|scared) about|anything to worry|cause for concern",
        (
            r"why (?:is|are|was|were) my (?:TEST|OTHER)(?: \w+)* (?:high|low|elevated|so|up|down|raised|abnormal|"
            r"flagged)"
        ),
        when=names_a_test,
    ),
    cue("explain_test", 8.8, r"what does (?:a |an |the )?TEST(?: \w+)? (?:mean|stand for) and\b", when=names_a_test),
    cue(
        "explain_result",
        8.1,
        rf"\b(?:is|are|was|were) (?:my|that|this|it|the|a|an|having|mine|not)\b.*\b{VERDICT}\b",
        rf"(?:TEST|OTHER).*\b(?:is|are|was|were) (?:that|this|it|they)\b.*{VERDICT}",
        r"how (?:bad|good|high|serious|dangerous|healthy|normal) (?:is|are) (?:my|that|this|it|a)\b",
        rf"do(?:es)? (?:my|that|this) (?:TEST|OTHER) look|is NUM .*(?:{VERDICT}|TEST)",
        rf"(?:my )?(?:TEST|OTHER)s? (?:is |are )?{VERDICT}$|is (?:a )?(?:TEST|OTHER) (?:level )?(?:of )?NUM",
        when=lambda slots: (
            names_a_test(slots)
            and (not names_two_tests(slots) or tells_a_value(slots))
            and (not says(slots, r"\baverage\b|\btypical|\busual"))
        ),
    ),
    cue(
        "explain_result",
        8,
        r"(?:my |the )?(?:TEST|OTHER)\b.{0,30}\bNUM",
        when=lambda slots: names_a_test(slots) and slots.value is not None and (slots.unit is None),
    ),
    cue(
        "explain_test",
        8.5,
        r"^what (?:is|are|does|counts as) (?:considered |a |an |the |called |it )*COND(?: mean)?$",
        when=lambda slots: bool(tests_of_conditions(slots)),
    ),
    cue("risk_score", 9.9, r"", when=asks_a_score),
)
