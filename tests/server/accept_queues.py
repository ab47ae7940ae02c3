"""The queue in which the kernel keeps connections for a listening socket, as the kernel says it."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

from tests.needs import require

_QUEUED_AT = 24
"""Where `struct tcp_info` has a listening socket's connections that wait, and next to them how many may."""


def read_longest_queue(listener: socket.socket) -> int:
    """Return how many connections may wait to be accepted from a socket."""
    require("TCP_INFO", found=hasattr(socket, "TCP_INFO"), reason="this is Linux's own")
    info = listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    _waiting, most = struct.unpack_from("II", info, _QUEUED_AT)
    return int(most)


def longest_queue_allowed(wanted: int) -> int:
    """Return how many may wait where so many are wanted: this machine may allow fewer."""
    return min(wanted, int(Path("/proc/sys/net/core/somaxconn").read_text(encoding="ascii")))
