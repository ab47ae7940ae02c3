"""The logging of a process: one line per event, for a person or as JSON, on standard error.

Never logged: tokens, unpublished text, and of clients' addresses no more than LIVEBLOG_LOG_ADDRESSES lets. So
exceptions are written without local variables, and uvicorn's own lines about requests and sockets, which contain
addresses and whole queries, are off: our edge writes one line per request itself.

As JSON every line on standard error is one object, also the line of a warning, of a thread that died and of a crash.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, TextIO

import structlog

from app.domain.clock import format_time, system_clock
from app.wire.log_lines import encode_log_line, name_node

if TYPE_CHECKING:
    from structlog.typing import Processor

EXCEPTION_FRAMES = 12
"""The innermost frames of an exception that are written; together with the limits below one takes at most 3 KB."""
EXCEPTION_CAUSES = 4
EXCEPTION_TEXT = 300
"""Characters of an exception's text: SQLAlchemy's repeat the whole statement."""

_ROOT = Path(__file__).resolve().parent.parent

_QUIET = ("uvicorn.error", "websockets", "httpx", "httpcore", "alembic", "asyncio")
"""Libraries whose ordinary lines repeat ours, or contain what must not be logged; their warnings are kept."""


def configure_logging(
    *,
    level: Literal["debug", "info", "warning", "error"],
    form: Literal["console", "json"],
    stream: TextIO = sys.stderr,
    node: str | None = None,
) -> None:
    """Send our lines and every library's to `stream`, as `form`. Call once, before anything logs.

    As JSON each names the `node`: by default this machine.
    """
    if node is not None:
        name_node(node)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        _add_time,
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = _Handler(stream, form)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(form, stream)],
        )
    )
    logging.root.handlers = [handler]
    logging.root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    access = logging.getLogger("uvicorn.access")
    access.handlers, access.propagate = [], False
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_crash
    threading.excepthook = _log_dead_thread
    sys.unraisablehook = _log_unraisable


def write_line(event: str, *, form: Literal["console", "json"], stream: TextIO, **fields: str) -> None:
    """Write what a command has to say, whatever the level of the log: as it is for a person, else as a log line."""
    if form == "json":
        now = format_time(system_clock())
        stream.write(encode_log_line(time=now, level="info", event=event, logger="app.cli", fields=fields))
    else:
        stream.write(f"{event}\n")
    stream.flush()


class _Handler(logging.StreamHandler[TextIO]):
    """Writes lines; one that cannot be formatted is replaced by a line that says so, not by a plain traceback."""

    def __init__(self, stream: TextIO, form: Literal["console", "json"]) -> None:
        super().__init__(stream)
        self._form = form

    def handleError(self, record: logging.LogRecord) -> None:
        error = sys.exception()
        try:
            write_line(f"log_line_lost: {record.name}: {type(error).__name__}", form=self._form, stream=self.stream)
        except (OSError, ValueError):  # nobody reads what we write any more
            return


def _renderers(form: Literal["console", "json"], stream: TextIO) -> list[Processor]:
    if form == "json":
        return [structlog.processors.ExceptionRenderer(describe_exception), _render_json]
    # The default formatter prints local variables wherever rich is installed.
    return [structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=_write_exception)]


def _add_time(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    line["time"] = format_time(system_clock())
    return line


def _render_json(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> str:
    heading = {name: str(line.pop(name, "")) for name in ("time", "level", "event", "logger")}
    return encode_log_line(**heading, fields=line)[:-1]


ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def describe_exception(exc_info: ExcInfo) -> dict[str, Any]:
    """Describe an exception in a few hundred bytes: what it says, what caused it, and its innermost frames.

    Local variables are not shown: they may hold what is not public yet.
    """
    error = exc_info[1]
    described: dict[str, Any] = {"error": _one_line(error)}
    causes = [_one_line(each) for each in _causes_of(error)]
    if causes:  # the last is where it began
        kept = causes if len(causes) <= EXCEPTION_CAUSES else [*causes[: EXCEPTION_CAUSES - 1], causes[-1]]
        described["causes"] = kept
    return described | {"frames": _frames_of(error)}


def _write_exception(stream: TextIO, exc_info: ExcInfo) -> None:
    described = describe_exception(exc_info)
    stream.write("\n".join(f"    {frame}" for frame in described["frames"]))
    stream.write(f"\n{described['error']}")
    for cause in described.get("causes", ()):
        stream.write(f"\n  caused by {cause}")


def _causes_of(error: BaseException) -> Iterator[BaseException]:
    seen = {id(error)}
    while True:
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if cause is None or id(cause) in seen:
            return
        seen.add(id(cause))
        yield cause
        error = cause


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    if len(text) > EXCEPTION_TEXT:
        text = f"{text[: EXCEPTION_TEXT - 1]}…"
    return f"{type(error).__qualname__}: {text}" if text else type(error).__qualname__


def _frames_of(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    shown = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames[-EXCEPTION_FRAMES:]]
    left_out = len(frames) - len(shown)
    return [f"({left_out} more)", *shown] if left_out else shown


def _short(filename: str) -> str:
    path = Path(filename)
    if path.is_relative_to(_ROOT / "app"):
        return str(path.relative_to(_ROOT))
    return "/".join(path.parts[-3:])


def _log_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger("app").critical("crashed", exc_info=(kind, error, trace))


def _log_dead_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        info = (args.exc_type, args.exc_value, args.exc_traceback)
        structlog.get_logger("app").error("thread_died", thread=args.thread and args.thread.name, exc_info=info)


def _log_unraisable(found: sys.UnraisableHookArgs) -> None:
    if found.exc_value is not None:
        info = (found.exc_type, found.exc_value, found.exc_traceback)
        structlog.get_logger("app").error("ignored_exception", where=repr(found.object)[:200], exc_info=info)
