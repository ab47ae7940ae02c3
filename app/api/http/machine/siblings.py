"""The other processes of the machine, as routes ask them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Siblings(Protocol):
    """The processes beside this one. `name` is this process's own, "" where it is alone."""

    @property
    def name(self) -> str: ...

    async def ask(self, path: str) -> dict[str, bytes | None]:
        """Ask all of them at once; return each one's answer under its name, None for one that has not answered.

        Returns within a second, whatever they do. Never raises.
        """
        ...

    def count_replaced(self) -> Mapping[str, int]:
        """Count the processes of the machine that were replaced, by cause."""
        ...


class NoSiblings:
    """The siblings of a process that is alone."""

    name = ""

    async def ask(self, path: str) -> dict[str, bytes | None]:
        """Return nothing."""
        return {}

    def count_replaced(self) -> Mapping[str, int]:
        """Return nothing."""
        return {}
