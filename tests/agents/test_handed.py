"""What a model outside this program is handed in place of the records' own ids."""

from __future__ import annotations

from datetime import date

from pydantic_ai.messages import ModelRequest, ModelResponse, TextPart, ToolReturnPart, UserPromptPart

from agents.brief import AnswerBrief, TaskBrief
from agents.events import Claim
from agents.handed import handed

LEAD = "Write the answer."
CLAIMS = (
    Claim(id="cardiology-1", kind="record", text="LDL 76.", evidence=("urn:a", "urn:b")),
    Claim(id="cardiology-2", kind="record", text="LDL 80.", evidence=("urn:b",)),
    Claim(id="cardiology-3", kind="knowledge", text="LDL is a fat.", source="A book, 2020"),
)


def result(*evidence: str) -> ModelRequest:
    claims = [{"id": "cardiology-1", "kind": "record", "text": "LDL 76.", "evidence": evidence}]
    return ModelRequest(parts=[ToolReturnPart("latest", {"summary": "LDL", "claims": claims}, tool_call_id="1")])


def evidence_in(message: object) -> list[str]:
    assert isinstance(message, ModelRequest)
    (part,) = message.parts
    assert isinstance(part, ToolReturnPart)
    return [row for claim in part.content["claims"] for row in claim["evidence"]]


def test_it_numbers_records_the_same_in_each_request() -> None:
    first, second = result("urn:a", "urn:b"), result("urn:c", "urn:a")

    assert [evidence_in(message) for message in handed([first])] == [["1", "2"]]
    assert [evidence_in(message) for message in handed([first, second])] == [["1", "2"], ["3", "1"]]


def test_it_leaves_what_was_made_as_it_is() -> None:
    message = result("urn:a")

    handed([message])

    assert evidence_in(message) == ["urn:a"]


def test_it_numbers_the_records_of_a_brief_and_changes_nothing_else() -> None:
    brief = AnswerBrief(question="LDL?", today=date(2021, 4, 1), summary="LDL.", claims=CLAIMS)
    message = ModelRequest.user_text_prompt(brief.to_prompt(LEAD), instructions="Be kind.")

    (sent,) = handed([message])

    assert isinstance(sent, ModelRequest)
    assert sent.instructions == "Be kind."
    (part,) = sent.parts
    assert isinstance(part, UserPromptPart)
    read = AnswerBrief.from_prompt(str(part.content))
    assert str(part.content) == read.to_prompt(LEAD)
    assert [claim.evidence for claim in read.claims] == [("1", "2"), ("2",), ()]
    assert [claim.text for claim in read.claims] == [claim.text for claim in CLAIMS]
    assert "urn:" not in str(part.content)


def test_it_leaves_alone_what_holds_no_claims() -> None:
    task = TaskBrief(question="LDL?", today=date(2021, 4, 1), specialist="cardiology", task="Find it.")
    messages = [
        ModelRequest.user_text_prompt(task.to_prompt(LEAD)),
        ModelResponse(parts=[TextPart("Let me see.")]),
        ModelRequest(parts=[ToolReturnPart("latest", "No tool has that name.", tool_call_id="1")]),
    ]

    assert handed(messages) == messages
