"""Understand a question without a model: `understand` says what is asked, about which tests, over which time."""

from agents.understanding.reading import understand

__all__ = ["understand"]
