"""How log lines are written: an exception by where it came from, never by its text, which may hold a person's words."""

from __future__ import annotations

import copy
import logging
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any


class WithoutContents(logging.Formatter):
    """Leaves out what exceptions say, in the message as in the traceback, and the source lines beside it."""

    def format(self, record: logging.LogRecord) -> str:
        told = copy.copy(record)
        told.args = _named(record.args)
        told.exc_text = None
        return super().format(told)

    def formatException(  # noqa: N802 - the library's name
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        error = ei[1]
        return "" if error is None else without_contents(error)


def without_contents(error: BaseException) -> str:
    """What an exception is and where it came from, with those that led to it, on one line."""
    frames = traceback.extract_tb(error.__traceback__)
    told = " < ".join([type(error).__name__, *(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames))])
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return f"{told}; after {without_contents(cause)}" if cause else told


def _named(args: Any) -> Any:
    if isinstance(args, Mapping):
        return {key: _name_of(arg) for key, arg in args.items()}
    return tuple(_name_of(arg) for arg in args or ())


def _name_of(arg: object) -> object:
    return type(arg).__name__ if isinstance(arg, BaseException) else arg
