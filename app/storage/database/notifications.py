"""PostgreSQL's NOTIFY and LISTEN for one process: a connection and a thread of their own, and a channel of messages.

A NOTIFY takes a lock of the whole database while it commits. So it is sent outside of any transaction that writes, by
this thread, and several that wait are sent together. What is sent may be lost: nothing here is the truth.
"""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

from sqlalchemy.engine import make_url

from app.channels.channel import RECONNECT_SECONDS, OnMessage
from app.channels.probes import PROBE, Probes
from app.channels.trouble import Trouble
from app.channels.waiting import WaitingMessages
from app.storage.database.health import first_line
from app.storage.database.limited_connection import ConnectionLimits, make_connect, socket_options
from app.storage.database.sessions import begin_session

CHANNEL = "liveblog"
MESSAGE_LIMIT_BYTES = 7_900
"""PostgreSQL takes fewer than 8,000. A longer one is dropped, and counted: it would end the connection."""

_NOTIFY = "SELECT pg_notify(%s, payload) FROM unnest(%s::text[]) AS payload"


class Notifications:
    """The channel of all processes on one database. `on_message` is called in its thread, with what others have sent.

    Messages are UTF-8. A trouble is logged once when it begins and once when it is over.
    """

    def __init__(
        self,
        url: str,
        *,
        on_message: OnMessage,
        random: Random,
        limits: ConnectionLimits | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = make_url(url)
        self._on_message = on_message
        self._random = random
        self._limits = limits or ConnectionLimits()
        self._waiting = WaitingMessages(monotonic)
        self._probes = Probes(monotonic)
        self._trouble = Trouble("notifications_failed", monotonic)
        self._lock = threading.Lock()
        self._is_ended = threading.Event()
        self._awake, self._waking = -1, -1
        self._thread: threading.Thread | None = None
        self._pid = 0

    @property
    def lost(self) -> int:
        """Count the messages that were dropped unsent."""
        return self._waiting.lost

    @property
    def is_connected(self) -> bool:
        """Return whether what is sent arrives: a probe of the last seconds came back."""
        return self._probes.is_heard

    def start(self) -> None:
        """Begin to listen; until `is_connected` what others send is missed."""
        self._awake, self._waking = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._thread = threading.Thread(target=self._run, name="notifications", daemon=True)
        self._thread.start()

    def wait_connected(self, timeout_seconds: float) -> bool:
        """Wait until it is connected, not longer than this; return whether it is. Blocks: not for the event loop."""
        return self._probes.wait(timeout_seconds)

    def stop(self, *, within_seconds: float) -> None:
        """End, and wait for the thread so long; one that is stuck in its database ends once that lets it go."""
        self._is_ended.set()
        self._wake()
        if self._thread is not None:
            self._thread.join(within_seconds)
            self._thread = None

    def send(self, key: str, message: bytes) -> None:
        """Send a message to all others, soon; one of the same key that still waits is replaced. Never waits."""
        if len(message) > MESSAGE_LIMIT_BYTES:
            self._waiting.lost += 1
            return
        self._waiting.put(key, message)
        self._wake()

    def _run(self) -> None:
        import psycopg  # noqa: PLC0415 - the driver is an extra

        try:
            while not self._is_ended.is_set():
                try:
                    with self._open(psycopg) as connection:
                        self._serve(connection)
                except Exception as error:  # noqa: BLE001 - whatever it is, a process that has ended to hear stays deaf
                    self._trouble.begin(first_line(error))
                self._probes.end()
                self._is_ended.wait(self._random.uniform(*RECONNECT_SECONDS))
        finally:
            self._close_pipe()

    def _open(self, psycopg: Any) -> Any:
        arguments, options = self._url.get_dialect()().create_connect_args(self._url)
        connect = make_connect(psycopg.Connection, self._limits)
        connection = connect(*arguments, **{**socket_options(self._url.query), **options})
        try:
            begin_session(connection, self._limits)
            connection.autocommit = True
            connection.add_notify_handler(lambda found: self._receive(found.pid, found.payload.encode()))
            # Asked for, since a pooler tells its clients a number of its own as the pid when they connect.
            self._pid = connection.execute("SELECT pg_backend_pid()").fetchone()[0]
            connection.execute(f"LISTEN {CHANNEL}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _serve(self, connection: Any) -> None:
        """Send what waits, hear what comes, and probe, until the end or an error."""
        poll = select.poll()
        poll.register(connection.pgconn.socket, select.POLLIN)
        poll.register(self._awake, select.POLLIN)
        self._probes.begin()
        while not self._is_ended.is_set():
            taken = self._waiting.take()
            probe = self._probes.take_due()
            messages = [*taken.values(), *([] if probe is None else [probe])]
            if messages:
                self._execute(connection, messages, taken)
            connection.pgconn.consume_input()
            self._receive_all(connection.pgconn)
            self._probes.require_heard()
            poll.poll(self._probes.pause_seconds * 1000)
            self._forget_waking()

    def _execute(self, connection: Any, messages: list[bytes], taken: dict[str, bytes]) -> None:
        """Send messages; what an interrupted connection has perhaps not sent waits for the next one."""
        try:
            connection.execute(_NOTIFY, [CHANNEL, [each.decode() for each in messages]])
        except (connection.OperationalError, OSError):
            self._waiting.put_back(taken)
            raise
        except Exception:  # texts that the server does not take: it would not take them the next time either
            self._waiting.lost += len(taken)
            raise

    def _receive_all(self, pgconn: Any) -> None:
        while (found := pgconn.notifies()) is not None:
            self._receive(found.be_pid, found.extra)

    def _receive(self, pid: int, message: bytes) -> None:
        if pid != self._pid:
            if not message.startswith(PROBE):
                self._on_message(message)
        elif self._probes.hear(message):
            self._trouble.end()

    def _wake(self) -> None:
        # Not while the pipe is closed: its number may be another file's by then.
        with self._lock, suppress(OSError):  # full: it is awake; no pipe: it has not begun, or has ended
            os.write(self._waking, b"\0")

    def _close_pipe(self) -> None:
        with self._lock:
            ends, self._awake, self._waking = (self._awake, self._waking), -1, -1
        for end in ends:
            os.close(end)

    def _forget_waking(self) -> None:
        with suppress(BlockingIOError):
            while len(os.read(self._awake, 4096)) == 4096:
                pass
