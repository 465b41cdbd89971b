"""Calls for questions about medicines and allergies."""

from __future__ import annotations

from collections.abc import Iterator

from agents.brief import TaskBrief
from agents.question import Ask
from agents.rules.calls import Call


def medication_list(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    yield Call.of("active_medicines", purpose=ask.subject)


def medication_start(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    yield Call.of("medicine_timeline", medicine=ask.subject)


def medication_interactions(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    yield Call.of("check_interactions", added=ask.subject)
    yield Call.of("allergies", substance=ask.subject) if ask.subject else Call.of("allergies")


def medication_kidney(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    yield Call.of("check_kidney_cautions")
    yield Call.of("kidney_function")


def medication_side_effect(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    yield Call.of("about_side_effects", symptom=ask.subject)
    yield Call.of("active_medicines")


def allergies(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    yield Call.of("allergies", substance=ask.subject)
