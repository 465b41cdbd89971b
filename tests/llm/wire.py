"""The formats that models' providers speak: what is asked and what is said, in the words of each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

OUTPUT_TOOL = "final_result"
"""What pydantic-ai calls the tool by which an agent hands in its result."""


class Call(NamedTuple):
    """A tool call that a model asks for; `arguments` is JSON text, so that it may also be none."""

    id: str
    tool: str
    arguments: str

    @classmethod
    def of(cls, tool: str, arguments: object, *, id: str) -> Call:  # noqa: A002
        return cls(id, tool, json.dumps(arguments))


class Returned(NamedTuple):
    id: str
    content: str


Said = str | Call
"""A piece of text, or a tool call."""


class Asked(NamedTuple):
    """A request, whichever format it came in."""

    instructions: str
    prompt: str
    turns: Sequence[Call | Returned]
    """The calls made so far and what they returned, in order."""
    tools: frozenset[str]
    streamed: bool
    body: dict[str, Any]

    @property
    def of_specialist(self) -> bool:
        return bool(self.tools)


class Format(Protocol):
    """How a provider reads and writes."""

    refusing: str
    """What it says at the end of an answer that it will not give."""
    too_long: str
    """What it says at the end of an answer that has reached its length."""
    arguments_are_text: bool
    """Whether a whole response holds the arguments of a call as text, which may be no JSON while the rest of it is."""

    def asked(self, body: dict[str, Any], path: str) -> Asked: ...
    def whole(self, said: Sequence[Said], *, stop: str | None = None) -> dict[str, Any]: ...
    def frames(self, said: Iterable[Said], *, stop: str | None = None) -> Iterator[bytes]: ...
    def error(self, status: int, code: str) -> dict[str, Any]: ...


class OpenAI:
    """Chat completions."""

    refusing = "content_filter"
    too_long = "length"
    arguments_are_text = True

    def asked(self, body: dict[str, Any], path: str) -> Asked:
        turns: list[Call | Returned] = []
        prompt = instructions = ""
        for message in body["messages"]:
            match message["role"]:
                case "system" | "developer":
                    instructions += _text(message["content"])
                case "user":
                    prompt = prompt or _text(message["content"])
                case "assistant":
                    calls = message.get("tool_calls") or ()
                    turns += [Call(one["id"], one["function"]["name"], one["function"]["arguments"]) for one in calls]
                case "tool":
                    turns.append(Returned(message["tool_call_id"], _text(message["content"])))
        tools = frozenset(tool["function"]["name"] for tool in body.get("tools") or ())
        return Asked(instructions, prompt, turns, tools, bool(body.get("stream")), body)

    def whole(self, said: Sequence[Said], *, stop: str | None = None) -> dict[str, Any]:
        calls = [self._call(piece) for piece in said if isinstance(piece, Call)]
        message: dict[str, Any] = {
            "role": "assistant",
            "content": "".join(p for p in said if isinstance(p, str)) or None,
        }
        if calls:
            message["tool_calls"] = calls
        reason = stop or ("tool_calls" if calls else "stop")
        choice = {"index": 0, "message": message, "finish_reason": reason}
        return self._envelope("chat.completion") | {"choices": [choice], "usage": self.used(said)}

    def frames(self, said: Iterable[Said], *, stop: str | None = None) -> Iterator[bytes]:
        pieces = list(said)
        yield self._frame({"role": "assistant", "content": ""})
        for index, piece in enumerate(pieces):
            if isinstance(piece, str):
                yield self._frame({"content": piece})
            else:
                yield self._frame({"tool_calls": [{"index": index, **self._call(piece)}]})
        calls = any(isinstance(piece, Call) for piece in pieces)
        yield self._frame({}, finish_reason=stop or ("tool_calls" if calls else "stop"))
        yield _sse(self._envelope("chat.completion.chunk") | {"choices": [], "usage": self.used(pieces)})
        yield b"data: [DONE]\n\n"

    def error(self, status: int, code: str) -> dict[str, Any]:
        return {"error": {"message": "scripted", "type": "invalid_request_error", "param": None, "code": code}}

    def _call(self, call: Call) -> dict[str, Any]:
        return {"id": call.id, "type": "function", "function": {"name": call.tool, "arguments": call.arguments}}

    def _frame(self, delta: dict[str, Any], *, finish_reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        return _sse(self._envelope("chat.completion.chunk") | {"choices": [choice]})

    def _envelope(self, kind: str) -> dict[str, Any]:
        return {"id": "chatcmpl-1", "object": kind, "created": 1_700_000_000, "model": "scripted"}

    def used(self, said: Sequence[Said]) -> dict[str, int] | None:
        return {"prompt_tokens": 100, "completion_tokens": len(said), "total_tokens": 100 + len(said)}


class Anthropic:
    """Messages."""

    refusing = "refusal"
    too_long = "max_tokens"
    arguments_are_text = False

    def asked(self, body: dict[str, Any], path: str) -> Asked:
        turns: list[Call | Returned] = []
        prompt = ""
        for message in body["messages"]:
            content = message["content"]
            for block in [{"type": "text", "text": content}] if isinstance(content, str) else content:
                match block["type"]:
                    case "tool_use":
                        turns.append(Call(block["id"], block["name"], json.dumps(block["input"])))
                    case "tool_result":
                        turns.append(Returned(block["tool_use_id"], _text(block.get("content", ""))))
                    case "text" if message["role"] == "user":
                        prompt = prompt or block["text"]
        tools = frozenset(tool["name"] for tool in body.get("tools") or ())
        return Asked(_text(body.get("system", "")), prompt, turns, tools, bool(body.get("stream")), body)

    def whole(self, said: Sequence[Said], *, stop: str | None = None) -> dict[str, Any]:
        calls = [self._use(piece, json.loads(piece.arguments)) for piece in said if isinstance(piece, Call)]
        text = "".join(piece for piece in said if isinstance(piece, str))
        content = [*([{"type": "text", "text": text}] if text else []), *calls]
        return self._envelope(stop or ("tool_use" if calls else "end_turn"), len(said)) | {"content": content}

    def frames(self, said: Iterable[Said], *, stop: str | None = None) -> Iterator[bytes]:
        pieces = list(said)
        yield self._event("message_start", message=self._envelope(None, 1) | {"content": []})
        for index, block in enumerate(_blocks(pieces)):
            yield from self._block(index, block)
        calls = any(isinstance(piece, Call) for piece in pieces)
        reason = stop or ("tool_use" if calls else "end_turn")
        delta = {"stop_reason": reason, "stop_sequence": None}
        yield self._event("message_delta", delta=delta, usage={"output_tokens": len(pieces)})
        yield self._event("message_stop")

    def error(self, status: int, code: str) -> dict[str, Any]:
        message = "prompt is too long: 250000 tokens > 200000 maximum" if code == "context_length_exceeded" else code
        return {"type": "error", "error": {"type": "invalid_request_error", "message": message}}

    def _block(self, index: int, block: list[str] | Call) -> Iterator[bytes]:
        if isinstance(block, Call):
            yield self._event("content_block_start", index=index, content_block=self._use(block, {}))
            deltas = [{"type": "input_json_delta", "partial_json": block.arguments}]
        else:
            yield self._event("content_block_start", index=index, content_block={"type": "text", "text": ""})
            deltas = [{"type": "text_delta", "text": piece} for piece in block]
        for delta in deltas:
            yield self._event("content_block_delta", index=index, delta=delta)
        yield self._event("content_block_stop", index=index)

    def _use(self, call: Call, arguments: Any) -> dict[str, Any]:
        return {"type": "tool_use", "id": call.id, "name": call.tool, "input": arguments}

    def _event(self, kind: str, **data: Any) -> bytes:
        return f"event: {kind}\n".encode() + _sse({"type": kind, **data})

    def _envelope(self, stop: str | None, written: int) -> dict[str, Any]:
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "scripted",
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": {"input_tokens": 100, "output_tokens": written},
        }


class Google:
    """Contents to generate."""

    refusing = "SAFETY"
    too_long = "MAX_TOKENS"
    arguments_are_text = False
    _STATUSES = {400: "INVALID_ARGUMENT", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 502: "UNAVAILABLE"}

    def asked(self, body: dict[str, Any], path: str) -> Asked:
        turns: list[Call | Returned] = []
        prompt = ""
        for content in body["contents"]:
            for part in content["parts"]:
                match part:
                    case {"functionCall": call}:
                        turns.append(Call.of(call["name"], call.get("args", {}), id=call["id"]))
                    case {"functionResponse": returned}:
                        turns.append(Returned(returned["id"], json.dumps(returned["response"])))
                    case {"text": text} if content["role"] == "user":
                        prompt = prompt or text
        declared = [one for tool in body.get("tools") or () for one in tool["functionDeclarations"]]
        instructions = _text(body.get("systemInstruction", {}).get("parts"))
        tools = frozenset(one["name"] for one in declared)
        return Asked(instructions, prompt, turns, tools, ":streamGenerateContent" in path, body)

    def whole(self, said: Sequence[Said], *, stop: str | None = None) -> dict[str, Any]:
        return self._chunk([self._part(piece) for piece in said], stop=stop or "STOP", written=len(said))

    def frames(self, said: Iterable[Said], *, stop: str | None = None) -> Iterator[bytes]:
        pieces = list(said)
        for piece in pieces:
            yield _sse(self._chunk([self._part(piece)]))
        yield _sse(self._chunk([{"text": ""}], stop=stop or "STOP", written=len(pieces)))

    def error(self, status: int, code: str) -> dict[str, Any]:
        message = "The input token count (250000) exceeds the maximum" if code == "context_length_exceeded" else code
        return {"error": {"code": status, "message": message, "status": self._STATUSES[status]}}

    def _part(self, piece: Said) -> dict[str, Any]:
        if isinstance(piece, str):
            return {"text": piece}
        return {"functionCall": {"id": piece.id, "name": piece.tool, "args": json.loads(piece.arguments)}}

    def _chunk(self, parts: list[dict[str, Any]], *, stop: str | None = None, written: int = 0) -> dict[str, Any]:
        candidate = {"index": 0, "content": {"role": "model", "parts": parts}}
        if stop is not None:
            candidate["finishReason"] = stop
        usage = {"promptTokenCount": 100, "candidatesTokenCount": written, "totalTokenCount": 100 + written}
        return {
            "candidates": [candidate],
            "usageMetadata": usage,
            "modelVersion": "scripted",
            "responseId": "response-1",
        }


FORMATS: dict[str, Format] = {"openai-chat": OpenAI(), "anthropic": Anthropic(), "google": Google()}
"""By the name under which pydantic-ai knows their provider."""


def _blocks(said: Sequence[Said]) -> Iterator[list[str] | Call]:
    text: list[str] = []
    for piece in said:
        if isinstance(piece, str):
            text.append(piece)
            continue
        if text:
            yield text
            text = []
        yield piece
    if text:
        yield text


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content or ())


def _sse(data: object) -> bytes:
    return b"data: " + json.dumps(data).encode() + b"\n\n"
