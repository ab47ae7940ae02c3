"""A network namespace on two virtual cables: one for clients, and one that can be cut, so that packets vanish."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tests.needs import require

CLIENTS_OUTSIDE, SERVER_INSIDE = "169.254.211.1", "169.254.211.2"
DATABASE_OUTSIDE, DATABASE_INSIDE = "169.254.212.1", "169.254.212.2"
"""Link-local addresses, which lead nowhere but over the two cables."""


@dataclass(frozen=True, slots=True)
class Namespace:
    """The namespace, by its name."""

    name: str

    @property
    def wrapper(self) -> Sequence[str]:
        """Return what is put before a command line to run it inside."""
        return ["ip", "netns", "exec", self.name]

    def cut(self) -> None:
        """Let every packet of the database's cable vanish: neither side is told."""
        _ip("link", "set", f"{self.name}d", "down")

    def mend(self) -> None:
        """Let packets through again."""
        _ip("link", "set", f"{self.name}d", "up")


@contextmanager
def namespace() -> Iterator[Namespace]:
    """Make a namespace for the length of a block. The test is skipped on a machine where that is not possible."""
    name = f"lb{os.getpid()}"
    is_root = os.geteuid() == 0 and shutil.which("ip") is not None
    is_made = is_root and subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode == 0
    require("network namespaces", found=is_made, reason="run as root, with iproute2, where namespaces may be made")
    try:
        _lay_cable(name, "clients", CLIENTS_OUTSIDE, SERVER_INSIDE)
        _lay_cable(name, "database", DATABASE_OUTSIDE, DATABASE_INSIDE)
        _ip("-n", name, "link", "set", "lo", "up")
        yield Namespace(name)
    finally:
        _ip("netns", "del", name)  # and the cables with it


def _lay_cable(name: str, end: str, outside: str, inside: str) -> None:
    _ip("link", "add", f"{name}{end[0]}", "type", "veth", "peer", "name", end, "netns", name)
    _ip("addr", "add", f"{outside}/30", "dev", f"{name}{end[0]}")
    _ip("link", "set", f"{name}{end[0]}", "up")
    _ip("-n", name, "addr", "add", f"{inside}/30", "dev", end)
    _ip("-n", name, "link", "set", end, "up")


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
