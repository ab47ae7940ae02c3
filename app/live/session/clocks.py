"""A reading of both clocks: a wall clock may be set back, and timers must not depend on it."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.clock import Micros


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The time on both clocks: `wall` is shown to readers, `seconds` is monotonic and measures durations."""

    wall: Micros
    seconds: float
