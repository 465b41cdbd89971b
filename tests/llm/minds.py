"""What a scripted provider's model makes of a request."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator

from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, ToolCallPart, ToolReturnPart, UserPromptPart
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.tools import ToolDefinition

from agents.brief import AnswerBrief
from agents.rules.policy import next_calls
from agents.rules.prose import write
from tests.llm.wire import OUTPUT_TOOL, Asked, Call, Returned, Said

Mind = Callable[[Asked], Iterable[Said]]


def sensible(asked: Asked) -> Iterator[Said]:
    """Does what the rules would do, so that an answer over the wire can be compared with theirs."""
    if not asked.of_specialist:
        yield from write(AnswerBrief.from_prompt(asked.prompt))
        return
    parameters = ModelRequestParameters(
        function_tools=[ToolDefinition(name=tool) for tool in sorted(asked.tools - {OUTPUT_TOOL})],
        output_tools=[ToolDefinition(name=OUTPUT_TOOL)],
    )
    for number, call in enumerate(next_calls(list(messages_of(asked)), parameters)):
        yield Call.of(call.tool_name, call.args, id=f"call_{len(asked.turns)}_{number}")


def saying(*pieces: str) -> Mind:
    """Does what the rules would do, and answers with these words."""

    def mind(asked: Asked) -> Iterator[Said]:
        yield from sensible(asked) if asked.of_specialist else pieces

    return mind


def messages_of(asked: Asked) -> Iterator[ModelMessage]:
    """A request as pydantic-ai's messages, as the rules read them; a call that was refused is as if never made."""
    yield ModelRequest(parts=[UserPromptPart(asked.prompt)])
    made = {turn.id: turn for turn in asked.turns if isinstance(turn, Call)}
    for turn in asked.turns:
        if isinstance(turn, Returned) and isinstance(report := _parsed(turn.content), dict) and "claims" in report:
            call = made[turn.id]
            yield ModelResponse(parts=[ToolCallPart(call.tool, call.arguments, tool_call_id=call.id)])
            yield ModelRequest(parts=[ToolReturnPart(call.tool, report, tool_call_id=call.id)])


def _parsed(content: str) -> object:
    try:
        return json.loads(content)
    except ValueError:
        return content
