"""How many of each thing a reliability test does: a small number in the suite, the full figure in `make prove`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figures:
    """Chooses between the suite's number and the full one. `full` is true under `make prove`."""

    full: bool

    def choose(self, *, suite: int, prove: int) -> int:
        """The number this run has to do."""
        return prove if self.full else suite
