"""Figures and their tables: medians, percentiles, and the bar of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

__all__ = ["Figure", "Table", "median", "percentile"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a table. `bar` is the design's target, `meets` whether it is reached; None without a target."""

    name: str
    value: str
    beside: str = ""
    bar: str = ""
    meets: bool | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The figures of one measurement, and the conditions under which they hold."""

    title: str
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Render the table in Markdown, ready for a document."""
        lines = [f"### {self.title}", "", "| what | measured | beside | bar | |", "|---|---|---|---|---|"]
        for each in self.figures:
            verdict = {True: "met", False: "**not met**", None: ""}[each.meets]
            lines.append(f"| {each.name} | {each.value} | {each.beside} | {each.bar} | {verdict} |")
        return [*lines, "", *self.notes, ""]


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that at least `percent` of a hundred of `values` do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100).__trunc__() - 1)]
