"""The control socket: a 0600 Unix socket beside the database, by which commands reach a running server.

Anyone who can open it owns the data folder anyway, so it gives no right that was not there.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path

import structlog

LONGEST_PATH_BYTES = 103
"""A Unix socket's path must fit into 104 bytes with its ending NUL on every system (Linux allows 108)."""
CONTROL_SOCKET = "control.sock"

log = structlog.get_logger()


def open_control_socket(path: Path) -> socket.socket | None:
    """Listen on `path` for this account alone; None, with a warning, where that is not possible.

    Call only while the database's lock is held: a file at `path` was left by a server that is dead.
    """
    if len(os.fsencode(path)) > LONGEST_PATH_BYTES:
        log.warning("no_control_socket", reason="its path is too long; choose a shorter LIVEBLOG_DATA_DIR")
        return None
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with suppress(FileNotFoundError):
            path.unlink()
        # No peer can connect between bind and listen, so that the mode counts from the start.
        listener.bind(os.fspath(path))
        path.chmod(0o600)
        listener.listen(16)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        log.warning("no_control_socket", reason=error.strerror)
        return None
    return listener


def close_control_socket(listener: socket.socket, path: Path) -> None:
    """Stop listening and delete the socket."""
    listener.close()
    with suppress(OSError):
        path.unlink()


def is_listened_on(path: Path) -> bool:
    """Return whether a server answers at this control socket; a stale one refuses."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(os.fspath(path))
        except OSError:  # not there, no server behind it, or a path that is too long
            return False
    return True
