"""The TCP sockets that a server listens on, and what the kernel keeps for each of its peers."""

from __future__ import annotations

import errno
import socket

UNSENT_LIMIT_BYTES = 16 * 1024
"""The most the kernel buffers for one peer beyond what is on its way: without this it buffers 3.8 MB (measured) for a
reader who never reads, and a thousand of them fill the machine."""

SILENCE_MILLISECONDS = 30_000
"""The time in which a peer's machine may acknowledge nothing of what was sent before its connection is broken."""

BACKLOG = 4_096
"""Connections the kernel queues until we accept them: after a restart every reader comes back at once."""

ACCEPTED_A_TURN = 16
"""Connections that a turn of the event loop can accept at each address: their handshakes take as long as a step of a
fan-out. If it were more, connected readers would wait longer for an entry while thousands come. If it were one (what
libuv accepts), eight clients who ask without a pause would keep out nearly all who come (docs/decisions/0045)."""


class CannotListen(Exception):
    """An address cannot be listened on; the message is a sentence that says why and what to do."""


def open_listeners(host: str, port: int) -> list[socket.socket]:
    """Listen on every address that `host` resolves to. Raises CannotListen."""
    return _open(host, port, shared=False)


def open_shared_listeners(host: str, port: int, count: int) -> list[list[socket.socket]]:
    """Listen `count` times on every address that `host` resolves to. Raises CannotListen.

    The kernel spreads connections evenly over all of them (SO_REUSEPORT). It lets another supervisor of this account
    join them too, which nobody wants: so the port is listened on alone before.
    """
    for alone in open_listeners(host, port):
        alone.close()
    return [_open(host, port, shared=True) for _ in range(count)]


def accepting_duplicates(listener: socket.socket) -> list[socket.socket]:
    """Duplicate a listening socket ACCEPTED_A_TURN times: uvloop accepts one connection of each in a turn.

    Raises OSError, with those closed that were made, where there are no descriptors left.
    """
    # All descriptors of a socket block, or none does, also in the processes that share it: and `dup` makes them as this
    # object is, which blocks if it was made of an inherited descriptor. An accept that blocks stops its process.
    listener.setblocking(False)
    duplicates: list[socket.socket] = []
    try:
        for _ in range(ACCEPTED_A_TURN):
            duplicates.append(listener.dup())
    except OSError:
        for each in duplicates:
            each.close()
        raise
    return duplicates


def _open(host: str, port: int, *, shared: bool) -> list[socket.socket]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError):
        raise CannotListen(f"{host} is no address of this machine; set LIVEBLOG_HOST to one, like 127.0.0.1.") from None
    listeners: list[socket.socket] = []
    try:
        for family, _, _, _, address in dict.fromkeys(found):
            listeners.append(_listen(socket.AddressFamily(family), address, shared=shared))
    except OSError as error:
        for listener in listeners:
            listener.close()
        raise CannotListen(_reason(error, host, port)) from error
    return listeners


def _limit_kernel(listener: socket.socket) -> None:
    """Set how much the kernel buffers for a peer and how long it tries, where it can (Linux).

    Connections inherit the options of the socket that accepted them.
    """
    if hasattr(socket, "TCP_NOTSENT_LOWAT") and hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_LIMIT_BYTES)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENCE_MILLISECONDS)


def _listen(family: socket.AddressFamily, address: object, *, shared: bool) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family is socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        _limit_kernel(listener)
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
