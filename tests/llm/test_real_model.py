"""A real language model on this machine, through the whole product to a browser; `make test-llm` brings it.

It is a tiny one, calls tools at random and writes nonsense. What has to hold is the way there and back: the loop of
tools, the stream, the check of every figure, the budgets and the receipt.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace
from playwright.async_api import expect
from pydantic_ai.direct import model_request, model_request_stream
from pydantic_ai.messages import ModelRequest, ToolCallPart, ToolReturnPart
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.tools import ToolDefinition

from agents.access import Access
from agents.answer import pieces
from agents.events import Claim, SentRecords
from agents.grounding import Grounder
from agents.limits import Limits
from agents.meter import BudgetSpent, Meter
from agents.models import model_named
from agents.outside import OutsideModel
from agents.receipt import Ledger
from tests.agents.rows import someone
from tests.browser.conftest import ONE_LOOP, NewVisitor, ask, browser, chromium, new_visitor  # noqa: F401
from tests.served import Served, serve

PYTHON = os.environ.get("SMALL_MODEL_PYTHON", "")
QUESTION = "What was my latest HbA1c?"
ANSWER_MILLISECONDS = 500_000
SLOW_SECONDS = 300
ANSWER_TOKENS = 200
FINDING_TOKENS = 60
CLAIM = {"id": "endocrinology-1", "text": "HbA1c was 7.4 % on 13 April 2020."}
LATEST = ToolDefinition(
    name="latest",
    description="Look up the latest result of a test.",
    parameters_json_schema={
        "type": "object",
        "properties": {"concept": {"type": "string", "enum": ["a1c", "ldl"]}},
        "required": ["concept"],
        "additionalProperties": False,
    },
)

pytestmark = [
    ONE_LOOP,
    pytest.mark.skipif(not PYTHON, reason="needs the small language model: `make test-llm`"),
]


@pytest.fixture(scope="module")
def model_url() -> Iterator[str]:
    command = [PYTHON, Path(__file__).with_name("serve_small_model.py")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        # Its library writes to standard output as well.
        address = next(found for line in process.stdout if (found := re.match(r"http://\S+\s*\Z", line)))
        yield address[0].strip()
        process.stdin.close()
        process.wait(30)


@pytest.fixture(scope="module")
def chat_with_model(model_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """What `make run` serves, with the small model in the rules' place."""
    with serve(
        tmp_path_factory.mktemp("chat-with-model"),
        command="demo",
        HEALTHCHAT_GUESTS="true",
        HEALTHCHAT_MODEL="openai:smollm2",
        HEALTHCHAT_FINDING_TOKENS=str(FINDING_TOKENS),
        HEALTHCHAT_SPECIALIST_SECONDS=str(SLOW_SECONDS),
        HEALTHCHAT_SILENCE_SECONDS=str(SLOW_SECONDS),
        HEALTHCHAT_RUN_SECONDS=str(ANSWER_MILLISECONDS // 1_000),
        HEALTHCHAT_ANSWER_TOKENS=str(ANSWER_TOKENS),
        HEALTHCHAT_EGRESS="local",
        OPENAI_BASE_URL=f"{model_url}/v1",
    ) as served:
        yield served


@pytest.mark.needs("chromium")
async def test_it_streams_a_real_model_s_answer_to_a_browser(
    new_visitor: NewVisitor,  # noqa: F811
    chat_with_model: Served,
) -> None:
    visitor = await new_visitor(chat_with_model)
    page = await visitor.open()
    await ask(page, QUESTION)
    turn = page.locator("chat-turn")
    await expect(turn).to_have_attribute("data-status", "complete", timeout=ANSWER_MILLISECONDS)

    await expect(turn.locator("[data-text]")).to_contain_text(re.compile(r"\w{3}"))
    await expect(turn.locator("[data-receipt]")).to_have_text("Nothing left this machine")
    await expect(turn).to_contain_text("openai:smollm2")
    await expect(turn.locator("[data-handed-over]")).to_contain_text("127.0.0.1")

    run = await turn.get_attribute("data-run")
    cookies = {cookie["name"]: cookie["value"] for cookie in await visitor.context.cookies()}
    async with httpx.AsyncClient(base_url=chat_with_model.url, cookies=cookies, trust_env=False) as client:
        log = (await client.get(f"/api/runs/{run}/events")).json()["events"]
    happened = [event["data"] for event in log]
    by_type = {event["type"]: event for event in happened}
    spent = next(event for event in happened if event["type"] == "usage" and "specialist" in event)
    by_model = happened[: happened.index(spent)]
    called = {event["call_id"]: event["tool"] for event in by_model if event["type"] == "tool_call"}
    returned = {event["call_id"]: event["tool"] for event in by_model if event["type"] == "tool_result"}
    assert called
    assert returned == called
    assert spent["tool_calls"] == len(called)
    pieces = [event["content"] for event in happened if event["type"] == "text"]
    assert len(pieces) > 5
    assert by_type["receipt"]["written_by"] == "smollm2"
    assert by_type["receipt"].get("left_machine", False) is False
    assert by_type["usage"]["output_tokens"] <= ANSWER_TOKENS + FINDING_TOKENS * by_type["usage"]["requests"]
    assert by_type["usage"]["input_tokens"] > 100
    assert by_type["grounding"]["checked"] == by_type["grounding"]["matched"] + by_type["grounding"]["struck"]
    assert "".join(pieces).count("~~") == 2 * by_type["grounding"]["struck"]


async def test_what_a_real_model_invents_is_struck(model_url: str) -> None:
    limits = Limits(answer_tokens=ANSWER_TOKENS, stall_seconds=SLOW_SECONDS)
    access = Access(variables={"OPENAI_BASE_URL": f"{model_url}/v1"})
    model = model_named("openai:smollm2", access=access, limits=limits)
    assert isinstance(model, OutsideModel)
    # Asked as the product asks it, it writes no figure at all.
    question = ModelRequest.user_text_prompt("Write a report of a blood test with ten results, their values and dates.")
    claims = [Claim(id="endocrinology-1", kind="record", text="HbA1c was 7.4 % on 13 April 2020.", value=7.4, unit="%")]
    grounder = Grounder(claims)

    async with model_request_stream(model, [question]) as stream:
        shown = [grounder.feed(piece) async for piece in pieces(stream, stall_seconds=SLOW_SECONDS)]
    text = "".join([*shown, grounder.finish()])

    assert grounder.verdict.struck > 0
    assert text.count("~~") == 2 * grounder.verdict.struck
    again = Grounder(claims)
    again.feed(re.sub(r"~~.*?~~", "", text))
    again.finish()
    assert again.verdict.struck == 0
    await model.close()


async def test_it_is_told_of_tools_and_their_results_and_keeps_to_its_budget(model_url: str) -> None:
    limits = Limits(run=replace(Limits().run, requests=2), finding_tokens=60, stall_seconds=120)
    model = model_named(
        "openai:smollm2", access=Access(variables={"OPENAI_BASE_URL": f"{model_url}/v1"}), limits=limits
    )
    assert isinstance(model, OutsideModel)
    ledger = Ledger(someone(), address=model.address)
    metered = model.metered(Meter.of_run(limits), ledger=ledger)
    question = ModelRequest.user_text_prompt("What was my last HbA1c? Look it up with the tool.")
    with_tool = ModelRequestParameters(function_tools=[LATEST])

    first = await model_request(metered, [question], model_request_parameters=with_tool)
    (call,) = [part for part in first.parts if isinstance(part, ToolCallPart)]
    returned = ModelRequest(parts=[ToolReturnPart(call.tool_name, {"claims": [CLAIM]}, tool_call_id=call.tool_call_id)])
    second = await model_request(metered, [question, first, returned], model_request_parameters=with_tool)

    assert call.tool_name == "latest"
    assert call.args_as_dict()["concept"] in ("a1c", "ldl")
    assert all(0 < response.usage.output_tokens <= limits.finding_tokens for response in (first, second))
    with pytest.raises(BudgetSpent):
        await model_request(metered, [question])
    receipt = ledger.receipt(written_by="smollm2")
    assert (receipt.requests, receipt.left_machine) == (2, False)
    assert receipt.sent == (SentRecords(kind="derived", records=1, fields=("text",)),)
    await model.close()
