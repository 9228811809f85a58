"""Log lines."""

import logging
from io import StringIO
from typing import Any

import pytest
import structlog

from app.logs import configure_logs
from app.settings import Settings, load
from tests.fixtures.logs import Logged


def written(**settings: Any) -> str:
    """What is written when an error is logged."""
    stream = StringIO()
    configure_logs(load(Settings, **settings), stream)
    try:
        raise ValueError("token=canary7")
    except ValueError:
        structlog.get_logger("x").exception("failed", number=7)
    return stream.getvalue()


def test_ours_and_the_libraries_have_one_shape(logged: Logged) -> None:
    """Event, level, moment and context of both."""
    structlog.contextvars.bind_contextvars(request_id="abc")
    structlog.get_logger("ours").warning("one", size=3)
    logging.getLogger("theirs").warning("tw%s", "o")

    ours, theirs = logged("one") + logged("two")
    for line in (ours, theirs):
        assert ("warning", "abc") == (line["level"], line["request_id"])
        assert line["timestamp"].endswith("Z")


def test_a_level_below_is_left_out(log_stream: StringIO, logged: Logged) -> None:
    """LOG_LEVEL holds for both."""
    configure_logs(load(Settings, log_level="WARNING"), log_stream)

    for log in (structlog.get_logger("ours"), logging.getLogger("theirs")):
        log.info("quiet")
        log.warning("loud")

    assert ["loud", "loud"] == [line["event"] for line in logged()]


def test_development_is_for_reading() -> None:
    """Plain lines and a plain traceback, redacted all the same."""
    text = written(environment="development")

    assert "failed number=7" in text
    assert "Traceback (most recent call last)" in text
    assert "ValueError: token=[redacted]" in text
    assert "canary7" not in text


@pytest.mark.parametrize("values", [{}, {"environment": "development", "log_json": True}])
def test_everywhere_else_and_when_asked_for_a_line_is_json(values: dict[str, Any]) -> None:
    """One object a line."""
    assert written(**values).startswith('{"number":7,"event":"failed"')


def test_noisy_libraries_are_quieter(log_stream: StringIO, logged: Logged) -> None:
    """Also when everything else is debugged."""
    configure_logs(load(Settings, log_level="DEBUG"), log_stream)

    logging.getLogger("aiosqlite").debug("executing")
    logging.getLogger("theirs").debug("seen")

    assert ["seen"] == [line["event"] for line in logged()]
