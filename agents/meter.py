"""Counts what a run takes, and refuses what would be too much.

Specialists work at once, so what is left is counted here and not by who takes it: a request is paid for before it is
made, by what it can cost at the most, and put right when it has answered. Between the look and the payment nothing
else can run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from pydantic_ai.exceptions import UsageLimitExceeded
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.usage import RequestUsage

from agents.limits import Allowed, Limits

CHARACTERS_PER_TOKEN = 3
"""Fewer than most text has, so that what is reserved is rather too much."""


class BudgetSpent(UsageLimitExceeded):
    """Nothing is left of what this run, or this specialist, may take."""


class Meter:
    """Counts what is taken, for a specialist also from what the whole run has."""

    def __init__(self, allowed: Allowed, *, of: Meter | None = None) -> None:
        self._requests = allowed.requests
        self._tokens = allowed.tokens
        self._tool_calls = allowed.tool_calls
        self._ends = asyncio.get_running_loop().time() + allowed.seconds
        self._of = of

    @classmethod
    def of_run(cls, limits: Limits) -> Meter:
        return cls(limits.run)

    def for_specialist(self, limits: Limits) -> Meter:
        return Meter(limits.specialist, of=self)

    @property
    def seconds_left(self) -> float:
        left = self._ends - asyncio.get_running_loop().time()
        return left if self._of is None else min(left, self._of.seconds_left)

    @property
    def is_empty(self) -> bool:
        """Whether not even the smallest request can be paid for."""
        return self.seconds_left <= 0 or any(meter._requests < 1 or meter._tokens < 1 for meter in self._levels())

    def pay(self, tokens: int) -> None:
        """Take one request of at most so many tokens.

        Raises:
            BudgetSpent: there is not so much left; nothing is taken.
        """
        self._check(tokens)
        self._take(tokens, requests=1)

    def settle(self, paid: int, usage: RequestUsage) -> None:
        """Put right what was paid for a request by what it has cost."""
        self._take((usage.input_tokens + usage.output_tokens) - paid)

    def call_tool(self) -> None:
        """Take one tool call.

        Raises:
            BudgetSpent: there is none left.
        """
        if self._tool_calls < 1 or (self._of is not None and self._of._tool_calls < 1):
            raise BudgetSpent("no tool call is left")
        for meter in self._levels():
            meter._tool_calls -= 1

    def _check(self, tokens: int) -> None:
        for meter in self._levels():
            if meter._requests < 1:
                raise BudgetSpent("no request is left")
            if meter._tokens < tokens:
                raise BudgetSpent("not enough tokens are left")
        if self.seconds_left <= 0:
            raise BudgetSpent("no time is left")

    def _take(self, tokens: int, *, requests: int = 0) -> None:
        for meter in self._levels():
            meter._tokens -= tokens
            meter._requests -= requests

    def _levels(self) -> tuple[Meter, ...]:
        return (self,) if self._of is None else (self, self._of)


def most_tokens(messages: Sequence[ModelMessage], *, most_written: int) -> int:
    """What asking this can cost at the most."""
    return tokens_in(messages) + most_written


def measured(usage: RequestUsage, *, asked: Sequence[ModelMessage], response: ModelResponse) -> RequestUsage:
    """What a request has cost: as the provider says, else by how much was said, since not every server tells."""
    if not usage.unmeasured_requests:
        return usage
    return RequestUsage(input_tokens=tokens_in(asked), output_tokens=tokens_in([response]))


def tokens_in(messages: Sequence[ModelMessage]) -> int:
    """About how many tokens messages have, rather too many than too few."""
    characters = sum(
        len(str(part)) for message in messages for part in (*message.parts, getattr(message, "instructions", ""))
    )
    return characters // CHARACTERS_PER_TOKEN
