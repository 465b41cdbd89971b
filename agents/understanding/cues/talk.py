"""Cues for greetings, thanks and questions about the product."""

from __future__ import annotations

from agents.understanding.cues.cue import Cue, cue

CUES: tuple[Cue, ...] = (
    cue(
        "smalltalk",
        20,
        (
            r"^(?:hi+|hello+|hey+|hiya|yo|howdy|greetings|good (?:morning|afternoon|evening|day|night)|hola|"
            r"buenos dias|buenas(?: tardes| noches)?)(?: (?:there|doctor|again|you|everyone|bot|team|healthchat|"
            r"all|how are you(?: doing)?(?: today)?))*$"
        ),
    ),
    cue(
        "smalltalk",
        20,
        (
            r"^(?:many )?(?:thanks|thank you|thx|ty|cheers|gracias|muchas gracias|great|ok|okay|cool|nice|perfect|"
            r"awesome|got it|good|fine|alright|bye|goodbye|see you|adios|wow|lol|yes|no|yep|nope|sure|test|"
            r"testing|test message|ping|help|menu|start|what|hmm+)(?: (?:so much|a lot|very much|you|then|"
            r"that helps|that is helpful|for your help|for that|for the help|again|bye|thanks|me|please|doctor|1|"
            r"2|123|test|got it))*$"
        ),
    ),
    cue(
        "smalltalk",
        20,
        r"what (?:can|do|could) (?:you|this(?: app| tool| thing| site)?) (?:do|help|answer|tell|know)",
        r"what (?:can|could) i ask(?: you| here| this)?$|what should i ask (?:you|here)$|who are you",
        r"what are you",
        r"are you (?:a |an |my )?(?:real|human|doctor|robot|bot|ai|person|there|chatgpt|machine|computer)",
        r"how do(?:es)? (?:you|this|it) work|how (?:can|do|could) (?:you help|i use (?:this|you))",
        r"^help(?: me)?$|how are you|your name|who (?:made|built|wrote) (?:you|this)",
        r"what is this(?: app| site)?$|que puedes hacer|quien eres|tell me about yourself|introduce yourself",
        r"nice to meet you",
    ),
)
