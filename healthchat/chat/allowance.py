"""What a run may use of models outside this program, by the settings and by what its person has used today."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.conf import settings

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
    return Limits(
        finding_tokens=settings.HEALTHCHAT_FINDING_TOKENS,
        answer_tokens=settings.HEALTHCHAT_ANSWER_TOKENS,
        run_tokens=settings.HEALTHCHAT_RUN_TOKENS,
        run_seconds=settings.HEALTHCHAT_RUN_SECONDS,
        specialist_seconds=settings.HEALTHCHAT_SPECIALIST_SECONDS,
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
    left = (
        settings.HEALTHCHAT_DAY_TOKENS - used_by(ended.values_list("pk", flat=True)) - len(under_way) * own.run_tokens
    )
    return msgspec.structs.replace(own, run_tokens=max(min(own.run_tokens, left), 0))


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
