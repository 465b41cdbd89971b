"""The urgency screen: rules, in front of every model, on every message.

Order: crisis said outright, emergency, crisis pieced together, critical value of the last seven days, urgent, scope,
none. Nothing in a message lowers it. It leaves alone what is denied, long past, asked as a lesson, or looked up in the
records. English and Spanish.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache, partial

from agents.clinical.critical import critical_now
from agents.events import Triage, TriageLevel
from agents.records import Records
from agents.triage import advice, background, readings
from agents.triage.crises import joined
from agents.triage.families import FAMILIES, Family
from agents.triage.frames import about_now, meant, without_idioms
from agents.triage.patterns import patterns
from agents.triage.plain import Plain, folded, plain
from agents.triage.scope import limit

__all__ = ["screen"]


def screen(text: str, *, records: Records | None = None, now: datetime | None = None, region: str = "us") -> Triage:
    """Say how urgent a message is, and what the person is told first.

    `records` raise it (a blood thinner and a blow to the head) and are looked through for critical values of the last
    seven days before `now`; without `now` that look is left out. `region` decides which numbers are named.
    """
    message = plain(text)
    message = Plain(without_idioms(message.text), message.sentences, message.spanish)
    tell = partial(_told, message=message, region=region)
    if crisis := _crisis(message):
        return tell("crisis", crisis)
    fired = _fired(message, records, now)
    if fired and fired.level == "emergency":
        return tell("emergency", fired.id)
    # Put together from parts, and so less sure than what was said outright: after what cannot wait at all.
    if crisis := joined(message):
        return tell("crisis", crisis)
    if records is not None and now is not None and (hits := critical_now(records, now)):
        words, source = advice.told_of_result(hits[0], region=region, spanish=message.spanish)
        return Triage(level="critical_value", family="critical_lab", text=words, source=source)
    if fired:
        return tell("urgent", fired.id)
    if crossed := limit(folded(text), message):
        return tell("scope", crossed)
    return Triage(level="none")


def _told(level: TriageLevel, family: str, *, message: Plain, region: str) -> Triage:
    words, source = advice.told(family, level, region=region, spanish=message.spanish)
    return Triage(level=level, family=family, text=words, source=source)


def _crisis(message: Plain) -> str | None:
    for name, pattern in patterns("crises").items():
        if any(meant(message, *match.span()) for match in pattern.finditer(message.text)):
            return name
    return None


def _fired(message: Plain, records: Records | None, now: datetime | None) -> Family | None:
    there = _presence(message, records, now)
    for family in FAMILIES:
        for rule in family.rules:
            for alternatives in _parts(rule):
                for name in alternatives:
                    if there(name):
                        break
                else:
                    break
            else:
                return family
    return None


@cache
def _parts(rule: str) -> tuple[tuple[str, ...], ...]:
    """What has to be there, each as its alternatives."""
    return tuple(tuple(part.split("|")) for part in rule.split())


def _presence(message: Plain, records: Records | None, now: datetime | None) -> Callable[[str], bool]:
    """Tell of a sign, a `#number` or an `@entry of the records` whether it is there; each is looked for once."""
    seen: dict[str, bool] = {}
    signs = patterns("signs")
    typed = readings.marks(message, usual_oxygen=partial(background.usual_oxygen, records, now))

    def look(name: str) -> bool:
        if name.startswith("#"):
            return name[1:] in typed
        if name.startswith("@"):
            return background.knows(records, name[1:], now)
        for match in signs[name].finditer(message.text):  # noqa: SIM110 - a hundred times a message
            if about_now(message, *match.span()):
                return True
        return False

    def there(name: str) -> bool:
        known = seen.get(name)
        if known is None:
            known = seen[name] = look(name)
        return known

    return there
