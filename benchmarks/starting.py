"""Time from the start to the first served request, against the bare import time of the dependencies."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.figures import Figure, Table, median
from benchmarks.machine import server_core
from benchmarks.servers import ROOT, await_answer, environment, free_port, migrate, running

BAR = 2.0

_LIST_IMPORTED = """
import sys, json
before = set(sys.modules)
import app.cli.serve, app.main, app.server.uvicorn_server
names = [name for name in sys.modules if name not in before]
left_out = sys.stdlib_module_names | {"app", "__mp_main__"}
print(json.dumps([name for name in names if name.partition(".")[0] not in left_out and "-" not in name]))
"""
"""Every module of a dependency that a server imports until it serves, in the order in which it does."""


def measure_starting(folder: Path, *, long: bool) -> Table:
    """Measure in turns a process that only imports the dependencies, and a server up to its first answer."""
    pairs = 15 if long else 7
    migrate(folder)
    listed = subprocess.run([sys.executable, "-c", _LIST_IMPORTED], cwd=ROOT, check=True, capture_output=True).stdout
    modules: list[str] = json.loads(listed)
    _start(folder)  # so that compiled modules and pages are there for both
    measured = [(_import_only(folder, modules), _start(folder)) for _ in range(pairs)]
    ratio = median(started / imported for imported, started in measured)
    imported = median(imported for imported, _ in measured)
    started = median(started for _, started in measured)
    return Table(
        "Start to the first served request",
        (
            Figure("start to the first answer", f"{started:.2f} s", f"{ratio:.2f} ×", f"≤ {BAR:.0f} ×", ratio <= BAR),
            Figure("a process that only imports the dependencies", f"{imported:.2f} s", f"{len(modules):,} modules"),
        ),
        (f"{pairs} interleaved pairs, medians; SQLite at the current schema, asked every 2 ms from the other core.",),
    )


def _import_only(folder: Path, modules: list[str]) -> float:
    # Some names cannot be imported on their own: their package makes them.
    imports = "\n".join(f"try: import {name}\nexcept Exception: pass" for name in modules)
    command = ["taskset", "-c", str(server_core()), sys.executable, "-c", f"{imports}\nprint(flush=True)"]
    started = time.perf_counter()
    with subprocess.Popen(command, env=environment(folder, 1), cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"\n", "the imports failed"
        return time.perf_counter() - started


def _start(folder: Path) -> float:
    port = free_port()
    started = time.perf_counter()
    with running([sys.executable, "-m", "app.cli", "serve"], folder=folder, port=port):
        await_answer(port, "/v1/site")
        return time.perf_counter() - started
