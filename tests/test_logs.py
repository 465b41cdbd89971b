"""That no log line holds what an exception says."""

from __future__ import annotations

import logging

import pytest

from healthchat.logs import WithoutContents

WORDS = "zinnober-quastenflosser"


class RetoldError(Exception):
    pass


def failed() -> RetoldError:
    try:
        try:
            int(WORDS)
        except ValueError as error:
            raise RetoldError(WORDS) from error
    except RetoldError as error:
        return error


@pytest.mark.parametrize(("message", "args"), [("it broke", ()), ("it broke: %s", ("error",)), ("%(a)s", ("named",))])
def test_it_names_an_exception_and_its_cause_and_says_nothing_of_theirs(message: str, args: tuple[str, ...]) -> None:
    error = failed()
    given: object = {"error": (error,), "named": ({"a": error},)}.get(args[0]) if args else ()
    record = logging.LogRecord(
        "a", logging.ERROR, __file__, 1, message, given, (RetoldError, error, error.__traceback__)
    )  # type: ignore[arg-type]

    line = WithoutContents("{levelname}: {message}", style="{").format(record)

    assert "RetoldError" in line
    assert "ValueError" in line
    assert "test_logs.py:" in line
    assert WORDS not in line


def test_it_leaves_other_lines_as_they_are() -> None:
    record = logging.LogRecord("a", logging.INFO, __file__, 1, "%d of %s", (3, "ten"), None)

    assert WithoutContents("{levelname}: {message}", style="{").format(record) == "INFO: 3 of ten"
