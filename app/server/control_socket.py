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
BACKLOG = 256
"""Connections that the kernel queues: of commands few, of processes of this machine as many as they have writers."""

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
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        log.warning("no_control_socket", reason=error.strerror)
        return None
    return listener


def listen_for_followers(path: Path) -> socket.socket:
    """Listen on `path` for this account's other processes. Raises OSError where that is not possible."""
    listener = open_control_socket(path)
    if listener is None:
        raise OSError(f"cannot listen on {path}, by which the other processes hear of commits")
    return listener


def close_control_socket(listener: socket.socket, path: Path, *, inode: int | None = None) -> None:
    """Stop listening and delete the socket, unless there is another than `inode` by now: that of our successor."""
    listener.close()
    with suppress(OSError):
        if inode is None or path.stat().st_ino == inode:
            path.unlink()


def is_listened_on(path: Path) -> bool:
    """Return whether a server answers at this control socket; a stale one refuses."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(os.fspath(path))
        except OSError:  # not there, no server behind it, or a path that is too long
            return False
    return True
