"""The scripted model at a model's place: specialists work by the rules, the answer is what the script says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from pydantic_ai.messages import ModelMessage, TextPart
from pydantic_ai.models import ModelRequestParameters

from agents.rules.model import Piece, RulesModel
from agents.scripted import Script, tokens


class ScriptedModel(RulesModel):
    def __init__(self, script: Script, *, name: str) -> None:
        super().__init__()
        self._script = script
        self._scripted_name = name

    @property
    def model_name(self) -> str:
        return self._scripted_name

    async def decide(
        self, messages: Sequence[ModelMessage], parameters: ModelRequestParameters
    ) -> AsyncIterator[Piece]:
        if parameters.function_tools or parameters.output_tools:
            async for piece in super().decide(messages, parameters):
                if self._script.think_ms:
                    await asyncio.sleep(self._script.think_ms / 1000)
                yield piece
            return
        async for token in tokens(self._script):
            yield TextPart(token)
