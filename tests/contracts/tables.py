"""The matrix is written as tables that a person can check by eye: a row for each address, a column for each state."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A method and a path with names in it; `variant` tells two rows of one address apart by what they send."""

    method: str
    path: str
    variant: str = ""

    @property
    def name(self) -> str:
        """Return its name in a table."""
        return " ".join(filter(None, (self.method, self.path, self.variant)))

    @property
    def action(self) -> str:
        """The path's last part: what is done to an entry, where it is an action."""
        return self.path.rpartition("/")[2]

    @property
    def address(self) -> str:
        """The method and the path by the names that the routes have."""
        path = self.path
        renamed = {"shown": "comment", "refused": "receipt", "external": "external_id", "known": "external_id"}
        for ours, named in {**renamed, "beside": "entry"}.items():
            path = path.replace(f"{{{ours}}}", f"{{{named}}}")
        return f"{self.method} {path.replace('{member}', '{person}')}"


Table = dict[Row, dict[str, str]]
"""Cells by row and column."""

Rights = dict[Row, dict[str, dict[str, str]]]
"""Cells by row, caller and state."""


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


def read_rights(written: str, *, callers: Collection[str], states: Collection[str]) -> Rights:
    """Read blocks of routes that answer alike, each with a line of cells for each group of callers under it.

    A heading names the states by how they begin, in their order; it may be repeated between blocks. Raise ValueError
    where a row is there twice, a caller is in no line of a row or in two, or a line has not a cell for each state.
    """
    rights: Rights = {}
    block: list[Row] = []
    for line in written.strip().splitlines():
        words = line.split()
        names, cells = words[: -len(states)], words[-len(states) :]
        if words[0] in {"GET", "POST", "PUT", "PATCH", "DELETE"}:
            row = Row(words[0], words[1], " ".join(words[2:]))
            if row in rights:
                raise ValueError(f"{row.name} is there twice")
            if block and rights[block[0]]:
                block = []
            block.append(row)
            rights[row] = {}
        elif words[0] in callers:
            if not block or not all(re.fullmatch(r"[1-5]\d\d|\.", cell) for cell in cells):
                raise ValueError(f"not a line of cells under a route: {line}")
            for row in block:
                for name in names:
                    if name in rights[row] or name not in callers:
                        raise ValueError(f"{row.name}: {name} is nobody, or in two lines")
                    rights[row][name] = dict(zip(states, cells, strict=True))
        elif len(words) != len(states) or not all(map(str.startswith, states, words)):
            raise ValueError(f"neither a route, nor callers, nor the states: {line}")
    for row, lines in rights.items():
        if missing := set(callers) - set(lines):
            raise ValueError(f"{row.name}: {', '.join(sorted(missing))} is in no line")
    return rights
