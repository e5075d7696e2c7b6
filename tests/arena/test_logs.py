"""Where the log goes."""

from __future__ import annotations

import contextlib
import io
import json

import pytest
import structlog

from arena.logs import configure_logging


class FullDisk(io.StringIO):
    """A standard error that cannot be written to."""

    def write(self, _: str) -> int:
        raise OSError(28, "No space left on device")


@pytest.fixture
def log() -> structlog.typing.FilteringBoundLogger:
    configure_logging("json", "INFO")
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return logger


def test_the_log_follows_a_standard_error_that_is_redirected_later(
    log: structlog.typing.FilteringBoundLogger, capsys: pytest.CaptureFixture[str]
) -> None:
    log.info("before", battle="b1")
    with contextlib.redirect_stderr(io.StringIO()) as redirected:
        log.warning("meanwhile", battle="b2")
    log.info("after")
    (line,) = redirected.getvalue().splitlines()
    written = json.loads(line)
    assert (written["event"], written["level"], written["battle"]) == ("meanwhile", "warning", "b2")
    captured = capsys.readouterr()
    assert [json.loads(line)["event"] for line in captured.err.splitlines()] == ["before", "after"]
    assert captured.out == ""


def test_a_line_that_cannot_be_written_stops_nobody_and_the_next_one_is(
    log: structlog.typing.FilteringBoundLogger, capsys: pytest.CaptureFixture[str]
) -> None:
    with contextlib.redirect_stderr(FullDisk()):
        log.error("lost")
    log.info("kept")
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["kept"]


def test_lines_below_the_level_are_not_written(
    log: structlog.typing.FilteringBoundLogger, capsys: pytest.CaptureFixture[str]
) -> None:
    log.debug("too much")
    assert capsys.readouterr().err == ""
