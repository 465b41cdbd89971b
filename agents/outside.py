"""A model outside this program, held to its limits: what it is asked is counted, noted and, in vain, asked again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Any, Self

import httpx2
from opentelemetry.trace import Span, SpanKind
from pydantic_ai import RunContext
from pydantic_ai.exceptions import AgentRunError, ContentFilterError, ModelAPIError, UnexpectedModelBehavior
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RequestUsage

from agents import tracing
from agents.access import host_of
from agents.attempts import is_last, pause
from agents.handed import handed
from agents.limits import Limits
from agents.meter import BudgetSpent, Meter, measured, most_tokens
from agents.receipt import Ledger

UNREADABLE = (httpx2.HTTPError, httpx2.StreamError, json.JSONDecodeError, UnicodeDecodeError)
"""What providers' clients raise, beside their own errors, where a response is not what it should be."""


class OutsideModel(WrapperModel):
    """One run's view of a model, or that of one of its specialists (`metered`)."""

    def __init__(
        self, wrapped: Model, *, address: str, client: httpx2.AsyncClient | None = None, limits: Limits | None = None
    ) -> None:
        super().__init__(wrapped)
        self.address = address
        self.limits = limits or Limits()
        self._http = client
        self._meter: Meter | None = None
        self._ledger: Ledger | None = None

    def metered(self, meter: Meter, *, ledger: Ledger | None = None) -> Self:
        """The same model, whose requests are paid for from `meter` and noted in `ledger`."""
        view = type(self)(self.wrapped, address=self.address, limits=self.limits)
        view._meter = meter
        view._ledger = ledger or self._ledger
        return view

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """Ask, and where that fails for a reason that may pass, ask again after a pause.

        Raises:
            pydantic_ai.exceptions.AgentRunError: the model failed, or a limit was reached.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self._asked(messages, model_settings, model_request_parameters)
            except BudgetSpent:
                raise
            except AgentRunError as error:
                if is_last(attempt, error=error, limits=self.limits):
                    raise
                await pause(attempt, error=error, limits=self.limits)

    async def _asked(
        self, messages: list[ModelMessage], settings: ModelSettings | None, parameters: ModelRequestParameters
    ) -> ModelResponse:
        paid = self._begin(messages, self.limits.finding_tokens)
        with self._span() as span:
            try:
                async with self._in_time():
                    response = await self.wrapped.request(
                        handed(messages), self._held_to(settings, self.limits.finding_tokens), parameters
                    )
            except UNREADABLE as error:
                raise ModelAPIError(self.model_name, "the response cannot be read") from error
            response.usage = measured(response.usage, asked=messages, response=response)
            tracing.used(span, response.usage)
        self._settle(paid, response.usage)
        refuse_refusal(response)
        return response

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        """Ask once; who has read the stream to its end knows that it was whole.

        Raises:
            pydantic_ai.exceptions.AgentRunError: the model failed, broke off or refused, or a limit was reached.
        """
        paid = self._begin(messages, self.limits.answer_tokens)
        settings = self._held_to(model_settings, self.limits.answer_tokens)
        with self._span() as span:
            sent = handed(messages)
            async with (
                self._in_time(),
                self.wrapped.request_stream(sent, settings, model_request_parameters, run_context) as stream,
            ):
                yield stream
                response = stream.get()
            usage = measured(response.usage, asked=messages, response=response)
            tracing.used(span, usage)
        self._settle(paid, usage)
        refuse_refusal(response)
        if response.finish_reason is None:
            raise UnexpectedModelBehavior("the answer broke off")

    def _span(self) -> AbstractContextManager[Span]:
        asked = {"gen_ai__operation__name": "chat", "gen_ai__provider__name": self.system}
        place = {"gen_ai__request__model": self.model_name, "server__address": host_of(self.address)}
        return tracing.span(f"chat {self.model_name}", kind=SpanKind.CLIENT, **asked, **place)

    @asynccontextmanager
    async def _in_time(self) -> AsyncGenerator[None]:
        """End what takes longer than the run, or the specialist, has left.

        Raises:
            BudgetSpent: that was the reason.
            pydantic_ai.exceptions.ModelAPIError: there was another time-out within: a failure of the model's.
        """
        left = self._meter.seconds_left if self._meter else None
        try:
            async with asyncio.timeout(left):
                yield
        except TimeoutError:
            if self._meter is not None and self._meter.seconds_left <= 0:
                raise BudgetSpent("no time is left") from None
            raise ModelAPIError(self.model_name, "the model was silent for too long") from None

    def _begin(self, messages: Sequence[ModelMessage], most_written: int) -> int:
        paid = most_tokens(messages, most_written=most_written)
        if self._meter is not None:
            self._meter.pay(paid)
        if self._ledger is not None:
            self._ledger.note(messages)
        return paid

    def _settle(self, paid: int, usage: RequestUsage) -> None:
        if self._meter is not None:
            self._meter.settle(paid, usage)

    def _held_to(self, settings: ModelSettings | None, most_written: int) -> ModelSettings:
        ours = ModelSettings(max_tokens=most_written, max_retries=0)
        return {**ours, **(settings or {})}

    async def close(self) -> None:
        """End its connections."""
        if self._http is not None:
            await self._http.aclose()


def refuse_refusal(response: ModelResponse) -> None:
    """Raise for a response that says that the model will not answer.

    Raises:
        ContentFilterError: it does.
    """
    if response.finish_reason == "content_filter":
        raise ContentFilterError("the model declined to answer")
