"""The output of commands beside their result: a sentence on standard error, or a log line where the log is JSON."""

from __future__ import annotations

import sys
from typing import Any, Protocol, runtime_checkable

from typer import Abort
from typer.core import TyperGroup

from app.logs import write_line
from app.settings import read_log_format


def say(sentence: str) -> None:
    """Print a sentence on standard error, in the form of the log."""
    write_line(sentence, form=read_log_format(), stream=sys.stderr)


def draw(text: str) -> None:
    """Print what only a person can read, a QR code, on standard error; nothing where the log is JSON."""
    if read_log_format() == "console":
        say(text)


@runtime_checkable
class _Misuse(Protocol):
    """An exception about wrong usage: click's, of which some releases of typer have a copy of their own."""

    exit_code: int

    def format_message(self) -> str: ...


class OneLineGroup(TyperGroup):
    """The group of all commands. Where the log is JSON, wrong usage is one line of it as well."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Run the command that was asked for, and end the process."""
        if not options.get("standalone_mode", True) or read_log_format() != "json":
            return super().main(*args, **options)
        try:
            sys.exit(super().main(*args, **{**options, "standalone_mode": False}) or 0)
        except Abort:
            say("Stopped.")
            sys.exit(1)
        except Exception as error:
            if not isinstance(error, _Misuse):
                raise
            say(error.format_message())
            sys.exit(error.exit_code)
