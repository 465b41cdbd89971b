"""What a model outside this program is handed: the same messages, with short numbers in place of the records' own ids.

A model cites claims by the claims' ids. Ids of records would tell it nothing, identify the person's records at their
source, and take more tokens than the values; which claims rest on the same record it can still see.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from msgspec.structs import replace as with_fields
from pydantic_ai.messages import ModelMessage, ModelRequest, ModelRequestPart, ToolReturnPart, UserPromptPart

from agents.brief import OPEN, AnswerBrief

Number = Callable[[str], str]


def handed(messages: Sequence[ModelMessage]) -> list[ModelMessage]:
    """The messages without ids of records; as they only ever grow, a record keeps its number in all of them."""
    numbers: dict[str, str] = {}
    counted = map(str, count(1))

    def number(row: str) -> str:
        return numbers.get(row) or numbers.setdefault(row, next(counted))

    return [
        replace(message, parts=[_numbered(part, number) for part in message.parts])
        if isinstance(message, ModelRequest)
        else message
        for message in messages
    ]


def brief_in(part: object) -> AnswerBrief | None:
    """The brief of the answer that a part of a message holds; None where it holds another or none."""
    if not isinstance(part, UserPromptPart) or not isinstance(part.content, str):
        return None
    try:
        return AnswerBrief.from_prompt(part.content)
    except ValueError:
        return None


def _numbered(part: ModelRequestPart, number: Number) -> ModelRequestPart:
    if isinstance(part, ToolReturnPart):
        return replace(part, content=_result(part.content, number))
    brief = brief_in(part)
    if brief is None or not isinstance(part, UserPromptPart):
        return part
    lead, _, _ = str(part.content).partition(OPEN)
    claims = tuple(with_fields(claim, evidence=tuple(map(number, claim.evidence))) for claim in brief.claims)
    return replace(part, content=with_fields(brief, claims=claims).to_prompt(lead.rstrip()))


def _result(content: Any, number: Number) -> Any:
    """A tool's result; what a tool that refused says has no claims."""
    if not isinstance(content, dict) or "claims" not in content:
        return content
    claims = [claim | {"evidence": [*map(number, claim.get("evidence", ()))]} for claim in content["claims"]]
    return content | {"claims": claims}
