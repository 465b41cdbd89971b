"""What a question asks for: cues that speak for an intent, each with a weight, on the question's frame.

An intent's score is the weight of its strongest cue, and a little more for each further one. Weights: 2 a bare name, 4 to 6
a usual wording, 7 to 9 a wording that hardly means anything else, 20 and more what must be recognised before anything
else (somebody else's records, orders inside the text, a wish for treatment).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from agents.question import Intent
from agents.understanding.lexicon import ANTIBIOTICS, SERIOUS
from agents.understanding.scores import score_asked
from agents.understanding.slots import WEARABLES, Slots, tests_of_conditions

Condition = Callable[[Slots], bool]

MARGIN = 0.3
CERTAIN = 20.0
FURTHER_CUE = 0.1

_WHO = r"(?:wife|husband|spouse|partner|mother|mom|mum|mommy|father|dad|daddy|son|daughter|kid|child|children|brother|sister|sibling|friend|boss|neighbou?r|colleague|coworker|aunt|uncle|cousin|grandma|grandmother|grandpa|grandfather|girlfriend|boyfriend|baby|roommate|ex|parents?|family|patient|someone|somebody|other patients?|another patient|other people|everyone)"
_RECORD = r"(?:records?|results?|labs?|tests?|blood tests?|chart|files?|medical|health|history|data|info|information|meds|medications?|medicines?|prescriptions?|diagnos\w+|conditions?|allerg\w+|numbers|readings?|TEST|OTHER)"
_MEDS = r"(?:meds|medications?|medicines?|pills?|tablets?|drugs?|prescriptions?|rx|med list|treatments?|MED)"
_LABS = r"(?:labs?|lab results?|lab tests?|lab work|labwork|blood tests?|blood results?|test results?|results|tests|panel|numbers|values|levels|readings|bloodwork)"
_SHOTS = r"(?:vaccin\w+|immuni[sz]\w+|shots?|jabs?|boosters?|VAX)"
_STARTED = r"(?:start(?:ed|ing)?|began|begin|beginning|beg[au]n|went on|going on|got on|put on|switched to|taking|took|been on|being on|was on|on|adding|added|introduced)"
_MOVE = r"(?:up or down|down or up|(?:going|gone|go|went|heading|headed|creeping|moving|moved|crept|trending|been) (?:up|down|higher|lower)|(?:get|gets|getting|got|gotten|become|becoming|became) (?:any |much |a bit |slightly )?(?:better|worse|higher|lower|bigger|smaller)|improv\w*|worsen\w*|ris(?:e|es|ing|en)|fall(?:s|ing|en)?|increas\w+|decreas\w+|declin\w+|deteriorat\w+|dropping|dropped|climb\w*|stable|steady|holding steady|the same)"
_LOWER = r"(?:lower|reduce|bring(?:ing)?|get(?:ting)?|cut|drop|raise|increase|improve|boost|control|manage|fix|decrease|keep|normali[sz]e|help|treat|better)"
_VERDICT = r"(?:bad|normal|abnormal|ok|okay|good|great|high|low|dangerous|serious|fine|healthy|unhealthy|alarming|concerning|worrying|worrisome|terrible|in range|out of range|within range|elevated|in the normal range|too high|too low|a problem|a concern|something to worry about|something i should worry about|alright|all right|critical|optimal|outside the range|in the red|okay-ish|off|safe|anything to worry about)"
_ODD = r"(?:out of (?:the )?(?:\w+ )?(?:range|whack|bounds|limits)|abnormal\w*|flag(?:ged|s)?|red\b|weird|unusual|outside|\boff\b|not (?:normal|in range|ok|okay|right)|too high|too low|high or low|concern\w*|wrong|bad|worr\w+|strange|odd|problem\w*|elevated|stand(?:s)? out|stood out|unnormal|suspicious|alarming|attention|is high|are high|is low|are low|came back (?:high|low|red|off|funny)|funny|irregular\w*|to look at|wonky|outliers?)"
_DOCTOR = r"(?:doctors?|gp|physician|cardiologist|endocrinologist|nephrologist|specialist|nurse|pharmacist|consultant|provider|pcp|VISIT|visit|appointment|check-?up)"
_ILL = r"(?:cough\w*|headaches?|dizz\w+|nausea|nauseous|rash\w*|tired\w*|fatigue\w*|diarrh?o?ea|constipat\w+|itch\w*|dry mouth|sweat\w+|cramps?|ache\w*|aching|pain\w*|insomnia|swelling|swollen|bruis\w+|bleeding|weak\w*|sleepy|drows\w+|palpitations|symptoms?|sick|vomit\w*|hair loss|impoten\w+|mood|anxi\w+|depress\w+|foggy|weight gain|gain\w* weight|muscle|legs|stomach|heartburn|shak\w+|tremor|blurr\w+|libido|COND|TEST)"


class Cue(NamedTuple):
    intent: Intent
    weight: float
    pattern: re.Pattern[str]
    condition: Condition


def _tests(slots: Slots) -> bool:
    return bool(slots.tests) or bool(slots.named("observation", "unmapped"))


def _no_tests(slots: Slots) -> bool:
    return not _tests(slots)


def _always(_slots: Slots) -> bool:
    return True


def _two_tests(slots: Slots) -> bool:
    return len(slots.tests) > 1


def _two_periods(slots: Slots) -> bool:
    return len(slots.periods) > 1


def _one_period(slots: Slots) -> bool:
    return len(slots.periods) == 1


def _above(slots: Slots) -> bool:
    return slots.limit is not None and slots.limit.threshold.comparator.startswith(">")


def _below(slots: Slots) -> bool:
    return slots.limit is not None and slots.limit.threshold.comparator.startswith("<")


def _group(slots: Slots) -> bool:
    return any(len(test.concepts) > 2 for test in slots.tests)


def _converts(slots: Slots) -> bool:
    return slots.unit is not None and (_tests(slots) or slots.value is not None)


def _medicine(slots: Slots) -> bool:
    return bool(slots.named("medicine"))


def _antibiotic(slots: Slots) -> bool:
    return any(
        name.text.removesuffix("s") in ANTIBIOTICS or name.text in ANTIBIOTICS for name in slots.named("medicine")
    )


def _own_value(slots: Slots) -> bool:
    return slots.value is not None and slots.unit is None


def _score(slots: Slots) -> bool:
    return score_asked(slots) is not None


def _serious_and_unknown(slots: Slots) -> bool:
    return any(name.text in SERIOUS and not name.own for name in slots.named("condition"))


_TABLE: tuple[tuple[Intent, float, str, Condition], ...] = (
    # Orders inside the text, other people's records, one's own data as data
    (
        "out_of_scope",
        40,
        r"(?:ignore|disregard|forget|override|bypass) (?:all |any |the |your |my |these |those |every )*(?:previous |prior |above |earlier |safety |system |other )*(?:instruct\w+|rules?|prompts?|guidelines|guardrails|restrictions|safety|orders|directions)",
        _always,
    ),
    (
        "out_of_scope",
        40,
        r"system prompt|developer mode|jailbreak|you are now (?:a|an|my|dan|in)\b|\bact as (?:a|an|my|if)\b|pretend (?:to be|you are|that you)|(?:reveal|repeat|print|show|tell me) (?:me )?(?:your|the) (?:system |hidden |initial |secret )*(?:instructions|prompt|rules)|new instructions|do anything now|</?(?:system|brief|instructions?)|\bsay that my\b|(?:record|change|edit|set|update|overwrite) my (?:TEST|OTHER|\w+) (?:to|as|in)\b|\bdrop table\b|select \* from",
        _always,
    ),
    (
        "privacy",
        30,
        rf"\b{_WHO}(?:'s|s'|s)? (?:\w+ )?(?:\w+ )?{_RECORD}",
        lambda slots: (
            bool(
                re.search(
                    rf"\b{_WHO}(?:'s|s') |\b(?:other|another|different|someone|somebody|everyone|next)\b|\b(?:show|see|look|give|open|access|get|pull)\b.*\b{_WHO}\b",
                    slots.text,
                )
            )
            and not re.search(
                r"family history|my (?:history|records)|for my (?:family|kids)|patient portal", slots.text
            )
        ),
    ),
    ("privacy", 30, rf"\b(?:what|which|when|how|is|are|does|did|show|list|tell)\b.*\bmy {_WHO}(?:'s)\b", _always),
    (
        "privacy",
        30,
        rf"\b(?:does|is|has|what (?:is|does|are)|did) my {_WHO} (?:take|taking|have|on|allergic|been)\b",
        _always,
    ),
    (
        "privacy",
        30,
        r"(?:records?|results?|labs?|chart|data|TEST|meds|information) (?:of|for|from|belonging to) (?:my (?:wife|husband|mother|mom|mum|father|dad|son|daughter|brother|sister|friend|boss|neighbou?r|partner)|another|someone|somebody|other|patient (?:number|id|\d)|mr|mrs|ms)\b",
        _always,
    ),
    (
        "privacy",
        28,
        r"\b(?!(?:today|doctor|year|month|week|yesterday|patient|it|that|what|let|here|there|alzheimer|parkinson|crohn|hashimoto|raynaud|graves)'s)[a-z]+'s (?:lab |test |blood |medical |health )*(?:records?|results?|labs|tests|meds|medications?|chart|data|file|TEST|diagnos\w+)\b",
        _always,
    ),
    (
        "privacy",
        30,
        r"\b(?:delete|erase|remove|wipe|purge|forget|clear|destroy)\b.*\b(?:everything|all|my (?:data|records?|history|account|information|info|chats?|conversations?|results|profile|files?)|data|about me|me)\b|\bforget (?:me|everything)\b",
        _always,
    ),
    (
        "privacy",
        26,
        r"who (?:can|could|else|has|is able|might)\b.*\b(?:see|access|read|look|view)\b|where (?:is|are|do you (?:keep|store)) my (?:data|records|information|info|health)|(?:do|will|are) you (?:share|sell|sharing|selling|store|keep|send|sending)\b|is my (?:data|information|info) (?:safe|private|secure|encrypted|shared)|(?:export|download|copy of) (?:all )?my (?:data|records?)|privacy|gdpr|hipaa|(?:all|other|list) (?:the )?patients\b|what (?:data|do you know|information) (?:do you have |have you got |is stored )?(?:about|on) me|confidential",
        _always,
    ),
    # A wish for treatment, a dose or a diagnosis
    (
        "out_of_scope",
        24,
        rf"\bprescri(?:be|bing) (?:me|something|us)\b|(?:can|could|will|would) you (?:prescribe|order|refill|renew|get me)|(?:write|give|get|need|order|want) (?:me )?(?:a |some |an? new |more )*(?:prescription|refill|script|sick note|doctor's note|antibiotics)\b|\b(?:refill|renew) my\b|(?:book|schedule|make|cancel|reschedule|move) (?:me )?(?:an? |my |the )*(?:appointment|VISIT|PROC|visit)|call (?:me )?(?:a|an|my) (?:doctor|ambulance|taxi|cab)",
        _always,
    ),
    (
        "out_of_scope",
        24,
        rf"(?:should|can|could|may|must|shall|do|would it be (?:ok|okay|safe|bad)|is it (?:ok|okay|safe|fine|time|alright)|ok|okay|safe|do you think i (?:should|can)|want|thinking|what if i|what happens if i)(?: i| to| have to| need to| for me| of| just| about| now| safely)*(?: me)? (?:stop|stopping|quit|quitting|skip|skipping|halve|double|doubling|come off|coming off|get off|go off|going off|drop|cut|half|increase|reduce|lower|raise|change|up|decrease|adjust|start|starting|begin|go on|switch|switching|restart|pause|wean|taper|discontinue|cut down)(?: taking| on| off| to| with| from| using)*(?: the| my| a| an| this| these| those| all| both| one of| some)*(?: \w+)? (?:dose|doses|dosage|MED|meds|medications?|medicines?|pills?|tablets?|drugs?|insulin|TEST (?:meds|pills?|medic\w+|tablets?)|treatment|prescriptions?|shots?|injections?)",
        lambda slots: (
            not re.search(r"\bwhen (?:did|was|were|have)|after (?:i )?(?:start|stop|began)|since (?:i )?", slots.text)
        ),
    ),
    (
        "out_of_scope",
        24,
        r"(?:how (?:much|many)|what (?:dose|dosage|amount))(?: of| \w+)? ?(?:MED|meds|medicine|pills|tablets|TEST)?.* (?:should|can|could|must|may) i (?:take|inject|use|give|have)\b(?! according)|(?:right|correct|best|safe|maximum|max|proper|recommended) (?:dose|dosage|amount)|what (?:should|can|do|could) i take for|(?:what|which) (?:medicine|medication|drug|pill|antibiotic|MED)s? (?:should|can|could|would|must) (?:i|you)|(?:need|want) (?:something|meds|MED|medicine) for|which (?:medicine|medication|drug|MED) is (?:best|better)|recommend (?:me )?(?:a |some )?(?:medic\w+|drug|MED|pill|treatment)|increase my dose|double (?:my|the) dose",
        lambda slots: not re.search(r"water|exercise|sleep|weigh|salt|sugar|eat", slots.text),
    ),
    (
        "out_of_scope",
        24,
        r"\bdo i (?:really |actually |maybe |possibly |now )?have (?:a |an |the )?COND|have i got COND|could (?:this|it|i) (?:be|have) COND|is (?:this|it) COND\b",
        _serious_and_unknown,
    ),
    (
        "out_of_scope",
        24,
        r"diagnos(?:e|is of) (?:me|my|this)|what (?:disease|illness|condition) do i have|what is causing my|could i be (?:dying|sick)|am i (?:going to die|dying|pregnant|having)|how long (?:do|will|have) i (?:have )?(?:got )?(?:left|live|to live)|life expectancy|when will i die|give me a diagnosis|what is (?:this|my) (?:rash|lump|mole)|why (?:do|does|am|is) (?:i|my) (?:feel\w*|have|\w+) (?:so )?(?:hurt\w*|tired|dizzy|ache\w*|itch\w*|sick|a headache|headaches|pain)",
        lambda slots: not re.search(r"pill|tablet|medic|meds|drug", slots.text) and not slots.named("medicine"),
    ),
    (
        "out_of_scope",
        22,
        r"\b(?:weather|poem|joke|song|recipe|movie|film|football|soccer|game|stock|bitcoin|president|capital|country|translate|homework|essay|code|python|javascript|wikipedia|news|horoscope|flight|hotel|restaurant|math|lottery|politic\w+|election|war|car|phone|laptop|dog|cat|vet|taxes|lawyer|story|limerick|haiku|username|password|pizza)\b",
        lambda slots: (
            not slots.tests
            and not slots.names
            and not re.search(r"\bmy (?:health|blood|lab|record|med|doctor)", slots.text)
        ),
    ),
    ("out_of_scope", 24, r"(?:advice|opinion|recommendations?|guidance|okay|approval) (?:on|about|for|regarding|to) (?:start|stopp?|tak|quit|chang|switch|increas|reduc|dos)\w*\b.*(?:MED|meds|medic\w+|dose|pills?)|^(?:just )?(?:give|get|sell|send|order|buy|hand) me (?:some |a |an |the |more )?MED", _medicine),
    ("out_of_scope", 24, r"\b(?:is|could|can|might) (?:this|it|that|my|the) (?:\w+ ){0,2}(?:be )?(?:a |an )?COND", _serious_and_unknown),
    ("privacy", 26, r"\bmy (?:data|information|info|details|records|chats?|questions)\b.*\b(?:private|safe|secure|confidential|shared|sold|encrypted|protected|leaked|visible)\b", _always),
    # Talk
    (
        "smalltalk",
        20,
        r"^(?:hi+|hello+|hey+|hiya|yo|howdy|greetings|good (?:morning|afternoon|evening|day|night)|hola|buenos dias|buenas(?: tardes| noches)?)(?: (?:there|doctor|again|you|everyone|bot|team|healthchat|all|how are you(?: doing)?(?: today)?))*$",
        _always,
    ),
    (
        "smalltalk",
        20,
        r"^(?:many )?(?:thanks|thank you|thx|ty|cheers|gracias|muchas gracias|great|ok|okay|cool|nice|perfect|awesome|got it|good|fine|alright|bye|goodbye|see you|adios|wow|lol|yes|no|yep|nope|sure|test|testing|test message|ping|help|menu|start|what|hmm+)(?: (?:so much|a lot|very much|you|then|that helps|that is helpful|for your help|for that|for the help|again|bye|thanks|me|please|doctor|1|2|123|test|got it))*$",
        _always,
    ),
    (
        "smalltalk",
        20,
        r"what (?:can|do|could) (?:you|this(?: app| tool| thing| site)?) (?:do|help|answer|tell|know)|what (?:can|could) i ask(?: you| here| this)?$|what should i ask (?:you|here)$|who are you|what are you|are you (?:a |an |my )?(?:real|human|doctor|robot|bot|ai|person|there|chatgpt|machine|computer)|how do(?:es)? (?:you|this|it) work|how (?:can|do|could) (?:you help|i use (?:this|you))|^help(?: me)?$|how are you|your name|who (?:made|built|wrote) (?:you|this)|what is this(?: app| site)?$|que puedes hacer|quien eres|tell me about yourself|introduce yourself|nice to meet you",
        _always,
    ),
    # Looking back over results
    ("latest_value", 2, r"\b(?:TEST|OTHER)\b", _always),
    (
        "latest_value",
        5.5,
        r"(?:latest|last|most recent|newest|recent|current\w*|right now|just now|now|today|at the moment|nowadays|these days|lately|presently|last time)",
        _tests,
    ),
    (
        "latest_value",
        4.5,
        r"(?:what|how|where|how much|how high|how low|how many|how big|how heavy) (?:is|was|are|were|am|do i|does|did i|about)? ?(?:my|our|the|i)? ?(?:\w+ )?(?:TEST|OTHER)",
        _tests,
    ),
    (
        "latest_value",
        4.5,
        r"(?:show|give|tell|see|check|look up|look at|get|find|pull up|read|display|know|remind|need|want|view|report|lookup|fetch|bring up)\b.*(?:TEST|OTHER)",
        _tests,
    ),
    (
        "latest_value",
        4.5,
        r"(?:TEST|OTHER) (?:results?|readings?|levels?|values?|numbers?|counts?|figures?|scores?|stats?)\b|my (?:TEST|OTHER)|^(?:TEST|OTHER)(?: and (?:TEST|OTHER))*(?: please)?$",
        _tests,
    ),
    (
        "latest_value",
        9,
        r"\b(?:did|has|have|how did|what did) (?:my|the) (?:last |latest |recent )?(?:TEST|OTHER)(?: test| result| results| count| level)?(?: \w+)? (?:come|came|turn|turned|look)(?: back| out)?|(?:TEST|OTHER).* came? back\b",
        lambda slots: _tests(slots) and not _group(slots),
    ),
    ("latest_value", 7, r"how (?:much|heavy|tall) (?:do|am|did|was) i (?:TEST)?|how much i TEST", _tests),
    ("latest_value", 5, r"(?:what|how|where|show).*(?:TEST|OTHER).*PERIOD", _one_period),
    ("latest_value", 6, r"^(?:is|was|are|were) my (?:TEST|OTHER).*LIMIT", _tests),
    (
        "last_date",
        8,
        r"\bwhen (?:was|is|did|were|do|have|had)\b.*(?:TEST|OTHER|PROC|blood tests?|labs?|lab work|bloodwork|tests? done)",
        lambda slots: not re.search(r"\bstart|\bbegan|diagnos|highest|lowest|due\b|next\b|\bstop", slots.text),
    ),
    (
        "last_date",
        8.2,
        r"\b(?:when|what (?:is the )?(?:date|day|time|year|month)|how long ago|how (?:recent|recently|old)|how long (?:since|has it been since|is it since)|what was the date|date of|last time|(?:since|the) last)\b.*\b(?:TEST|OTHER|PROC|blood tests?|labs?)\b.*(?:check\w*|measur\w+|test\w*|done|taken|took|drawn|performed|record\w*|have|had|ago|last|do|run|ran|get|got|it)?",
        lambda slots: (
            bool(
                re.search(
                    r"^(?:and )?(?:when|what (?:date|day|year|month)|how long|how recent|how old|what is the date|date|last time)|\b(?:date (?:of|on|for)|how long ago|last time i|the date)\b",
                    slots.text,
                )
            )
            and not re.search(
                r"\bstart\w*\b|\bbegan|diagnos|highest|lowest|\bdue\b|next\b|how long (?:have|do|did) i (?!not)|old am i",
                slots.text,
            )
        ),
    ),
    (
        "last_date",
        7,
        r"(?:have|has|did) .*(?:TEST|PROC).*(?:been )?(?:checked|tested|measured|done) (?:recently|lately|PERIOD)",
        _always,
    ),
    (
        "count",
        8,
        r"how (?:many times|often|frequently)|number of times|how many .*(?:TEST|OTHER|PROC) (?:tests?|readings?|results?|measurements?|checks?|values?|records?)|number of (?:TEST|OTHER|PROC|VISIT|visits)|count (?:of )?my|times (?:have|did|was|were|has)",
        lambda slots: slots.limit is None,
    ),
    (
        "count",
        8,
        r"how many (?:different |total |separate |of my |of the )*(?:\w+ )?(?:VISIT|PROC|procedures|surgeries|operations|visits|times|appointments|encounters|hospital\w*|lab tests|blood tests|tests|measurements|readings|results|conditions|diagnoses|allergies)",
        lambda slots: slots.limit is None,
    ),
    (
        "count_above",
        9,
        r"LIMIT",
        lambda slots: (
            _above(slots)
            and _tests(slots)
            and bool(
                re.search(
                    r"how (?:many|often)|count|number|times|which|list|show|any|readings|results|ever|days|values|percent|proportion|all|find|when",
                    slots.frame,
                )
            )
        ),
    ),
    (
        "count_below",
        9,
        r"LIMIT",
        lambda slots: (
            _below(slots)
            and _tests(slots)
            and bool(
                re.search(
                    r"how (?:many|often)|count|number|times|which|list|show|any|readings|results|ever|days|values|percent|proportion|all|find|when",
                    slots.frame,
                )
            )
        ),
    ),
    ("count_above", 5.8, r"LIMIT", lambda slots: _above(slots) and _tests(slots)),
    ("count_below", 5.8, r"LIMIT", lambda slots: _below(slots) and _tests(slots)),
    (
        "minimum",
        8.5,
        r"\b(?:lowest|minimum|min|smallest|least|low point|bottomed|all[- ]time low|record low|thinnest|lightest|shortest|fewest|nadir|floor|at its low)\b|how low (?:has|did|have|was)|\b(?:what is|my) (?:low) (?:for|of)\b",
        _tests,
    ),
    (
        "maximum",
        8.5,
        r"\b(?:highest|maximum|max|largest|biggest|greatest|peak\w*|record high|all[- ]time high|heaviest|longest|most (?!recent)|tallest|top (?:value|reading|result)|spiked?|at its high|farthest)\b|how high (?:has|did|have|was)|what is the most\b",
        _tests,
    ),
    ("maximum", 8.4, r"\b(?:worst)\b(?! than)", lambda slots: _tests(slots) and not _lower_is_worse(slots)),
    ("minimum", 8.4, r"\b(?:worst)\b", lambda slots: _tests(slots) and _lower_is_worse(slots)),
    (
        "minimum",
        8.4,
        r"\b(?:best)\b(?! (?:way|diet|food|thing))",
        lambda slots: _tests(slots) and not _lower_is_worse(slots),
    ),
    (
        "maximum",
        8.4,
        r"\b(?:best)\b(?! (?:way|diet|food|thing))",
        lambda slots: _tests(slots) and _lower_is_worse(slots),
    ),
    (
        "mean_period",
        7.5,
        r"\b(?:average|averaged|averages|averaging|typical\w*|usual\w*|normally|median|mean (?:TEST|value|level|of)|(?:my|the) mean)\b",
        _tests,
    ),
    (
        "trend",
        8,
        rf"\btrend\w*|over time|over the (?:years|months|weeks)|through(?:out)? the years|{_MOVE}|\b(?:progress\w*|trajectory|evol\w+|develop(?:ed|ing|ment)|fluctuat\w+|direction|pattern|doing over|changing|heading|year by year|year over year|across the years|lately (?:up|down)|long[- ]term)\b",
        lambda slots: (
            _tests(slots)
            and not re.search(
                r"\bhow (?:can|do|could|should) (?:i|you|we)\b|without (?:pills|meds|drugs|medic)|what (?:can|should|could) i",
                slots.text,
            )
        ),
    ),
    (
        "trend",
        7.8,
        r"(?:TEST|OTHER) (?:history|timeline|graph|chart|plot|curve|log|series|progression)|history of (?:my )?(?:TEST|OTHER)|\b(?:plot|graph|chart|draw|track|visuali[sz]e|curve|diagram)\b.*(?:TEST|OTHER)|all (?:of )?(?:my )?(?:past |previous |old )?(?:TEST|OTHER)|every (?:TEST|OTHER)|past (?:TEST|OTHER)|previous (?:TEST|OTHER)|(?:TEST|OTHER) (?:results |readings |values |levels |numbers )?over (?:PERIOD|the)",
        _tests,
    ),
    (
        "trend",
        7.8,
        r"how (?:has|have|did|is|are) (?:my |the )?(?:TEST|OTHER)(?: \w+)? (?:chang\w+|been|done|doing|developed|moved|evolved|looking|look)\b.*(?:PERIOD|$)",
        lambda slots: (
            _tests(slots) and bool(slots.periods or re.search(r"chang|develop|evolv|doing|moved|been", slots.text))
        ),
    ),
    (
        "trend",
        6.5,
        r"(?:show|give|see|list|display|get|all|view)?.*(?:TEST|OTHER)s?(?: results| readings| values| numbers| levels| history)? PERIOD",
        lambda slots: (
            _tests(slots)
            and _one_period(slots)
            and bool(slots.periods[0].label.startswith(("since", "the last", "the past", "from", "after")))
            and not re.search(r"\b(?:what is|what was|how many|how much|when)\b", slots.frame)
        ),
    ),
    (
        "trend",
        8.6,
        r"^(?:am i|is my|are my|has my|have i been|have my) .*(?:TEST|OTHER).*\b(?:less|more|better|worse|higher|lower|longer|faster|slower)\b.* (?:than|compared with).*PERIOD",
        lambda slots: _one_period(slots) and slots.text.startswith(("am i", "have i been")),
    ),
    (
        "compare_periods",
        9,
        r"\b(?:compare\w*|vs|than|against|difference|differ|better|worse|higher|lower|more|less|between|relative)\b|PERIOD (?:and|or|to) PERIOD",
        lambda slots: _tests(slots) and _two_periods(slots),
    ),
    (
        "compare_periods",
        8.5,
        r"\b(?:compare\w*|vs|than|against|relative to|up from|down from)\b.*PERIOD|PERIOD.*\b(?:compare\w*|vs)\b",
        lambda slots: _tests(slots) and _one_period(slots),
    ),
    ("compare_periods", 7.7, r"weekdays?.*weekends?|weekends?.*weekdays?", _tests),
    (
        "change",
        8.8,
        rf"how (?:much|far|big|many points) .*\b(?:chang\w+|drop\w*|ris(?:e|en)|rose|fall\w*|fell|gone (?:up|down)|go (?:up|down)|went (?:up|down)|come (?:up|down)|came (?:up|down)|increas\w+|decreas\w+|declin\w+|improv\w+|differ\w+|moved?|shift\w*|better|worse|higher|lower)\b|\b(?:first|earliest|initial|oldest|baseline)\b.*\b(?:latest|last|most recent|now|current|newest)\b|(?:difference|change) (?:in|of|between)\b|by how much|\bnet change\b",
        lambda slots: _tests(slots) and not _two_periods(slots) and not slots.named("medicine"),
    ),
    (
        "change",
        8.8,
        r"\b(?:have|did|has|am) i (?:been )?(?:lost|lose|losing|gain|gained|gaining|put on|TEST)\b|how much (?:weight )?(?:have|did) i (?:lost|lose|gain|gained|put on|TEST)|^TEST (?:over|in|PERIOD)|how much TEST have i",
        lambda slots: (
            slots.concepts == ("weight",)
            and bool(re.search(r"\b(?:los[et]\w*|gain\w*|put on)\b", slots.text))
            and not re.search(r"how (?:can|do|should|could) i|to lose|want|help me", slots.text)
        ),
    ),
    (
        "real_change",
        9.5,
        r"\b(?:real|meaningful\w*|significant\w*|statistical\w*|true|actual|genuine\w*|important)\b.*\b(?:change|difference|drop|rise|increase|decrease|improvement|shift|fall|changed|different)\b|\b(?:change|difference|drop|rise|increase|decrease|improvement|shift|fall|jump|changed)\b.*\b(?:real|meaningful|significant|statistically|matters?|important|noise|chance|random|genuine|actually mean)\b|\bnoise\b|\b(?:normal|natural|random|day[- ]to[- ]day|biological) (?:variation|fluctuation|variability|swings?|ups and downs|wobble)|just (?:chance|random|noise)|big enough to|margin of error|\b(?:measurement|lab|measuring|test) error|\bfluke\b|coincidence",
        _always,
    ),
    (
        "before_after_medicine",
        9.6,
        rf"\b(?:after|since|before|once|when|from when|following|because|before and after)\b.*\b{_STARTED}\b.*\b{_MEDS}\b",
        lambda slots: _tests(slots) and not re.search(r"\bwhen did i\b|what (?:am|was) i", slots.text),
    ),
    (
        "before_after_medicine",
        9.6,
        rf"(?:since|after|before|before and after|with|on|thanks to|because of|from) (?:the |my |taking |using |i take |a )*(?:MED|new (?:pill|tablet|medic\w+|meds))\b",
        lambda slots: (
            _tests(slots)
            and bool(
                re.search(
                    rf"{_MOVE}|chang|drop|fell|low|high|better|worse|differ|affect|effect|work|help|what happened|before and after|compare",
                    slots.text,
                )
            )
            and not re.search(r"interact|clash|safe|together", slots.text)
        ),
    ),
    (
        "before_after_medicine",
        9.6,
        rf"\b{_MEDS}\b.*\b(?:lower\w*|help\w*|work\w*|bring\w*|brought|reduc\w+|improv\w+|rais\w+|affect\w*|chang\w+|effect\w*|done|do|did|doing|differ\w+|drop\w*|better|impact\w*|influenc\w+|move\w*|control\w*)\b.*(?:TEST|OTHER)",
        lambda slots: (
            _tests(slots)
            and (
                not slots.tests
                or slots.named("medicine") != ()
                or bool(re.search(r"\b(?:pills?|tablets?|medic\w+|meds|drugs?)\b", slots.text))
            )
            and not re.search(
                r"how (?:can|do|could|should) i|without|which of my|what (?:meds|medic\w+|pills)|for my kidney|safe",
                slots.text,
            )
        ),
    ),
    (
        "before_after_medicine",
        9,
        r"(?:effect|impact|influence|difference) (?:of|from|did|does|has) (?:the |my )?(?:MED|medic\w+|meds|pills?|tablets?).*|(?:TEST|OTHER).*\b(?:respond\w*|react\w*|thanks to|due to|because of)\b.*(?:MED|medic\w+|meds)",
        lambda slots: _tests(slots) and not re.search(r"side effect", slots.text),
    ),
    (
        "before_after_medicine",
        8.5,
        r"(?:is|are|has|have|did|does) (?:my |the )?(?:MED|meds|medications?|pills?|tablets?|medicines?)(?: \w+)? (?:work\w*|help\w*|doing (?:anything|something|its job)|made a difference|make a difference|effective|do(?:ing)? (?:any good|anything))",
        _always,
    ),
    (
        "correlation",
        9.5,
        r"\b(?:relat\w+|correlat\w+|link\w*|connect\w+|associat\w+|tied|together|in (?:step|tandem|sync)|go hand in hand|depend\w*|affect\w*|influenc\w+|impact\w*|move together|track\w* with|follow\w*|cause\w*|drive\w*|effect)\b",
        lambda slots: _two_tests(slots) and not slots.named("medicine"),
    ),
    (
        "correlation",
        9.5,
        r"\b(?:when|on (?:the )?days|if|whenever|the more|the less|nights? (?:when|after)|after)\b.*\b(?:TEST)\b",
        lambda slots: (
            _two_tests(slots)
            and not slots.named("medicine")
            and bool(
                re.search(
                    r"\b(?:more|less|higher|lower|better|worse|up|down|rise|rises|drop|drops|longer|too|goes|change|changes|increase|fall|falls|well|badly|poorly)\b",
                    slots.text,
                )
            )
            and not re.search(r"^when (?:was|did)", slots.text)
        ),
    ),
    (
        "correlation",
        9,
        r"(?:does|do|did|is|are|has|will) .*(?:make|makes|made|worsen|improve|raise|lower|increase|reduce|bring)s?\b",
        lambda slots: (
            _two_tests(slots)
            and not slots.named("medicine")
            and not re.search(r"\bmy TEST and (?:my )?TEST (?:getting|improv|going)", slots.frame)
        ),
    ),
    (
        "abnormal_list",
        8,
        rf"\b(?:any\w*|which|what|show|list|are|is|did|tell|see|every\w*|all|something|were|was|give|do|does|how many|red|abnormal\w*|flagged|highlight)\b.*{_ODD}",
        lambda slots: (
            (_no_tests(slots) or _group(slots))
            and bool(
                re.search(
                    rf"\b{_LABS}\b|\b(?:blood|results?|anything|everything|tests?|came back|levels?|values|numbers|labs?)\b|TEST",
                    slots.text + slots.frame,
                )
            )
            and not re.search(r"side effect|interact|pills?\b|tablets?\b|\bmeds\b|medic", slots.text)
        ),
    ),
    (
        "abnormal_list",
        8,
        rf"(?:are|were|is|was) (?:all |any of )?(?:my |the |those )?(?:last |latest |recent |most recent )*{_LABS}(?: \w+)? (?:all )?{_VERDICT}|{_LABS}.* (?:normal|ok|okay|fine|good|look)\b|how (?:do|did|are|were|was|is) my (?:last |latest |recent )*{_LABS}\b|is everything (?:normal|ok|okay|fine|alright|in range|good)|anything (?:high|low|abnormal|weird|off)|^abnormal\w*|everything (?:ok|okay|normal|fine|good)",
        lambda slots: _no_tests(slots) and not slots.named("medicine"),
    ),
    (
        "abnormal_list",
        7,
        rf"^(?:my |the |show me my |show my |show |see my |what are my |what is in my |list my |give me my |can i see my )*(?:last |latest |recent |most recent |newest )*{_LABS}(?: please)?$",
        lambda slots: _no_tests(slots),
    ),
    ("last_date", 8.4, r"^(?:has it been (?:long|a while|ages)|(?:in|on) (?:which|what) (?:month|day|year|date))\b.*(?:TEST|OTHER|PROC)", _always),
    ("trend", 8.2, r"which (?:way|direction)\b|\bkeeps? (?:on )?(?:going|rising|falling|climbing|dropping|creeping)", _tests),
    # What a test or a result means
    ("explain_test", 8.5, r"what (?:do|does|is|are|did) (?:they |you |doctors |the doctors? |people |a |an |the |it )*(?:test |check |measure |use |order |look at )?(?:a |an |the |for )*(?:TEST|OTHER)(?: \w+)? (?:used |good |tested |checked |needed )?for$|meaning of (?:a |an )?(?:low |high |raised |elevated )?(?:TEST|OTHER)|what (?:is|are|counts as|is considered) (?:a |an |the )?(?:normal|good|healthy|high|low|ideal|target|optimal|bad|dangerous|safe|recommended|desirable) (?:TEST|OTHER)|how (?:high|low) (?:should|is too)\b.*TEST|what should (?:a |an |the |my )?(?:TEST|OTHER)(?: \w+)? be", lambda slots: _tests(slots) and not re.search(r"\bmy (?:latest|last|current)", slots.text)),
    (
        "explain_test",
        8,
        r"what (?:does|do|did) (?:a |an |the |high |low |raised |elevated )*(?:TEST|OTHER)(?: (?:test|level|levels|number|result|results|count|panel))*(?: \w+)? (?:mean|measure|show|tell|stand for|test for|do|indicate|check|say|represent|look for)|what (?:is|are) (?:a |an |the )?(?:blood )?(?:TEST|OTHER)(?: tests?| levels?| panel| blood test| count)?(?: for| about| used for| exactly| anyway| mean)?$|what (?:is|are) (?:a |an |the )(?:normal|good|healthy|high|low|ideal|target|optimal|bad|dangerous|safe|recommended|desirable)\b.*(?:TEST|OTHER)|what is TEST and|meaning of (?:TEST|OTHER)|(?:TEST|OTHER) meaning|define (?:TEST|OTHER)|definition",
        lambda slots: (
            _tests(slots)
            and not re.search(
                r"\bmy\b(?!.*normal)|\bmine\b(?! normal)",
                re.sub(
                    r"and (?:is|are|what is|how is|how are) (?:my|mine)\b.*|in my (?:blood|body|urine)", "", slots.text
                ),
            )
        ),
    ),
    (
        "explain_test",
        8.2,
        r"^why (?:do|does|did|would|is|are|should|was) (?:the |my |a |an |our )?(?:doctors?|they|you|people|we|labs?|anyone|i|gp|physicians?|nurses?|someone)? ?(?:even |usually |always |often |need to |want to |have to |get |to )*(?:check\w*|test\w*|measure\w*|order\w*|look at|monitor\w*|care about|important|matter|take|run|need|done|do|watch|follow|get|have)\b|why (?:is|are) (?:TEST|OTHER) (?:important|tested|checked|measured)|what is the (?:point|purpose) of|(?:purpose|point) of (?:a |the )?(?:TEST|OTHER)|difference between (?:\w+ )?TEST (?:and|vs) (?:\w+ )?TEST$|(?:normal|reference|healthy|good|target|usual) (?:range|level|value|values|levels|ranges)s? (?:for|of)|(?:TEST|OTHER) (?:normal |reference |healthy )(?:range|level|value)",
        _tests,
    ),
    (
        "explain_test",
        7.5,
        r"(?:explain|tell me about|describe|info on|information (?:about|on)|learn about|understand|teach me about|what should i know about) (?:what |how |to me |me )*(?:a |an |the )?(?:TEST|OTHER)(?: tests?| levels?| means| is| are| blood test)?(?: to me| please| simply| in (?:simple|plain) (?:words|terms|english))*$",
        _tests,
    ),
    (
        "explain_result",
        8.3,
        rf"what (?:does|do|did) (?:my|that|this|it|these|those|mine)\b.*\b(?:mean|say about|tell|indicate)|(?:my|mine)\b.*\bwhat (?:does|do) (?:that|it|this|they) mean|(?:explain|interpret|understand|make sense of|help me with|talk me through|walk me through) (?:\w+ )?(?:my|this|that|these|me my|to me my)\b.*(?:TEST|OTHER|result|number|reading)",
        _tests,
    ),
    (
        "explain_result",
        8.2,
        rf"(?:should|do|must|need|would|could) i (?:be |need to |have to |really |get )*(?:worr\w+|concern\w*|alarm\w*|scared|afraid|panic|nervous)|(?:worried|concerned|anxious|nervous|scared) about|anything to worry|cause for concern|why (?:is|are|was|were) my (?:TEST|OTHER)(?: \w+)* (?:high|low|elevated|so|up|down|raised|abnormal|flagged)",
        _tests,
    ),
    ("explain_test", 8.8, r"what does (?:a |an |the )?TEST(?: \w+)? (?:mean|stand for) and\b", _tests),
    (
        "explain_result",
        8.1,
        rf"\b(?:is|are|was|were) (?:my|that|this|it|the|a|an|having|mine|not)\b.*\b{_VERDICT}\b|(?:TEST|OTHER).*\b(?:is|are|was|were) (?:that|this|it|they)\b.*{_VERDICT}|how (?:bad|good|high|serious|dangerous|healthy|normal) (?:is|are) (?:my|that|this|it|a)\b|do(?:es)? (?:my|that|this) (?:TEST|OTHER) look|is NUM .*(?:{_VERDICT}|TEST)|(?:my )?(?:TEST|OTHER)s? (?:is |are )?{_VERDICT}$|is (?:a )?(?:TEST|OTHER) (?:level )?(?:of )?NUM",
        lambda slots: (
            _tests(slots)
            and (not _two_tests(slots) or _own_value(slots))
            and not re.search(r"\baverage\b|\btypical|\busual", slots.text)
        ),
    ),
    (
        "explain_result",
        8,
        r"(?:my |the )?(?:TEST|OTHER)\b.{0,30}\bNUM",
        lambda slots: _tests(slots) and slots.value is not None and slots.unit is None,
    ),
    # Medicines
    (
        "medication_list",
        7.5,
        rf"\b(?:what|which|list|show|tell|all|name|give|see|current\w*|my|every|any|read)\b.*\b(?:meds|medications?|medicines?|pills?|tablets?|drugs?|prescriptions?|rx|med list|supplements|inhalers?|treatments?)\b|^(?:my )?(?:current )?(?:meds|medications?|medicines?|pills|tablets|prescriptions|rx|drugs)(?: list)?(?: please| now)?$",
        _always,
    ),
    (
        "medication_list",
        8,
        r"what (?:all )?(?:am|do|should|was|else am) i (?:currently |still |now |presently |supposed to be |on |be )*(?:taking|take|on|using|prescribed)\b(?! for)|am i (?:currently |still |now |already )*(?:taking|on|using|prescribed) (?:a |an |any |the |some )?(?:\w+ )?(?:MED|meds|medications?|medicines?|pills|anything|\w+ for)|do i (?:still |currently )*(?:take|use) (?:a |an |any )?(?:MED|meds|medic\w+|pills|anything)|what (?:do|am) i (?:take|taking|on|use) for|what (?:is|are) (?:my |the )?(?:MED|these pills|this pill)(?: \w+)? (?:for|used for|treating)$|how many (?:different )?(?:meds|medications?|medicines?|pills|drugs|tablets|prescriptions)|why (?:am|do) i (?:on|taking|take|prescribed)",
        _always,
    ),
    (
        "medication_list",
        8,
        r"\b(?:dose|dosage|dosing|strength|how much)\b.*\bMED\b|\bMED\b.*\b(?:dose|dosage|strength|mg)\b",
        _medicine,
    ),
    ("medication_list", 3, r"^(?:my |the )?MED$", _medicine),
    ("medication_start", 2.8, r"^(?:my |the )?MED$", _medicine),
    (
        "medication_start",
        9.2,
        rf"\bwhen\b.*\b(?:start\w*|began|begin|begun|first|prescribed|put (?:me )?on|go on|went on|get on|given|come on)\b.*\b{_MEDS}\b|\bwhen\b.*\b{_MEDS}\b.*\b(?:start\w*|began|begin|first|prescribed|given|added|introduced)\b|how long (?:have|has|did|am) i (?:been )?(?:on|taking|using|take|prescribed|had)\b.*(?:MED|meds|medic\w+|pill)|since when (?:am|have|do|did) i .*(?:MED|tak|on)\b|(?:start date|first prescri\w+|date i started|prescribed (?:first|since))\b|(?:what|which) (?:date|day|year|month) .*(?:start|began|prescribed).*MED|MED start(?: date)?\b",
        lambda slots: _medicine(slots) or bool(re.search(r"\b(?:meds|medic\w+|pills?|tablets?)\b", slots.text)),
    ),
    (
        "medication_history",
        8.8,
        rf"\b(?:past|previous|previously|old|former|formerly|stopped|discontinued|used to|no longer|ever (?:taken|been on|been prescribed|used|had|take|prescribed|tried)|history|over the years|before|earlier|not taking any ?more|timeline|came off|came off of|in the past|have i (?:taken|used|tried|been on|been prescribed)|did i (?:ever )?(?:take|use)|was i (?:ever )?(?:on|taking|prescribed|given))\b.*\b{_MEDS}\b|\b{_MEDS}\b.*\b(?:history|in the past|previously|over the years|stopp?\w*|timeline|used to|ever|before|discontinued|come off|came off|quit|ended)\b|when did i (?:stop|quit|come off|finish|end)\b.*{_MEDS}|what (?:was|were|meds was|medic\w+ was|have) i (?:been )?(?:on|taking|prescribed|given|using)\b.*PERIOD|what did i (?:use to )?take\b",
        lambda slots: not slots.tests or bool(re.search(r"\bfor\b", slots.text)),
    ),
    (
        "medication_history",
        8.8,
        rf"\b{_MEDS}\b.*\bPERIOD|PERIOD\b.*\b{_MEDS}\b",
        lambda slots: not slots.tests and not re.search(r"start|began|first|right now", slots.text),
    ),
    (
        "medication_interactions",
        9.3,
        rf"(?:clash\w*|interact\w*|\bmix\w*\b|\bcombin\w+|conflict\w*|together|compatib\w+|contraindicat\w+|counteract\w*|go with|get along|fight|duplicat\w+|overlap\w*|doubl(?:e|ing) up|play nice\w*)",
        lambda slots: (
            bool(re.search(rf"\b{_MEDS}\b", slots.frame))
            or bool(re.search(r"what i am (?:on|taking)|my stuff|grapefruit|alcohol|each other", slots.text))
        ),
    ),
    (
        "medication_interactions",
        9.2,
        r"(?:can|could|may|should|is it (?:ok|okay|safe|fine|bad)|ok|okay|safe) (?:for me |if )?(?:i |to )?(?:still |also |safely )?(?:take|have|drink|eat|use|add|taking|mix)\b.*\b(?:with|while|alongside|when|on top of|along|plus|and)\b.*(?:MED|meds|medic\w+|pills|tablets|what i|taking|TEST)",
        lambda slots: (
            _medicine(slots)
            or bool(re.search(r"\b(?:meds|medic\w+|pills|tablets)\b|what i(?: am)? (?:on|take|taking)", slots.text))
        ),
    ),
    (
        "medication_interactions",
        9.2,
        rf"\b(?:grapefruit|alcohol|wine|beer|milk|dairy|coffee|drinking|drink|st john)\b.*\b{_MEDS}\b|\b{_MEDS}\b.*\b(?:grapefruit|alcohol|wine|beer|milk|dairy|coffee|drink\w*|st john)\b",
        _always,
    ),
    (
        "medication_interactions",
        8.8,
        r"(?:can|could|may|should) i (?:take|use|have|try)(?: a| an| some| any| my)? MED\b|is (?:it )?(?:MED|safe to take MED|it safe to take MED|it ok to take MED|it okay to take MED) (?:safe|ok|okay|a problem|fine|bad)\b|is it (?:safe|ok|okay|fine|bad) to (?:take|use) MED|(?:safe|ok|okay) (?:for me )?to (?:take|use) (?:a |some )?MED",
        lambda slots: _medicine(slots) and not _antibiotic(slots),
    ),
    (
        "medication_interactions",
        8.5,
        r"(?:is|are) (?:it |any of )?(?:my|the|all my|these|all these) (?:MED|meds|medic\w+|pills|tablets|drugs|prescriptions)(?: safe| ok| okay| dangerous| a problem)(?! for my)(?:.*(?:with|together|each other|combination))?",
        lambda slots: not _kidneys(slots),
    ),
    (
        "medication_kidney",
        9.9,
        rf"\b{_MEDS}\b.*\b(?:kidneys?|renal|TEST)\b|\b(?:kidneys?|renal|TEST)\b.*\b{_MEDS}\b",
        lambda slots: (
            _kidneys(slots)
            and bool(
                re.search(
                    r"safe|harm\w*|hurt\w*|bad|damag\w+|affect\w*|hard on|ok|okay|adjust\w*|problem|dos(?:e|ing)|right|tough|strain|careful|avoid|caution|watch|risk\w*|appropriate|stress|tax|kidney[- ]friendly|good for|fit|suit\w*|with my kidney|suitable|toxic",
                    slots.text,
                )
            )
        ),
    ),
    (
        "medication_side_effect",
        9.7,
        rf"side[ -]?effects?|adverse (?:effect|reaction)s?|\b(?:from|because of|due to|caused by|causing|cause|causes|give|gives|giving|making|make|makes|made|blame|behind|responsible for|reason for|explain\w*|linked to|related to|could|can|might)\b.*\b{_ILL}\b.*\b(?:from|by|because of|due to|of|in)\b.*\b{_MEDS}\b",
        lambda slots: (
            bool(re.search(rf"\b{_MEDS}\b", slots.frame)) and not re.search(r"lower\w*|bring down|actually", slots.text)
        ),
    ),
    (
        "medication_side_effect",
        9.7,
        rf"\b{_MEDS}\b.*\b(?:caus\w+|giv\w+|mak\w+|behind|responsible for|reason for|to blame for|explain\w*|the reason|why)\b.*\b(?:{_ILL}|me\b)|\b{_ILL}\b.*\b(?:side effect|from|caused by|because of|due to|related to|since starting|since i started|after starting)\b.*\b{_MEDS}\b",
        lambda slots: (
            not slots.tests or slots.concepts in {("pain",), ("sleep_duration",), ("temperature",), ("weight",)}
        ),
    ),
    ("medication_side_effect", 8, r"side[ -]?effects?", _always),
    (
        "allergies",
        9.4,
        r"\ballerg\w+|\banaphyla\w+|\bintoleran\w+",
        lambda slots: not re.search(r"allergy (?:pills?|meds|medic\w+|tablets?)", slots.text),
    ),
    (
        "allergies",
        9.4,
        r"(?:can|could|may|should|am i able to|is it (?:ok|okay|safe) (?:for me )?to) (?:i )?(?:have|take|get|be given|use)\b.*\bMED\b|(?:safe|ok|okay) (?:for me )?to (?:take|have)\b.*MED|(?:do|did|will|would|have) i (?:ever )?(?:react\w*|had a reaction|bad reaction).*",
        lambda slots: _antibiotic(slots) and not re.search(r"\bwith (?:my|what)|together|while", slots.text),
    ),
    ("allergies", 8, r"\b(?:react(?:ed|ion|ions)?) (?:to|badly)\b.*|reactions? (?:to|do i have)", _always),
    ("medication_start", 9.3, rf"first time .*\b(?:prescribed|took|take|given|on)\b.*{_MEDS}|how many (?:years|months|weeks|days) (?:have|did) i (?:been )?(?:on|tak\w+|us\w+)", lambda slots: _medicine(slots)),
    ("medication_interactions", 9.3, rf"\breact\w* with\b|\b(?:be taken|taken|used|combined|given) (?:alongside|with|together|along|at the same time|while)\b", lambda slots: _medicine(slots) or bool(re.search(rf"\b{_MEDS}\b", slots.frame))),
    ("medication_side_effect", 9.7, rf"\b(?:hurts?|{_ILL})\b.*\b(?:is|could|might|can) (?:it|this|that)(?: be)? (?:from |because of |due to |caused by )?(?:the |my |one of my |a )?{_MEDS}\b", lambda slots: not slots.tests or slots.concepts == ("pain",)),
    # Conditions, history
    ("conditions", 9.3, r"(?:am i|is|are) .*\b(?:listed|recorded|registered|down|documented|marked)\b.*COND|COND.*\b(?:listed|on my (?:list|chart|record|file))", _always),
    (
        "trend",
        9.2,
        r"(?:how is|is|has|how has) my COND (?:doing|going|controlled|well controlled|under control|getting|improv\w+|worsen\w+|been|better|worse|stable)",
        lambda slots: bool(slots.named("condition")) and _no_tests(slots),
    ),
    (
        "conditions",
        8,
        r"\b(?:diagnos[ei]s|diagnosed|conditions?|health (?:issues?|problems?)|medical (?:issues?|problems?)|illness(?:es)?|diseases?|problem list|ailments?|chronic (?:\w+ )?(?:issues|problems)|comorbidit\w+|what is wrong with me|what do i have|disorders?)\b",
        lambda slots: not re.search(r"\bever\b|\bwhen was\b", slots.text),
    ),
    (
        "conditions",
        8.3,
        r"(?:do|does|did) i (?:still |really |actually |currently |now |officially |also )*(?:have|suffer|got)\b.*\bCOND\b|(?:have i got|am i|is my|have i) (?:a |an |still |currently |really |officially |considered |being treated for |living with |got )*COND\b|is (?:my )?COND\b.*(?:active|listed|resolved|gone|still|on my)|^(?:my )?COND$|do i have (?:any )?(?:heart|lung|kidney|liver|thyroid|skin|blood|mental)\w* (?:problems?|issues?|disease|trouble|condition)",
        lambda slots: not _serious_and_unknown(slots) or not re.search(r"^do i", slots.text),
    ),
    ("conditions", 9.4, r"what (?:have|was|were|am|had) i (?:ever )?(?:been )?diagnosed (?:with|as)$", _always),
    (
        "ever_diagnosed",
        9,
        r"\b(?:ever|previously|in the past|before|history of|past|at any (?:point|time)|once)\b.*\bCOND\b|\bCOND\b.*\b(?:ever|in the past|before|previously|history|in my records?|on (?:my )?record)\b|when (?:was|were|did|have) i .*(?:diagnos\w+|COND)|have i (?:ever )?(?:had|been diagnosed|suffered|been told|been treated|got|experienced)\b(?!.*(?:PROC|TEST|VAX|shot|vaccin|MED)).*|(?:was|were) i (?:ever )?diagnosed|did (?:i|my doctor\w*|they|anyone|any doctor) (?:ever )?(?:have|had|get|say|find|diagnose\w*|mention|record)\b.*\bCOND\b|any (?:history|record|mention|sign|evidence) of\b.*COND|(?:how long|since when) have i had COND",
        lambda slots: (
            not slots.tests
            and not slots.named("procedure", "vaccine", "medicine", "visit")
            and not re.search(r"surger|operation|procedure|vaccin|\bshots?\b|hospital", slots.text)
        ),
    ),
    (
        "procedures",
        8.4,
        r"\b(?:procedures?|surger(?:y|ies)|operations?|operated on)\b|(?:have|did|had|was|were|has) (?:i|my) (?:ever |already |even )?(?:had|have|get|got|gotten|undergone|undergo|done|been)\b.*\bPROC\b|\b(?:list|show|all|any|which|what)\b.*\bPROCs?\b|^(?:my )?PROC$|ever (?:had|have|get) (?:a |an |any )?PROC|(?:result|outcome|findings?)s? of (?:my )?(?:\w+ )?PROC|PROC (?:result|report|finding)s?",
        lambda slots: (
            not re.search(r"^when|^how many|how often|\bdue\b|need a|should i|last time|how long", slots.text)
        ),
    ),
    (
        "encounters",
        8.2,
        r"\b(?:VISITs?|hospitali[sz]ed|admitted)\b|(?:last|recent|see|saw|seen|been to|gone to|go to|went to|visited?)\b.*\b(?:doctors?|gp|physician|specialist|cardiologist|hospital|clinic|nurse)\b",
        lambda slots: (
            not slots.tests
            and bool(
                re.search(
                    r"\b(?:when|what|list|show|did|have|was|were|how long|which|last|my|all|why|where|tell)\b",
                    slots.text,
                )
            )
            and not re.search(
                r"how many|how often|number of|what should i|questions?|summar|ask my|next|upcoming|prepare|before my|overview|brief|to ask|to tell|bring up|discuss",
                slots.text,
            )
        ),
    ),
    # Prevention
    ("immunizations", 7.5, rf"\b{_SHOTS}\b", _always),
    (
        "immunizations",
        9.1,
        rf"\b(?:up[ -]to[ -]date|current|due|overdue|behind|missing|need|should|caught up|covered|protected|record|list|which|what)\b.*\b{_SHOTS}\b|\b{_SHOTS}\b.*\b(?:up to date|current|due|overdue|behind|missing|need|record\w*|list|history|card)\b|(?:have|did|has|was|were|am) i (?:ever |already )?(?:had|have|get|got|gotten|receive\w*|been|given|have)?\b.*\b(?:{_SHOTS})\b|vaccinated (?:against|for)|immuni[sz]ed",
        lambda slots: not re.search(r"^when|^how many|how long (?:ago|since)|^last\b", slots.text),
    ),
    (
        "last_immunization",
        9.4,
        rf"(?:\bwhen\b|how long (?:ago|since|has it been)|what (?:date|day|year|month)|date of|last time).*\b{_SHOTS}\b|\b(?:last|latest|most recent)\b.*\b{_SHOTS}\b",
        lambda slots: not re.search(r"\b(?:due|next)\b|how many", slots.text),
    ),
    (
        "immunization_count",
        9.6,
        rf"how many\b.*\b{_SHOTS}\b|number of (?:\w+ )?{_SHOTS}\b|count (?:of )?(?:my )?{_SHOTS}|how often .*\b{_SHOTS}\b|{_SHOTS} count\b",
        _always,
    ),
    (
        "screening_due",
        9.2,
        r"(?:what|which)\b.*\b(?:check-?ups?|tests|screenings?|exams?|VISIT)\b.*\b(?:need|should|due|recommended|at my age|like me|missing|behind)\b",
        _always,
    ),
    (
        "screening_due",
        8.9,
        r"\bscreen(?:ing|ings|ed)?\b|(?:due|overdue) for\b|\b(?:preventive|preventative|prevention)\b|(?:do|should|must|would|when should|when do|when am) i (?:need|get|have|be getting|be due|go for|do|schedule|due)\b.*\b(?:PROC|check-?ups?|tests?|VISIT|screen\w*|exam\w*)\b|(?:need|due|overdue|time) (?:for )?(?:a |an |my |another |next )*(?:\w+ )?(?:PROC|VISIT)|next (?:PROC|screening|check-?up|VISIT)\b|which (?:tests|checks|exams|check-?ups) (?:do|should|am) i|PROC (?:due|overdue)|am i (?:behind on|missing|up[ -]to[ -]date (?:on|with))",
        lambda slots: (
            not re.search(r"screening result|depression screening score", slots.text)
            and not re.search(rf"\b{_SHOTS}\b", slots.frame)
        ),
    ),
    ("maximum", 8.6, r"\btop (?:TEST|OTHER|ever)\b|(?:has|have|was|were) (?:my )?(?:TEST|OTHER).*\bever (?:been |gone |gotten |got )?(?:really |very |too |that |so )?high\b", _tests),
    ("minimum", 8.6, r"(?:has|have|was|were) (?:my )?(?:TEST|OTHER).*\bever (?:been |gone |gotten |got )?(?:really |very |too |that |so )?low\b", _tests),
    ("trend", 9.2, r"^am i (?:still |slowly |steadily )?TEST\b", lambda slots: slots.concepts == ("weight",) and bool(re.search(r"gaining|losing|putting on", slots.text))),
    ("before_after_medicine", 9.6, r"\bMED\b.*\b(?:any good|good|worth|useful|effective) (?:for|on|at|with)\b", _tests),
    ("explain_test", 8.5, r"^what (?:is|are|does|counts as) (?:considered |a |an |the |called |it )*COND(?: mean)?$", lambda slots: bool(tests_of_conditions(slots))),
    ("medication_list", 9.4, r"^what (?:is|are|do i (?:take|use)) (?:my |the |this )?(?:MED|pill|tablet)(?: \w+)? for$", _always),
    ("medication_start", 9.2, r"\bdate\b.*\b(?:start\w*|began|prescribed|went on)\b.*MED", _medicine),
    ("ever_diagnosed", 9.2, r"(?:do|does) (?:my|the) (?:medical )?(?:records?|charts?|files?|notes)\b.*\b(?:mention|say|show|list|contain|include|have)\b.*COND", _always),
    ("visit_summary", 9, r"(?:going on|happening|new|the story|up) with my (?:health|body)\b", _always),
    ("out_of_scope", 24, r"(?:dose|dosage|amount|how much|how many (?:units|pills|mg))\b.* (?:to|should i|do i need to) (?:take|inject|use|give)\b", _always),
    ("privacy", 26, r"\b(?:see|sees|read|reads|access|monitor\w*|watch\w*|look at) (?:this|my|our|these|what i) (?:chats?|conversations?|messages?|questions?|type|ask|write|say)\b", _always),
    # Scores
    ("risk_score", 9.9, r"", _score),
    # The whole picture
    (
        "visit_summary",
        9,
        r"\bsummar\w+|\boverview\b|\brecap\b|\bbrief(?:ing)?\b|run ?down|big picture|full picture|whole picture|snapshot|(?:go|walk|run|take) (?:me )?(?:over|through) (?:all )?my (?:records?|results|health|chart|history|labs)|tell me (?:everything|all|about my health|about my medical)|how (?:is|are) my (?:general |overall )?health|how am i doing(?! with)|how healthy am i|am i (?:healthy|in good health|ok health)|my (?:health|medical) (?:status|overall|in general|history|profile|report|situation|state|picture|story)|overall health|general health|state of my health|everything (?:about|in) my|health (?:report|check|status|profile|highlights)|highlights|catch me up|bring me up to speed|full (?:report|analysis|review|check)|(?:analy[sz]e|review|look at|evaluate|assess|check) (?:all (?:of )?)?my (?:health|records?|whole|entire|complete|medical|chart|data)|prepare me for (?:my|the)|what should (?:a |my )?(?:new )?doctor know|medical history\b|what do my (?:records?|files?) say|what is in my (?:records?|files?|chart)|comprehensive|complete picture|health at a glance",
        lambda slots: not re.search(r"family history|medication history|history of|risk", slots.text),
    ),
    (
        "visit_questions",
        10.2,
        rf"(?:what|which|any|some|list|good|give|help|things?|topics?|questions?)\b.*\b(?:ask|asking|bring up|discuss|talk|raise|mention|say|tell|cover|questions?|know)\b.*\b{_DOCTOR}\b|questions? (?:for|to ask|i should|should i|to bring|at|before)|\bwhat (?:should|do|can|could) i (?:ask|bring up|discuss|raise|mention|tell|talk about|talk to)\b|help me prepare (?:for|questions)|prepare questions|(?:ask|discuss with) my {_DOCTOR}|VISIT questions",
        lambda slots: not re.search(r"doctor know|summar", slots.text),
    ),
    (
        "lifestyle",
        9,
        rf"\bhow (?:can|do|could|should|might|to|would|best to|else can)(?: i| you| we)? ?(?:naturally |best |safely |quickly |help |go about )?{_LOWER}\b|what (?:can|could|should|else can|do) i (?:do|change|try|eat|drink|avoid|cut|cook|have)\b(?!.*(?:ask|doctor|screening))|\b(?:diet\w*|eat|eating|eats|foods?|meals?|exercis\w+|workouts?|nutrition\w*|lifestyle|naturally|natural ways?|home remed\w+|habits?|recipes|vegetarian|vegan|fasting diet|mediterranean|keto|snacks?|salt intake|drink less|cut down on|without (?:pills|meds|medic\w+|drugs|tablets))\b|ways? to {_LOWER}|tips (?:for|to|on)|(?:to|want to|help me|trying to|need to) (?:lower|reduce|improve|raise|TEST|bring down|lose)\b|\bhow (?:can|do|should|could) i TEST\b|advice (?:on|for|about)",
        lambda slots: (
            not slots.named("medicine") or bool(re.search(r"without|eat|diet|food|lower|reduce|bring", slots.text))
        ),
    ),
    # Units
    ("lifestyle", 9, r"\b(?:is|are|does|do|will|would|can) (?:eating |drinking |too much |more |less )*(?:salt|sugar|coffee|caffeine|alcohol|wine|eggs?|(?:red )?meat|butter|fat|fiber|fibre|fish|nuts|bread|rice|fruit|cheese|chocolate|tea|soda|exercise|running|yoga|stress|smoking|weight) (?:is |are )?(?:bad|good|ok|okay|harmful|helpful|help|raise|lower|affect|healthy|hurt)\b", lambda slots: not _two_tests(slots) or not re.search(r"affect|raise|lower", slots.text)),
    ("unit_conversion", 9.8, r"UNIT", _converts),
    ("unit_conversion", 9.8, r"\bconvert\w*\b", lambda slots: _tests(slots) or slots.value is not None),
)

_CUES = tuple(Cue(intent, weight, re.compile(pattern), condition) for intent, weight, pattern, condition in _TABLE)


def _kidneys(slots: Slots) -> bool:
    return bool(re.search(r"\bkidneys?|\brenal|\begfr|\bcreatinine", slots.text))


def _lower_is_worse(slots: Slots) -> bool:
    return bool(
        {
            "hdl",
            "egfr",
            "hemoglobin",
            "spo2",
            "platelets",
            "sleep_duration",
            "steps",
            "vitamin_d",
            "hrv",
            "vo2max",
            "iron",
            "ferritin",
        }
        & {*slots.concepts[:1]}
    )


def scored(slots: Slots) -> dict[Intent, float]:
    """How strongly the question speaks for each intent; an intent without a cue is left out."""
    found: dict[Intent, list[float]] = {}
    for cue in _CUES:
        if (cue.pattern.search(slots.frame) or cue.pattern.search(slots.text)) and cue.condition(slots):
            found.setdefault(cue.intent, []).append(cue.weight)
    return {intent: max(weights) + FURTHER_CUE * (len(weights) - 1) for intent, weights in found.items()}


def ranked(scores: Mapping[Intent, float]) -> list[tuple[Intent, float]]:
    """The intents, the strongest first."""
    return sorted(scores.items(), key=lambda item: -item[1])


def only_wearables(slots: Slots) -> bool:
    return bool(slots.tests) and set(slots.concepts) <= WEARABLES
