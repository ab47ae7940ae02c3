"""The matrix is written as tables that a person can check by eye: a row for each address, a column for each state."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A method and a path with names in it; `variant` tells two rows of one address apart by what they send."""

    method: str
    path: str
    variant: str = ""

    @property
    def name(self) -> str:
        """As it stands in a table."""
        return " ".join(filter(None, (self.method, self.path, self.variant)))

    @property
    def action(self) -> str:
        """The path's last part: what is done to an entry, where it is an action."""
        return self.path.rpartition("/")[2]

    @property
    def address(self) -> str:
        """The method and the path by the names that the routes have."""
        path = self.path
        for ours, named in (("external", "external_id"), ("known", "external_id"), ("beside", "entry")):
            path = path.replace(f"{{{ours}}}", f"{{{named}}}")
        return f"{self.method} {path.replace('{member}', '{person}')}"


Table = dict[Row, dict[str, str]]
"""Cells by row and column."""


def read_table(written: str, columns: tuple[str, ...] | None = None) -> Table:
    """The cells of a table whose first line names its columns, unless they are given. ValueError for a ragged one."""
    lines = [line.split() for line in written.strip().splitlines()]
    if columns is None:
        columns = tuple(lines.pop(0))
    table: Table = {}
    for method, path, *rest in lines:
        cells = rest[-len(columns) :]
        row = Row(method, path, " ".join(rest[: len(rest) - len(columns)]))
        if row in table:
            raise ValueError(f"{row.name} is there twice")
        table[row] = dict(zip(columns, cells, strict=True))
    return table
