"""A TCP port that stays its holder's own while servers come and go on it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def reserved_port() -> Iterator[int]:
    """A port on 127.0.0.1 for the length of the block.

    It is held by a socket that never listens. Nobody who asks for just any port, as tests beside this one do all the
    time, is given it; a server that asks for it by number may have it, again and again.
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        port: int = holder.getsockname()[1]
        yield port
