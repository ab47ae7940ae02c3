"""Now, as live sees it: two clocks read together, because a wall clock may be set back and a timer must not care."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.clock import Micros


@dataclass(frozen=True, slots=True)
class ClockReading:
    """`wall` is shown to readers; `seconds` is monotonic and measures durations."""

    wall: Micros
    seconds: float
