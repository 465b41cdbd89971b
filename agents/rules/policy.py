"""What a specialist does next, decided by rules: tool calls for each thing that is asked, then its findings.

1. The calls that the asks lead to (`agents.rules.intents`), all at once.
2. Once their results are there: calls that a result leads to (`agents.rules.leads`), all at once.
3. When nothing new follows: every claim of every result, in the order of the calls, each text once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, ToolCallPart, ToolReturnPart, UserPromptPart
from pydantic_ai.models import ModelRequestParameters

from agents.brief import TaskBrief
from agents.rules.calls import Call
from agents.rules.intents import calls_for
from agents.rules.leads import calls_after
from agents.tools.desk import Report


def next_calls(messages: Sequence[ModelMessage], parameters: ModelRequestParameters) -> Iterator[ToolCallPart]:
    """The next tool calls of a specialist; the call of the output tool when nothing is left to look up."""
    brief = TaskBrief.from_prompt(_prompt(messages))
    tools = {tool.name for tool in parameters.function_tools}
    made = list(_calls_made(messages))
    reports = list(_reports(messages, tools))
    wanted = [call for report in reports for call in calls_after(brief, *report)] if made else list(calls_for(brief))
    new = [call for call in dict.fromkeys(wanted) if call.tool in tools and call not in made]
    if new:
        for index, call in enumerate(new, start=len(made) + 1):
            yield ToolCallPart(call.tool, dict(call.arguments), tool_call_id=str(index))
        return
    yield ToolCallPart(parameters.output_tools[0].name, _findings([report for _, report in reports]), tool_call_id="0")


def _prompt(messages: Iterable[ModelMessage]) -> str:
    for message in messages:
        for part in message.parts:
            if isinstance(part, UserPromptPart) and isinstance(part.content, str):
                return part.content
    raise ValueError("a specialist was asked nothing")


def _calls_made(messages: Iterable[ModelMessage]) -> Iterator[Call]:
    for message in messages:
        if isinstance(message, ModelResponse):
            for part in message.parts:
                if isinstance(part, ToolCallPart):
                    yield Call.of(part.tool_name, **part.args_as_dict())


def _reports(messages: Iterable[ModelMessage], tools: set[str]) -> Iterator[tuple[str, Report]]:
    """Each tool's name and result, in the order of the calls."""
    for message in messages:
        if isinstance(message, ModelRequest):
            for part in message.parts:
                if isinstance(part, ToolReturnPart) and part.tool_name in tools and isinstance(part.content, dict):
                    yield part.tool_name, part.content  # type: ignore[misc]


def _findings(reports: Iterable[Report]) -> dict[str, object]:
    said: dict[str, str] = {}
    for report in reports:
        for claim in report["claims"]:
            said.setdefault(claim["text"], claim["id"])
    return {"claims": list(said.values()), "summary": ""}
