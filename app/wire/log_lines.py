"""The one JSON form of a log line: `time`, `level`, `event` and `logger` first, in this order, then what it is about.

Everything that writes lines for a machine uses it: the logging of the process, the access log, commands.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

RequestLine = tuple[str, str, str, int, int, float]
"""Request id, method, path as it may be logged, status, bytes of the body, seconds until its end."""


def encode_log_line(*, time: str, level: str, event: str, logger: str, fields: Mapping[str, Any]) -> str:
    """Encode one line with its newline, whatever its fields are: a line that cannot be written hides what happened."""
    line = {"time": time, "level": level, "event": event, "logger": logger, **fields}
    try:
        return to_json(line, inf_nan_mode="null", fallback=repr).decode() + "\n"
    except (PydanticSerializationError, ValueError):  # half a surrogate pair, say, which is no UTF-8
        return json.dumps({name: _writable(value) for name, value in line.items()}, default=repr) + "\n"


def _writable(value: Any) -> Any:
    return value if value is None or isinstance(value, (str, bool, int)) else repr(value)


def encode_request_line(time: str, line: RequestLine, client: str) -> str:
    """Encode the line of one request, as `encode_log_line` would: five times as fast, for what happens most."""
    request_id, method, path, status, size_bytes, seconds = line
    return (
        f'{{"time":"{time}","level":"info","event":"request","logger":"app.api.layers.middleware",'
        f'"request_id":"{request_id}","method":"{method}","path":{_quoted(path)},"status":{status},'
        f'"bytes":{size_bytes},"us":{int(seconds * 1e6)},"client":"{client}"}}\n'
    )


@lru_cache(maxsize=1024)
def _quoted(path: str) -> str:
    return to_json(path).decode()


def forget_paths() -> None:
    """Drop the paths that are cached: a slug in them may be made of a title that was purged."""
    _quoted.cache_clear()
