"""The rules model: the same place in the agent loop as a language model, with decisions that can be read.

It keeps nothing between requests: every step is decided from the messages alone, as with any other model, so the same
question over the same records is answered in the same words.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic_ai import RunContext
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    ModelResponseStreamEvent,
    TextPart,
    ToolCallPart,
    UserPromptPart,
)
from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RequestUsage

from agents.access import RULES
from agents.brief import AnswerBrief
from agents.rules.policy import next_calls
from agents.rules.prose import write

Piece = TextPart | ToolCallPart


class RulesModel(Model[None]):
    """Decides the tool calls of a specialist and writes an answer from its claims, by rules."""

    @property
    def provider(self) -> None:
        return None

    @property
    def model_name(self) -> str:
        return RULES

    @property
    def system(self) -> str:
        return "healthchat"

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        _, parameters = self.prepare_request(model_settings, model_request_parameters)
        parts = joined([piece async for piece in self.decide(messages, parameters)])
        return ModelResponse(parts=parts, model_name=RULES, provider_name=self.system, usage=usage_of(messages, parts))

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        _, parameters = self.prepare_request(model_settings, model_request_parameters)
        yield RulesStream(
            model_request_parameters=parameters, messages=messages, pieces=self.decide(messages, parameters)
        )

    async def decide(
        self, messages: Sequence[ModelMessage], parameters: ModelRequestParameters
    ) -> AsyncIterator[Piece]:
        """The next step: tool calls where there are tools, else the answer's text in pieces of about a word."""
        if parameters.function_tools or parameters.output_tools:
            for call in next_calls(messages, parameters):
                yield call
            return
        for piece in write(AnswerBrief.from_prompt(prompt_of(messages))):
            # A stream that never lets the loop turn holds up everyone else's.
            await asyncio.sleep(0)
            yield TextPart(piece)


@dataclass
class RulesStream(StreamedResponse):
    messages: list[ModelMessage]
    pieces: AsyncIterator[Piece]
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    async def _get_event_iterator(self) -> AsyncIterator[ModelResponseStreamEvent]:
        self._usage = usage_of(self.messages, ())
        index = 0
        async for piece in self.pieces:
            index += 1
            self._usage.output_tokens += words_in(piece)
            match piece:
                case TextPart(content=content):
                    for event in self._parts_manager.handle_text_delta(vendor_part_id="text", content=content):
                        yield event
                case ToolCallPart(tool_name=name, args=args, tool_call_id=call_id):
                    yield self._parts_manager.handle_tool_call_part(
                        vendor_part_id=index, tool_name=name, args=args, tool_call_id=call_id
                    )

    async def close_stream(self) -> None:
        """Nothing to close: there is no connection."""

    @property
    def model_name(self) -> str:
        return RULES

    @property
    def provider_name(self) -> str:
        return "healthchat"

    @property
    def provider_url(self) -> None:
        return None

    @property
    def timestamp(self) -> datetime:
        return self.started


def prompt_of(messages: Iterable[ModelMessage]) -> str:
    """What the model was asked: the text of the last user prompt."""
    prompts = [
        part.content
        for message in messages
        if isinstance(message, ModelRequest)
        for part in message.parts
        if isinstance(part, UserPromptPart) and isinstance(part.content, str)
    ]
    return prompts[-1] if prompts else ""


def usage_of(messages: Iterable[ModelMessage], pieces: Iterable[Piece]) -> RequestUsage:
    """Words in and out, so that limits and figures mean something for this model as well."""
    read = sum(len(str(getattr(part, "content", "")).split()) for message in messages for part in message.parts)
    return RequestUsage(input_tokens=read, output_tokens=sum(map(words_in, pieces)))


def words_in(piece: Piece) -> int:
    return len((piece.content if isinstance(piece, TextPart) else str(piece.args)).split())


def joined(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces with all text in one part, as a response that is not streamed has it."""
    calls = [piece for piece in pieces if isinstance(piece, ToolCallPart)]
    text = "".join(piece.content for piece in pieces if isinstance(piece, TextPart))
    return [*calls, TextPart(text)] if text else [*calls]
