"""Calls that a result leads to: what the rules analyst looks up once it has seen something."""

from __future__ import annotations

from collections.abc import Iterator

from agents.brief import TaskBrief
from agents.rules.calls import Call
from agents.rules.division import is_for
from agents.tools.desk import Report

EXPLAINED = 3
"""Results outside their range of which the test is explained."""


def calls_after(brief: TaskBrief, tool: str, report: Report) -> Iterator[Call]:
    """The calls that follow from one result."""
    intents = {ask.intent for ask in brief.asks}
    if tool == "out_of_range" and "abnormal_list" in intents:
        flagged = [claim["concept"] for claim in report["claims"] if claim.get("severity", "info") != "info"]
        for concept in list(dict.fromkeys(concept for concept in flagged if concept))[:EXPLAINED]:
            yield Call.of("explain_test", concept=concept)
    if tool == "moving_series":
        concepts = [claim["concept"] for claim in report["claims"] if claim.get("concept")]
        for concept in dict.fromkeys(concepts):
            if is_for(call := Call.of("chart", concept=concept), brief):
                yield call
