"""The edit pattern of real live tickers: made from the figures of 26 of them, or read from a recorded trace.

The figures (2,542 operations of sports tickers): 0.24 edits for each new entry; the median edit comes 105 s after
publication, one in ten after more than 23 minutes; a quarter of the edits change the entry's time; 2.5 % of the
entries come with a time older than one that is out already; up to 13 operations in the busiest minute; hardly any
removals.
"""

from __future__ import annotations

import itertools
import json
import math
import random
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

EDITS_PER_ENTRY = 0.24
MEDIAN_EDIT_SECONDS = 105.0
LATE_EDIT_SECONDS = 23 * 60.0
"""The ninetieth percentile."""
RETIMED_EDITS = 0.25
BACKDATED_ENTRIES = 0.025
REMOVALS = 0.004
BUSIEST_MINUTE = 13
LONGEST_PAUSE_SECONDS = 300.0
"""A recorded ticker that rests for a day has nothing to show meanwhile."""


@dataclass(frozen=True, slots=True)
class TickerStep:
    """One step, `at` seconds after the ticker began. `dated` is the entry's own time on the same clock."""

    at: float
    kind: Literal["new", "edit", "remove"]
    entry: str
    dated: float | None = None
    chars: int = 0
    headline_chars: int = 0


Ticker = list[TickerStep]


def make_ticker(chance: random.Random, *, minutes: float) -> Ticker:
    """A ticker with the pattern of real ones, that long."""
    steps: Ticker = []
    now, count = 0.0, 0
    while now < minutes * 60:
        for _ in range(_entries_at_once(chance)):
            count += 1
            steps += _entry_with_edits(chance, f"entry-{count}", at=now)
            now += chance.uniform(1, 20)
        now += chance.expovariate(1 / 60)
    return sorted((step for step in steps if step.at < minutes * 60), key=lambda step: step.at)


def _entries_at_once(chance: random.Random) -> int:
    return chance.randrange(2, BUSIEST_MINUTE) if chance.random() < 0.05 else 1


def _entry_with_edits(chance: random.Random, entry: str, *, at: float) -> Ticker:
    is_late = chance.random() < BACKDATED_ENTRIES
    dated = at - chance.uniform(60, 600) if is_late else at
    steps = [TickerStep(at, "new", entry, dated, _length(chance), chance.choice([0, 0, 0, 40]))]
    edited = at
    while chance.random() < EDITS_PER_ENTRY / (1 + EDITS_PER_ENTRY):
        edited += _edit_delay(chance)
        if chance.random() < RETIMED_EDITS:
            dated += chance.uniform(-120, 30)
        steps.append(TickerStep(edited, "edit", entry, min(dated, edited), _length(chance)))
    if chance.random() < REMOVALS:
        steps.append(TickerStep(edited + chance.uniform(5, 60), "remove", entry))
    return steps


def _edit_delay(chance: random.Random) -> float:
    """Log-normal through the median and the ninetieth percentile."""
    spread = math.log(LATE_EDIT_SECONDS / MEDIAN_EDIT_SECONDS) / 1.2816
    return chance.lognormvariate(math.log(MEDIAN_EDIT_SECONDS), spread)


def _length(chance: random.Random) -> int:
    return max(20, round(chance.lognormvariate(math.log(230), 0.7)))


def read_tickers(trace: Path) -> list[Ticker]:
    """The tickers of a trace: one JSON object a line with `at`, `story`, `op`, `id`, `entry_time`, `chars`.

    What was there when the recording began is new in its first second; pauses are cut to five minutes.
    """
    rows = [json.loads(line) for line in trace.read_text(encoding="utf-8").splitlines()]
    rows.sort(key=lambda row: (row["story"], row["at"]))
    return [_ticker(list(group)) for _, group in itertools.groupby(rows, key=lambda row: row["story"])]


def _ticker(rows: list[dict[str, Any]]) -> Ticker:
    steps: Ticker = []
    began = before = _seconds(rows[0]["at"])
    cut = 0.0
    for row in rows:
        seen = _seconds(row["at"])
        cut += max(0.0, seen - before - LONGEST_PAUSE_SECONDS)
        before = seen
        at = seen - began - cut
        if row["op"] == "delete":
            steps.append(TickerStep(at, "remove", row["id"]))
            continue
        lateness = 0.0 if row["entry_time"] is None else seen - _seconds(row["entry_time"])
        kind: Literal["new", "edit"] = "edit" if row["op"] == "edit" else "new"
        steps.append(TickerStep(at, kind, row["id"], at - max(0.0, lateness), row["chars"], row["headline_chars"]))
    return steps


def _seconds(written: str) -> float:
    return datetime.fromisoformat(written).timestamp()
