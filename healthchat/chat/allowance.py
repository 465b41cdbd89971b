"""What a run may use of models outside this program, by the settings and by what its person has used today."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from msgspec.structs import replace

from agents.access import INSIDE, Access, Egress, provider_of
from agents.events import Usage, decode
from agents.limits import Limits
from healthchat.chat.models import Event, Run

DAY = timedelta(hours=24)


def access() -> Access:
    """Which models may be asked."""
    egress: Egress = settings.HEALTHCHAT_EGRESS  # type: ignore[assignment]
    return Access(egress=egress, variables=settings.HEALTHCHAT_PROVIDERS)


def limits() -> Limits:
    """What one run may use."""
    usual = Limits()
    return Limits(
        run=replace(usual.run, tokens=settings.HEALTHCHAT_RUN_TOKENS, seconds=settings.HEALTHCHAT_RUN_SECONDS),
        specialist=replace(usual.specialist, seconds=settings.HEALTHCHAT_SPECIALIST_SECONDS),
        finding_tokens=settings.HEALTHCHAT_FINDING_TOKENS,
        answer_tokens=settings.HEALTHCHAT_ANSWER_TOKENS,
        stall_seconds=settings.HEALTHCHAT_SILENCE_SECONDS,
    )


def limits_for(run: Run, *, now: datetime) -> Limits:
    """What that run may use: no more than is left of its person's day.

    Their other runs that are under way count as if they used all that they may, since they go on at the same time.
    """
    own = limits()
    if provider_of(run.model) in INSIDE:
        return own
    since = Run.objects.filter(owner=run.owner_id, created__gt=now - DAY)
    others = since.filter(status=Run.Status.RUNNING).exclude(pk=run.pk)
    under_way = [one for one in others.values_list("model", flat=True) if provider_of(one) not in INSIDE]
    ended = since.exclude(pk__in=others)
    used = used_by(ended.values_list("pk", flat=True)) + len(under_way) * own.run.tokens
    left = max(settings.HEALTHCHAT_DAY_TOKENS - used, 0)
    return replace(own, run=replace(own.run, tokens=min(own.run.tokens, left)))


def used_by(runs: Iterable[UUID]) -> int:
    """How many tokens of models outside this program these runs have used."""
    told: dict[UUID, list[Usage]] = {}
    for run, data in Event.objects.filter(run__in=runs, type="usage").values_list("run", "data"):
        usage = decode(data)
        if isinstance(usage, Usage) and provider_of(usage.model) not in INSIDE:
            told.setdefault(run, []).append(usage)
    return sum(_tokens(one) for one in told.values())


def _tokens(told: list[Usage]) -> int:
    """Of one run: what the whole of it used, or what its specialists did where it did not come to its end."""
    whole = [usage for usage in told if usage.specialist is None]
    return sum(usage.input_tokens + usage.output_tokens for usage in (whole or told))
