"""Cues for what is not answered: orders inside the text, other people's records, a wish for "
"treatment or a diagnosis."""

from __future__ import annotations

from agents.understanding.cues.conditions import names_a_feared_condition, names_a_medicine, says
from agents.understanding.cues.cue import Cue, cue
from agents.understanding.cues.wordings import RECORD, WHO

CUES: tuple[Cue, ...] = (
    cue(
        "out_of_scope",
        40,
        (
            r"(?:ignore|disregard|forget|override|bypass) (?:all |any |the |your |my |these |those |"
            r"every )*(?:previous |prior |above |earlier |safety |system |other )*(?:instruct\w+|rules?|prompts?|"
            r"guidelines|guardrails|restrictions|safety|orders|directions)"
        ),
    ),
    cue(
        "out_of_scope",
        40,
        r"system prompt|developer mode|jailbreak|you are now (?:a|an|my|dan|in)\b|\bact as (?:a|an|my|if)\b",
        r"pretend (?:to be|you are|that you)",
        (
            r"(?:reveal|repeat|print|show|tell me) (?:me )?(?:your|the) (?:system |hidden |initial |"
            r"secret )*(?:instructions|prompt|rules)"
        ),
        r"new instructions|do anything now|</?(?:system|brief|instructions?)|\bsay that my\b",
        r"(?:record|change|edit|set|update|overwrite) my (?:TEST|OTHER|\w+) (?:to|as|in)\b|\bdrop table\b",
        r"select \* from",
    ),
    cue(
        "privacy",
        30,
        rf"\b{WHO}(?:'s|s'|s)? (?:\w+ )?(?:\w+ )?{RECORD}",
        when=lambda slots: (
            says(
                slots,
                (
                    rf"\b{WHO}(?:'s|s') |\b(?:other|another|different|someone|somebody|everyone|next)\b|\b(?:show|see|"
                    rf"look|give|open|access|get|pull)\b.*\b{WHO}\b"
                ),
            )
            and (not says(slots, r"family history|my (?:history|records)|for my (?:family|kids)|patient portal"))
        ),
    ),
    cue("privacy", 30, rf"\b(?:what|which|when|how|is|are|does|did|show|list|tell)\b.*\bmy {WHO}(?:'s)\b"),
    cue("privacy", 30, rf"\b(?:does|is|has|what (?:is|does|are)|did) my {WHO} (?:take|taking|have|on|allergic|been)\b"),
    cue(
        "privacy",
        30,
        (
            r"(?:records?|results?|labs?|chart|data|TEST|meds|information) (?:of|for|from|"
            r"belonging to) (?:my (?:wife|husband|mother|mom|mum|father|dad|son|daughter|brother|sister|friend|"
            r"boss|neighbou?r|partner)|another|someone|somebody|other|patient (?:number|id|\d)|mr|mrs|ms)\b"
        ),
    ),
    cue(
        "privacy",
        28,
        (
            r"\b(?!(?:today|doctor|year|month|week|yesterday|patient|it|that|what|let|here|there|alzheimer|"
            r"parkinson|crohn|hashimoto|raynaud|graves)'s)[a-z]+'s (?:lab |test |blood |medical |"
            r"health )*(?:records?|results?|labs|tests|meds|medications?|chart|data|file|TEST|diagnos\w+)\b"
        ),
    ),
    cue(
        "privacy",
        30,
        (
            r"\b(?:delete|erase|remove|wipe|purge|forget|clear|destroy)\b.*\b(?:everything|all|my (?:data|"
            r"records?|history|account|information|info|chats?|conversations?|results|profile|files?)|data|"
            r"about me|me)\b"
        ),
        r"\bforget (?:me|everything)\b",
    ),
    cue(
        "privacy",
        26,
        r"who (?:can|could|else|has|is able|might)\b.*\b(?:see|access|read|look|view)\b",
        r"where (?:is|are|do you (?:keep|store)) my (?:data|records|information|info|health)",
        r"(?:do|will|are) you (?:share|sell|sharing|selling|store|keep|send|sending)\b",
        r"is my (?:data|information|info) (?:safe|private|secure|encrypted|shared)",
        r"(?:export|download|copy of) (?:all )?my (?:data|records?)|privacy|gdpr|hipaa",
        r"(?:all|other|list) (?:the )?patients\b",
        r"what (?:data|do you know|information) (?:do you have |have you got |is stored )?(?:about|on) me",
        r"confidential",
    ),
    cue(
        "out_of_scope",
        24,
        r"\bprescri(?:be|bing) (?:me|something|us)\b",
        r"(?:can|could|will|would) you (?:prescribe|order|refill|renew|get me)",
        (
            r"(?:write|give|get|need|order|want) (?:me )?(?:a |some |an? new |more )*(?:prescription|refill|"
            r"script|sick note|doctor's note|antibiotics)\b"
        ),
        r"\b(?:refill|renew) my\b",
        (
            r"(?:book|schedule|make|cancel|reschedule|move) (?:me )?(?:an? |my |the )*(?:appointment|VISIT|PROC|"
            r"visit)"
        ),
        r"call (?:me )?(?:a|an|my) (?:doctor|ambulance|taxi|cab)",
    ),
    cue(
        "out_of_scope",
        24,
        (
            r"(?:should|can|could|may|must|shall|do|would it be (?:ok|okay|safe|bad)|is it (?:ok|okay|safe|fine|"
            r"time|alright)|ok|okay|safe|do you think i (?:should|can)|want|thinking|what if i|"
            r"what happens if i)(?: i| to| have to| need to| for me| of| just| about| now|"
            r" safely)*(?: me)? (?:stop|stopping|quit|quitting|skip|skipping|halve|double|doubling|come off|"
            r"coming off|get off|go off|going off|drop|cut|half|increase|reduce|lower|raise|change|up|decrease|"
            r"adjust|start|starting|begin|go on|switch|switching|restart|pause|wean|taper|discontinue|"
            r"cut down)(?: taking| on| off| to| with| from| using)*(?: the| my| a| an| this| these| those| all|"
            r" both| one of| some)*(?: \w+)? (?:dose|doses|dosage|MED|meds|medications?|medicines?|pills?|"
            r"tablets?|drugs?|insulin|TEST (?:meds|pills?|medic\w+|tablets?)|treatment|prescriptions?|shots?|"
            r"injections?)"
        ),
        when=lambda slots: (
            not says(slots, r"\bwhen (?:did|was|were|have)|after (?:i )?(?:start|stop|began)|since (?:i )?")
        ),
    ),
    cue(
        "out_of_scope",
        24,
        (
            r"(?:how (?:much|many)|what (?:dose|dosage|amount))(?: of| \w+)? ?(?:MED|meds|medicine|pills|tablets|"
            r"TEST)?.* (?:should|can|could|must|may) i (?:take|inject|use|give|have)\b(?! according)"
        ),
        r"(?:right|correct|best|safe|maximum|max|proper|recommended) (?:dose|dosage|amount)",
        r"what (?:should|can|do|could) i take for",
        (
            r"(?:what|which) (?:medicine|medication|drug|pill|antibiotic|MED)s? (?:should|can|could|would|"
            r"must) (?:i|you)"
        ),
        r"(?:need|want) (?:something|meds|MED|medicine) for",
        r"which (?:medicine|medication|drug|MED) is (?:best|better)",
        r"recommend (?:me )?(?:a |some )?(?:medic\w+|drug|MED|pill|treatment)|increase my dose",
        r"double (?:my|the) dose",
        when=lambda slots: not says(slots, r"water|exercise|sleep|weigh|salt|sugar|eat"),
    ),
    cue(
        "out_of_scope",
        24,
        r"\bdo i (?:really |actually |maybe |possibly |now )?have (?:a |an |the )?COND|have i got COND",
        r"could (?:this|it|i) (?:be|have) COND|is (?:this|it) COND\b",
        when=names_a_feared_condition,
    ),
    cue(
        "out_of_scope",
        24,
        r"diagnos(?:e|is of) (?:me|my|this)|what (?:disease|illness|condition) do i have|what is causing my",
        r"could i be (?:dying|sick)|am i (?:going to die|dying|pregnant|having)",
        r"how long (?:do|will|have) i (?:have )?(?:got )?(?:left|live|to live)|life expectancy|when will i die",
        r"give me a diagnosis|what is (?:this|my) (?:rash|lump|mole)",
        (
            r"why (?:do|does|am|is) (?:i|my) (?:feel\w*|have|\w+) (?:so )?(?:hurt\w*|tired|dizzy|ache\w*|itch\w*|"
            r"sick|a headache|headaches|pain)"
        ),
        when=lambda slots: not says(slots, r"pill|tablet|medic|meds|drug") and (not slots.named("medicine")),
    ),
    cue(
        "out_of_scope",
        22,
        (
            r"\b(?:weather|poem|joke|song|recipe|movie|film|football|soccer|game|stock|bitcoin|president|capital|"
            r"country|translate|homework|essay|code|python|javascript|wikipedia|news|horoscope|flight|hotel|"
            r"restaurant|math|lottery|politic\w+|election|war|car|phone|laptop|dog|cat|vet|taxes|lawyer|story|"
            r"limerick|haiku|username|password|pizza)\b"
        ),
        when=lambda slots: (
            not slots.tests and (not slots.names) and (not says(slots, r"\bmy (?:health|blood|lab|record|med|doctor)"))
        ),
    ),
    cue(
        "out_of_scope",
        24,
        (
            r"(?:advice|opinion|recommendations?|guidance|okay|approval) (?:on|about|for|regarding|to) (?:start|"
            r"stopp?|tak|quit|chang|switch|increas|reduc|dos)\w*\b.*(?:MED|meds|medic\w+|dose|pills?)"
        ),
        r"^(?:just )?(?:give|get|sell|send|order|buy|hand) me (?:some |a |an |the |more )?MED",
        when=names_a_medicine,
    ),
    cue(
        "out_of_scope",
        24,
        r"\b(?:is|could|can|might) (?:this|it|that|my|the) (?:\w+ ){0,2}(?:be )?(?:a |an )?COND",
        when=names_a_feared_condition,
    ),
    cue(
        "privacy",
        26,
        (
            r"\bmy (?:data|information|info|details|records|chats?|questions)\b.*\b(?:private|safe|secure|"
            r"confidential|shared|sold|encrypted|protected|leaked|visible)\b"
        ),
    ),
    cue(
        "out_of_scope",
        24,
        (
            r"should i (?:take|use|inject|have|start|get) (?:more|less|extra|another|a higher|a lower|a bigger|"
            r"a smaller)\b.*(?:MED|meds|medic\w+|dose|pills?|insulin)"
        ),
    ),
    cue(
        "out_of_scope",
        24,
        (
            r"(?:dose|dosage|amount|how much|how many (?:units|pills|mg))\b.* (?:to|should i|"
            r"do i need to) (?:take|inject|use|give)\b"
        ),
    ),
    cue(
        "privacy",
        26,
        (
            r"\b(?:see|sees|read|reads|access|monitor\w*|watch\w*|look at) (?:this|my|our|these|what i) (?:chats?|"
            r"conversations?|messages?|questions?|type|ask|write|say)\b"
        ),
    ),
    cue(
        "out_of_scope",
        24,
        r"(?:can|could|will|would) you (?:please )?(?:up|raise|increase|lower|reduce|change|adjust|double|halve|"
        r"stop)\b.*\b(?:doses?|dosage|MED|meds|medic\w+|pills?|tablets?)",
    ),
)
