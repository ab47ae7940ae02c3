"""The table of the failure matrix: a line for each row, with what it breaks of the bars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.chaos.faults import CONTROL, ROWS
from benchmarks.chaos.probes import TELL_BAR_SECONDS
from benchmarks.chaos.trial import Outcome

AGREE_BAR_SECONDS = 5.0
EXTRA_BAR_SECONDS = 1.0
_COLUMNS = (
    "what is hurt",
    "published",
    "lost",
    "doubled",
    "out of order",
    "reconnects",
    "longest silence",
    "201 → last reader",
    "longest write",
    "all agree after",
    "`/readyz` tells after",
    "",
)


@dataclass(frozen=True, slots=True)
class Failed:
    """A row that did not come to its end, and why."""

    why: str


def lines_of(found: Mapping[str, Outcome | Failed]) -> list[str]:
    """Render the table in Markdown, and below it what is wrong in each row."""
    lines = [f"| {' | '.join(_COLUMNS)} |", f"|{'---|' * len(_COLUMNS)}"]
    control = found.get(CONTROL)
    late = control.late_seconds if isinstance(control, Outcome) else 0.0
    notes = []
    for name, outcome in found.items():
        faults = broken(name, outcome, quiet_late_seconds=late)
        lines.append(_line(name, outcome, "**not met**" if faults else "met"))
        notes += [f"- {ROWS[name].name}: {fault}" for fault in faults]
    bars = (
        "Bars: nothing lost, doubled or out of order; all agree "
        f"≤ {AGREE_BAR_SECONDS:.0f} s after the fault; `/readyz` tells ≤ {TELL_BAR_SECONDS:.0f} s after it began; "
        f"with Redis hurt, readers are ≤ {EXTRA_BAR_SECONDS:.0f} s later than with nothing hurt."
    )
    return [*lines, "", bars, *(["", *notes] if notes else [])]


def broken(name: str, outcome: Outcome | Failed, *, quiet_late_seconds: float) -> list[str]:
    """Say which bars a row breaks, in words; nothing if it meets all."""
    if isinstance(outcome, Failed):
        return [outcome.why]
    row = ROWS[name]
    allowed = quiet_late_seconds + EXTRA_BAR_SECONDS
    agreed, told = outcome.agreed_seconds, outcome.told_seconds
    found = {
        f"{outcome.lost} lost": outcome.lost > 0,
        f"{outcome.doubled} doubled": outcome.doubled > 0,
        f"{outcome.out_of_order} out of order": outcome.out_of_order > 0,
        f"a reader differs: {outcome.differing[:1]}": bool(outcome.differing),
        f"nodes agree after {_seconds(agreed)}": agreed is None or agreed > AGREE_BAR_SECONDS,
        f"/readyz tells after {_seconds(told)}": told is None or told > TELL_BAR_SECONDS,
        f"a reader is late by {_seconds(outcome.late_seconds)}": row.is_broker_away and outcome.late_seconds > allowed,
    }
    return [words for words, is_so in found.items() if is_so]


def _line(name: str, outcome: Outcome | Failed, verdict: str) -> str:
    row = ROWS[name]
    if isinstance(outcome, Failed):
        return f"| {row.name} |{' |' * (len(_COLUMNS) - 2)} {verdict} |"
    cells = [
        row.name,
        str(outcome.published),
        str(outcome.lost),
        str(outcome.doubled),
        str(outcome.out_of_order),
        str(outcome.resumed),
        _seconds(outcome.silence_seconds),
        _seconds(outcome.late_seconds),
        _seconds(outcome.write_seconds),
        _seconds(outcome.agreed_seconds),
        _seconds(outcome.told_seconds) if row.tells else "–",
        verdict,
    ]
    return f"| {' | '.join(cells)} |"


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.1f} s"
