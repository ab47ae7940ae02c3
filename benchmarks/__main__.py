"""Runs measurements and prints their figures with the machine: `python -m benchmarks [name…] [--long]`."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from app.server.process_tuning import raise_file_limit
from benchmarks.arriving import measure_arriving, measure_arriving_apart
from benchmarks.asking import measure_asking
from benchmarks.busy import measure_busy, measure_busy_apart
from benchmarks.churn import measure_churn
from benchmarks.comment_flood import measure_comment_flood
from benchmarks.decoding import measure_decoding
from benchmarks.fan_out import measure_fan_out, measure_peers
from benchmarks.feeds import measure_feeds, measure_markup
from benchmarks.figures import Table
from benchmarks.import_command import measure_import_command
from benchmarks.importing import measure_importing
from benchmarks.joining import measure_joining
from benchmarks.machine import client_core, describe, move_to
from benchmarks.many_readers import measure_many_readers
from benchmarks.memory import measure_memory
from benchmarks.nodes import measure_nodes
from benchmarks.portable import measure_portable
from benchmarks.reading import measure_reading
from benchmarks.simulate import measure_simulate
from benchmarks.sizing import measure_sizing
from benchmarks.slow_readers import measure_slow_readers
from benchmarks.starting import measure_starting
from benchmarks.unread_backlogs import measure_unread_backlogs
from benchmarks.uploading import measure_uploading
from benchmarks.workers import measure_workers
from benchmarks.writing import measure_writing


class Measurement(Protocol):
    """A measurement: it gets an empty folder for its data and returns a table; `long` is the form for a quiet hour."""

    def __call__(self, folder: Path, *, long: bool) -> Table: ...


MEASUREMENTS: dict[str, Measurement] = {
    "writing": measure_writing,
    "arriving": measure_arriving,
    "arriving_apart": measure_arriving_apart,
    "reading": measure_reading,
    "feeds": measure_feeds,
    "markup": measure_markup,
    "starting": measure_starting,
    "fan_out": measure_fan_out,
    "peers": measure_peers,
    "portable": measure_portable,
    "nodes": measure_nodes,
    "workers": measure_workers,
    "many_readers": measure_many_readers,
    "memory": measure_memory,
    "joining": measure_joining,
    "slow_readers": measure_slow_readers,
    "unread_backlogs": measure_unread_backlogs,
    "busy": measure_busy,
    "busy_apart": measure_busy_apart,
    "asking": measure_asking,
    "churn": measure_churn,
    "comment_flood": measure_comment_flood,
    "decoding": measure_decoding,
    "uploading": measure_uploading,
    "importing": measure_importing,
    "sizing": measure_sizing,
    "simulate": measure_simulate,
    "import_command": measure_import_command,
}


def main(arguments: Sequence[str], *, show: Callable[[str], None] = print) -> None:
    """Run the measurements named, or all of them, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"which to run: {', '.join(MEASUREMENTS)}")
    parser.add_argument("--long", action="store_true", help="more rounds, 10,000 readers, 20 minutes of churn")
    chosen = parser.parse_args(arguments)
    unknown = [name for name in chosen.names if name not in MEASUREMENTS]
    if unknown:
        parser.error(f"no such measurement: {', '.join(unknown)}")
    # An end that was asked for is one like any other: servers are stopped, the data of the run is removed.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    raise_file_limit()
    for line in describe():
        show(line)
    show("")
    move_to(client_core())
    for name in chosen.names or MEASUREMENTS:
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="liveblog-bench-", dir=".") as folder:
            table = MEASUREMENTS[name](Path(folder), long=chosen.long)
        for line in table.lines():
            show(line)
        show(f"`python -m benchmarks {name}{' --long' if chosen.long else ''}` ({time.monotonic() - started:.0f} s)\n")


if __name__ == "__main__":
    main(sys.argv[1:])
