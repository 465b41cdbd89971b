"""What is said where a question is not for this product to answer: what it does not do, and what it can do instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from agents.events import Claim, Triage
from agents.question import Ask, Intent

CAN_DO = (
    "I can look things up in your records and explain them: a test result and how it changed, your medicines, "
    "conditions, allergies, vaccinations and visits, or what to ask your doctor."
)
SAID: dict[Intent, str] = {
    "out_of_scope": (
        "I cannot answer that. I do not diagnose, prescribe, or decide whether you should start, stop or change a "
        "medicine or a dose: that is for a doctor or pharmacist who knows you. " + CAN_DO
    ),
    "privacy": (
        "I can only see the records of the person this conversation is about, and I cannot show anyone else's. To take "
        "away or delete what is stored here, use the pages for your records and your account. " + CAN_DO
    ),
    "smalltalk": "Hello. " + CAN_DO,
    "unclear": "I am not sure what you would like to know. " + CAN_DO,
}


def scope_claims(asks: Iterable[Ask], *, triage: Triage) -> Iterator[Claim]:
    """What is said to the asks that no specialist is asked about, as claims, so that a model says nothing else."""
    said = [SAID[intent] for intent in dict.fromkeys(ask.intent for ask in asks) if intent in SAID]
    if triage.level == "scope" and triage.text:
        said = [triage.text]
    for number, text in enumerate(said, start=1):
        yield Claim(id=f"analyst-{number}", kind="limit", text=text)
