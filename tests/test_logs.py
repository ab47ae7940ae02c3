"""Logging: the form of a line, and what is never in one."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog

from app.logs import configure_logging


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    root, access = logging.root, logging.getLogger("uvicorn.access")
    kept = (root.handlers, root.level, access.handlers, access.propagate)
    yield
    root.handlers, root.level, access.handlers, access.propagate = kept
    structlog.reset_defaults()


def _fail_with_a_secret_in_a_local_variable() -> None:
    unpublished = "the " + "winner"
    raise RuntimeError(f"no room for {len(unpublished)} characters")


def test_json_has_one_object_a_line_with_time_level_and_event() -> None:
    stream = io.StringIO()
    configure_logging(level="info", form="json", stream=stream)
    structlog.get_logger("app.api").info("request", status=201, path="/v1/stories")
    line = json.loads(stream.getvalue())
    assert line.pop("time").endswith("Z")
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
