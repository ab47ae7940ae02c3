"""Hurts a whole site, row by row, and prints what readers saw of it: `make chaos ARGS="[row…] [--long]"`."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.chaos.deployment import Deployment, missing_programs, run_deployment
from benchmarks.chaos.faults import CONTROL, ROWS
from benchmarks.chaos.report import Failed, broken, lines_of
from benchmarks.chaos.traffic import ReaderCounts
from benchmarks.chaos.trial import Outcome, run_row
from benchmarks.machine import describe

SHORT_SECONDS, LONG_SECONDS = 5.0, 60.0


def main(arguments: Sequence[str]) -> int:
    """Run the rows named, or all of them; return 1 if one does not meet its bars."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="row", help=f"which to run: {', '.join(ROWS)}")
    parser.add_argument(
        "--long", action="store_true", help=f"faults of {LONG_SECONDS:.0f} seconds, not {SHORT_SECONDS:.0f}"
    )
    chosen = parser.parse_args(arguments)
    if unknown := [name for name in chosen.names if name not in ROWS]:
        parser.error(f"no such row: {', '.join(unknown)}")
    if missing := missing_programs():
        parser.error(f"not installed here: {', '.join(missing)}")
    names = list(dict.fromkeys([CONTROL, *(chosen.names or ROWS)]))
    for line in describe():
        print(line)
    started = time.monotonic()
    found: dict[str, Outcome | Failed] = {}
    while len(found) < len(names):
        with (
            tempfile.TemporaryDirectory(prefix="liveblog-chaos-") as folder,
            run_deployment(Path(folder)) as deployment,
        ):
            left = [name for name in names if name not in found]
            found |= asyncio.run(_run(deployment, left, hold_seconds=LONG_SECONDS if chosen.long else SHORT_SECONDS))
    print("\n### Two nodes, their database, their broker and their proxy, each hurt in turn\n")
    for line in lines_of(found):
        print(line)
    asked = f' ARGS="{" ".join(arguments)}"' if arguments else ""
    print(f"\n`make chaos{asked}` ({time.monotonic() - started:.0f} s)")
    control = found[CONTROL]
    late = control.late_seconds if isinstance(control, Outcome) else 0.0
    return int(any(broken(name, outcome, quiet_late_seconds=late) for name, outcome in found.items()))


async def _run(deployment: Deployment, names: list[str], *, hold_seconds: float) -> dict[str, Outcome | Failed]:
    """Run rows until one does not come to its end: then nobody knows what is whole, and the others need a new one."""
    found: dict[str, Outcome | Failed] = {}
    for name in names:
        print(f"{ROWS[name].name} …", file=sys.stderr, flush=True)
        try:
            found[name] = await run_row(deployment, ROWS[name], hold_seconds=hold_seconds, counts=ReaderCounts())
        except Exception as error:  # noqa: BLE001 - a row that breaks is a line of the table, and the others follow
            found[name] = Failed(_cause(error))
            break
    return found


def _cause(error: BaseException) -> str:
    """Return what went wrong first, in one line."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{error!r}"[:300]


if __name__ == "__main__":
    # An end that was asked for is one like any other: whatever was started is stopped.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    sys.exit(main(sys.argv[1:]))
