"""Logging: the form of a line, and what is never in one."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from typing import Literal

import pytest
import structlog

from app.logs import configure_logging
from tests.commands import ROOT

pytestmark = pytest.mark.usefixtures("own_logging")


def _fail_with_a_secret_in_a_local_variable() -> None:
    unpublished = "the " + "winner"
    raise RuntimeError(f"no room for {len(unpublished)} characters")


def test_json_has_one_object_a_line_with_time_level_and_event() -> None:
    stream = io.StringIO()
    configure_logging(level="info", form="json", stream=stream, node="north")
    structlog.get_logger("app.api").info("request", status=201, path="/v1/stories")
    line = json.loads(stream.getvalue())
    assert line.pop("time").endswith("Z")
    assert line.pop("node") == "north"
    assert line == {"event": "request", "level": "info", "logger": "app.api", "status": 201, "path": "/v1/stories"}


def test_lines_of_libraries_look_like_ours() -> None:
    stream = io.StringIO()
    configure_logging(level="info", form="json", stream=stream)
    logging.getLogger("some.library").warning("disk %s", "full")
    line = json.loads(stream.getvalue())
    assert (line["event"], line["level"], line["logger"]) == ("disk full", "warning", "some.library")


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_shows_no_local_variable(form: Literal["json", "console"]) -> None:
    stream = io.StringIO()
    configure_logging(level="info", form=form, stream=stream)
    try:
        _fail_with_a_secret_in_a_local_variable()
    except RuntimeError:
        structlog.get_logger().exception("failed")
    assert "no room for 10 characters" in stream.getvalue()
    assert "_fail_with_a_secret_in_a_local_variable" in stream.getvalue()
    assert "the winner" not in stream.getvalue()


def test_the_servers_own_request_and_socket_lines_are_off_and_its_warnings_stay() -> None:
    stream = io.StringIO()
    configure_logging(level="debug", form="json", stream=stream)
    logging.getLogger("uvicorn.access").info('192.0.2.7 - "GET /v1/stories?after=1"')
    logging.getLogger("uvicorn.error").info('192.0.2.7 - "WebSocket /v1/live?subscribe=1" [accepted]')
    logging.getLogger("websockets.server").info("connection open")
    assert stream.getvalue() == ""
    logging.getLogger("uvicorn.error").error("no room")
    assert json.loads(stream.getvalue())["event"] == "no room"


def test_a_level_hides_what_is_below_it() -> None:
    stream = io.StringIO()
    configure_logging(level="warning", form="console", stream=stream)
    structlog.get_logger().info("quiet")
    structlog.get_logger().warning("loud")
    assert "quiet" not in stream.getvalue()
    assert "loud" in stream.getvalue()


def _fail_deep(depth: int) -> None:
    """Fail as storage does when a database is away: a long chain of long errors, each raised by another."""
    try:
        if depth:
            _fail_deep(depth - 1)
        raise ConnectionError("refused " * 200)
    except ConnectionError as error:
        raise RuntimeError(f"layer {depth}: {'SELECT something ' * 300}") from error


def _fail_with(error: BaseException) -> None:
    raise error


def test_an_exception_is_one_line_of_bounded_length_that_names_its_cause() -> None:
    stream = io.StringIO()
    configure_logging(level="info", form="json", stream=stream)
    for depth in (0, 8, 100):
        try:
            _fail_deep(depth)
        except RuntimeError:
            structlog.get_logger().exception("job_failed", job="due work")
    lines = stream.getvalue().splitlines()
    assert len(lines) == 3
    for line in lines:
        assert len(line) < 3_500
        described = json.loads(line)["exception"]
        assert described["error"].startswith("RuntimeError: layer")
        assert described["causes"][-1].startswith("ConnectionError: refused"), "where it began is there"
        assert described["frames"][-1].endswith("_fail_deep")


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_chain_that_leads_to_itself_ends(form: Literal["json", "console"]) -> None:
    stream = io.StringIO()
    configure_logging(level="info", form=form, stream=stream)
    first, second = ValueError("first"), ValueError("second")
    first.__context__, second.__context__ = second, first
    try:
        _fail_with(first)
    except ValueError:
        structlog.get_logger().exception("failed")
    assert stream.getvalue().count("ValueError: second") == 1


WRITTEN_OUTSIDE_THE_LOG = """
import logging, sys, threading, warnings
from app.logs import configure_logging
from tests.commands import ROOT
configure_logging(level="info", form="json")
warnings.warn("this is going away", DeprecationWarning, stacklevel=1)
warnings.warn("this is odd", stacklevel=1)
logging.getLogger("uvicorn.error").error("Exception in ASGI application\\n", exc_info=ValueError("two\\nlines"))
logging.getLogger("a.library").warning("%d rows", "many")
logging.getLogger("a.library").warning("half a pair: \\ud800, no number: %s", float("nan"))
logging.getLogger("a.library").warning("an object", extra={"of": object(), "rate": float("nan"), "half": "\\ud800"})
thread = threading.Thread(target=lambda: 1 / 0, name="a thread")
thread.start(); thread.join()
class Unraisable:
    def __del__(self): raise OSError("while it is deleted")
Unraisable()
raise RuntimeError("the end\\nin two lines")
"""


def test_as_json_each_line_parses_whoever_writes_it() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", WRITTEN_OUTSIDE_THE_LOG],
        capture_output=True, text=True, check=False, cwd=ROOT, timeout=60,
    )  # fmt: skip
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert done.stdout == ""
    assert len(lines) == 9, done.stderr
    assert all(list(line)[:5] == ["time", "level", "event", "logger", "node"] for line in lines)
    said = " ".join(line["event"] for line in lines)
    for words in ("going away", "odd", "ASGI application", "log_line_lost", "half a pair", "an object"):
        assert words in said
    assert [line["event"] for line in lines[-3:]] == ["thread_died", "ignored_exception", "crashed"]
    assert lines[-1]["exception"]["error"] == "RuntimeError: the end in two lines"
