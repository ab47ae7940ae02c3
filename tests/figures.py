"""The counts of the reliability tests: few in `make test`, more in `make test-all`, the full figure in `make prove`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figures:
    """The count of a test in this run. `full` is true under `make prove`, `quick` under `make test`."""

    full: bool
    quick: bool = False

    def choose(self, *, suite: int, prove: int, quick: int | None = None) -> int:
        """Return the number this run has to do: `quick` where it is stated and the run is `make test`."""
        if self.full:
            return prove
        return quick if self.quick and quick is not None else suite
