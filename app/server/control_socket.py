"""The sockets a server opens: TCP for everybody, and a 0600 Unix socket beside the database for commands.

Whoever can open the control socket owns the data folder anyway, so it gives no right that was not there.
"""

from __future__ import annotations

import errno
import os
import socket
from contextlib import suppress
from pathlib import Path

import structlog

UNSENT_LIMIT_BYTES = 16 * 1024
"""What the kernel takes for one peer beyond what is on its way: without this it takes 3.8 MB (measured) for a reader
who never reads, and a thousand of them fill the machine."""

SILENCE_MILLISECONDS = 30_000
"""How long a peer's machine may acknowledge nothing of what was sent before its connection counts as broken."""

BACKLOG = 4_096
"""Connections the kernel holds until we accept them: after a restart every reader comes back at once."""
LONGEST_PATH_BYTES = 103
"""A Unix socket's path must fit into 104 bytes with its ending NUL on every system (Linux allows 108)."""
CONTROL_SOCKET = "control.sock"

log = structlog.get_logger()


class CannotListen(Exception):
    """An address cannot be listened on; the message is a sentence that says why and what to do."""


def open_listeners(host: str, port: int) -> list[socket.socket]:
    """Listen on every address `host` stands for. Raises CannotListen."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError):
        raise CannotListen(f"{host} is no address of this machine; set LIVEBLOG_HOST to one, like 127.0.0.1.") from None
    listeners: list[socket.socket] = []
    try:
        for family, _, _, _, address in dict.fromkeys(found):
            listeners.append(_listen(socket.AddressFamily(family), address))
    except OSError as error:
        for listener in listeners:
            listener.close()
        raise CannotListen(_reason(error, host, port)) from error
    return listeners


def open_control_socket(path: Path) -> socket.socket | None:
    """Listen on `path` for this account alone; None, with a warning, where that is not possible.

    Call only while the database's lock is held: what is found at `path` was left by a server that is dead.
    """
    if len(os.fsencode(path)) > LONGEST_PATH_BYTES:
        log.warning("no_control_socket", reason="its path is too long; choose a shorter LIVEBLOG_DATA_DIR")
        return None
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with suppress(FileNotFoundError):
            path.unlink()
        # The mode counts from the first moment, because nobody can connect between bind and listen.
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
    """Stop listening and leave nothing behind."""
    listener.close()
    with suppress(OSError):
        path.unlink()


def is_listened_on(path: Path) -> bool:
    """Whether a server answers at this control socket; a stale one refuses."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(os.fspath(path))
        except OSError:  # not there, nobody behind it, or a path that is too long
            return False
    return True


def _bound_kernel(listener: socket.socket) -> None:
    """Tell the kernel how much to hold for a peer and how long to try, where it knows how (Linux).

    Connections have the options of the socket that accepted them, so that none has to be told itself.
    """
    if hasattr(socket, "TCP_NOTSENT_LOWAT") and hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_LIMIT_BYTES)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENCE_MILLISECONDS)


def _listen(family: socket.AddressFamily, address: object) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family is socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        _bound_kernel(listener)
        listener.bind(address)  # type: ignore[arg-type] # getaddrinfo's own, which bind takes as it is
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener


def _reason(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is in use by another program; stop it, or set LIVEBLOG_PORT to a free one."
    if error.errno == errno.EACCES:
        return f"This account may not listen on port {port}; set LIVEBLOG_PORT to one above 1023."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine; set LIVEBLOG_HOST to one, like 127.0.0.1."
    return f"Cannot listen on {host}, port {port}: {error.strerror}."
