"""What a short list of known interactions says about the active medicines, the kidneys and age."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic_ai import RunContext

from agents.clinical.age import age_on
from agents.clinical.interactions import Found, allergy_conflicts, cautions, duplicates, interactions, unknown
from agents.clinical.refused import Refused
from agents.events import Claim, Severity
from agents.records import Medication
from agents.tools.conditions import NOT_HELD, held, is_active
from agents.tools.desk import Desk, Report, report
from agents.tools.kidney import at_test
from agents.tools.matching import matching
from agents.tools.medicines import active_medicines
from agents.tools.series import series
from agents.wording import capitalised, count, day, listed, quantity

TOPIC = "Medicines together"
KIDNEYS = "Medicines and kidneys"
SIDE_EFFECTS = "Side effects"
SOURCE = "Phansalkar and others, High-priority drug-drug interactions, 2012; FDA labels"
TALK = (
    "Do not stop or change a medicine because of this. Talk with the doctor who prescribed it, or with a pharmacist, "
    "and show them this list."
)
SHORT_LIST = (
    "This checks a short list of well-known interactions only. What is not in this short list may still matter, so ask "
    "a pharmacist to check everything that you take, also what you buy yourself."
)
WEIGHT: dict[str, str] = {
    "contraindicated": "usually not used together",
    "major": "major",
    "moderate": "moderate",
    "timing": "take apart from each other",
}
SHOWN = 10


async def check_interactions(ctx: RunContext[Desk], added: str = "") -> Report:
    """Check the active medicines against each other, and against one that might be added, in a short list.

    Args:
        added: A medicine or food that the person asks about, which is not on the list yet; empty for none.
    """
    desk = ctx.deps
    rows = active(desk)
    if not rows and not added:
        text = (
            "Your records list no active medicine, so there is nothing to check. What you buy yourself may be missing."
        )
        return report("no active medicine", [desk.state(text, kind="limit", topic=TOPIC)])
    names = [row.name for row in rows]
    extra = [added] if added and not matching(rows, added) else []
    whole = [*names, *extra]
    hits = [*interactions(whole), *duplicates(whole), *allergy_conflicts(whole, allergy_names(desk))]
    if added:
        hits = [hit for hit in hits if involves(hit, added, extra)]
    hits += cautions(extra, egfr=newest_egfr(desk), age=age_now(desk), heart_failure=has_heart_failure(desk))
    claims: list[Claim | None] = [lead(desk, rows, hits, added)]
    claims += [found_item(desk, hit, rows) for hit in hits[:SHOWN]]
    claims += [not_known(desk, whole), desk.state(SHORT_LIST, kind="limit", topic=TOPIC, source=SOURCE)]
    claims.append(desk.state(TALK, kind="advice", topic=TOPIC) if hits else None)
    return report(f"{len(hits)} found in the short list", claims)


async def check_kidney_cautions(ctx: RunContext[Desk]) -> Report:
    """Check the active medicines against the newest kidney function, in a short list."""
    desk = ctx.deps
    rows = active(desk)
    if not rows:
        return await active_medicines(ctx)
    value = newest_egfr(desk)
    if value is None:
        text = "There is no creatinine in your records from which to work out kidney function, so this was not checked."
        return report("no kidney function", [desk.state(text, kind="limit", topic=KIDNEYS)])
    hits = cautions([row.name for row in rows], egfr=value)
    without = cautions([row.name for row in rows])
    hits = tuple(hit for hit in hits if hit not in without)
    creatinine = series(desk.records, "creatinine").points[-1]
    shown = f"{quantity(value, 'mL/min/{1.73_m2}')}, from your creatinine of {day(creatinine.when)}"
    named = count(len(rows), "active medicine")
    text = (
        f"With your estimated kidney function of {shown}, a short list of cautions names {len(hits)} of your {named}:"
        if hits
        else f"A short list of cautions names none of your {named} at your estimated kidney function of {shown}."
    )
    claims: list[Claim | None] = [
        desk.state(
            text,
            kind="computed",
            topic=KIDNEYS,
            value=value,
            unit="mL/min/{1.73_m2}",
            date=creatinine.when.shown(),
            evidence=[creatinine.row.evidence, *(row.evidence for row in rows)],
            formula="CKD-EPI 2021 creatinine equation; cautions by ingredient",
            source=SOURCE,
        )
    ]
    claims += [found_item(desk, hit, rows, topic=KIDNEYS) for hit in hits[:SHOWN]]
    claims += [not_known(desk, [row.name for row in rows], topic=KIDNEYS)]
    claims.append(desk.state(SHORT_LIST, kind="limit", topic=KIDNEYS, source=SOURCE))
    claims.append(desk.state(TALK, kind="advice", topic=KIDNEYS) if hits else None)
    return report(count(len(hits), "caution"), claims)


async def about_side_effects(ctx: RunContext[Desk], symptom: str = "") -> Report:
    """Say how to find out whether a complaint comes from a medicine; the records alone cannot tell.

    Args:
        symptom: The complaint as the person says it.
    """
    desk = ctx.deps
    words = symptom or "a complaint"
    text = (
        f"These records cannot tell whether {words} comes from one of your medicines. Many medicines can do many "
        "things, and so can an illness."
    )
    ask = (
        "Ask your pharmacist or doctor, and tell them when it began and when each medicine was started or changed. Do "
        "not stop a medicine before you have talked with them."
    )
    claims = [desk.state(text, kind="limit", topic=SIDE_EFFECTS), desk.state(ask, kind="advice", topic=SIDE_EFFECTS)]
    return report("cannot be told", claims)


def active(desk: Desk) -> list[Medication]:
    return [row for row in desk.records.medications if row.status == "active"]


def allergy_names(desk: Desk) -> list[str]:
    rows = desk.records.allergies
    return [row.name for row in rows if not row.negated and row.verification_status not in NOT_HELD]


def newest_egfr(desk: Desk) -> float | None:
    points = series(desk.records, "creatinine").points
    value = at_test(desk, points[-1]) if points else None
    return None if isinstance(value, Refused) else value


def age_now(desk: Desk) -> int | None:
    return age_on(desk.records.patient.birth_date, desk.today)


def has_heart_failure(desk: Desk) -> bool:
    return bool(matching([row for row in held(desk) if is_active(row)], "heart failure"))


def involves(hit: Found, added: str, extra: Sequence[str]) -> bool:
    """Whether the medicine that is asked about is one of those."""
    return any(name in extra or added.casefold() in name.casefold() for name in hit.medicines)


def lead(desk: Desk, rows: Sequence[Medication], hits: Sequence[Found], added: str) -> Claim:
    named = count(len(rows), "active medicine")
    about = f"{added} with your {named}" if added else f"your {named}"
    if hits:
        text = f"A short list of known interactions has {count(len(hits), 'entry', 'entries')} for {about}:"
    else:
        text = f"The short list of known interactions has no entry for {about}."
    return desk.state(
        text,
        kind="computed",
        topic=TOPIC,
        value=len(hits),
        evidence=[row.evidence for row in rows],
        formula="list of interactions by ingredient",
        source=SOURCE,
    )


def found_item(desk: Desk, hit: Found, rows: Sequence[Medication], *, topic: str = TOPIC) -> Claim:
    """One entry: the medicines as the record prints them, what can happen, how grave."""
    grave: Severity = "attention" if hit.severity in ("contraindicated", "major") else "info"
    return desk.state(
        f"**{listed(hit.medicines)}** ({WEIGHT[hit.severity]}): {hit.effect.rstrip('.')}",
        kind="computed",
        topic=topic,
        evidence=[row.evidence for row in rows if row.name in hit.medicines],
        formula="list of interactions by ingredient",
        source=hit.source,
        severity=grave,
    )


def not_known(desk: Desk, names: Sequence[str], *, topic: str = TOPIC) -> Claim | None:
    """The medicines that the list does not know."""
    strange = unknown(names)
    if not strange:
        return None
    verb = "is" if len(strange) == 1 else "are"
    text = f"Not checked, as {'it' if len(strange) == 1 else 'they'} {verb} not in this short list: {listed(strange)}."
    return desk.state(capitalised(text), kind="limit", topic=topic)
