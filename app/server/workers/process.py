"""One started process, as its supervisor has it: its link, its heartbeat, its end."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Literal

from app.server.workers.descriptors import count_descriptors, limit_of_descriptors
from app.server.workers.restarting import DESCRIPTOR_BEATS, HANG_BEATS, LATE_BEATS, LEAKING_LOOKS, is_leaking
from app.server.workers.supervisor_link import GO, GREET, PING, PONG, READY, RETIRE, STAND_BACK, STAND_IN

Trouble = Literal["hung", "leaking"]


class WorkerProcess:
    """A running process. It ends when its supervisor does, since its link is closed then."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, link: socket.socket) -> None:
        self.name = name
        self.connections = 0
        self.was_killed_for: Trouble | None = None
        self._process = process
        self._link = link
        self._received = b""
        self._ready = asyncio.Event()
        self.unanswered = 0
        self._beats = 0
        self._leaking_looks = 0
        self.ready_at: float | None = None
        """When it became ready, in the loop's seconds."""
        self._stop_seconds: float | None = None
        self._ended = asyncio.create_task(self._await_end(), name=f"end of {name}")
        asyncio.get_running_loop().add_reader(link, self._read)

    @property
    def pid(self) -> int:
        """Return the id of the process."""
        return self._process.pid

    @property
    def code(self) -> int | None:
        """Return the exit code, negative for a signal; None while it runs."""
        return self._process.returncode

    @property
    def is_ready(self) -> bool:
        """Return whether it has answered requests."""
        return self._ready.is_set()

    @property
    def serves(self) -> bool:
        """Return whether it is ready and runs."""
        return self.is_ready and self.code is None

    @property
    def accepts(self) -> bool:
        """Return whether it takes connections: it serves, and answers its heartbeats."""
        return self.serves and self.unanswered < LATE_BEATS

    def when_ended(self, call: Callable[[WorkerProcess], None]) -> None:
        """Call with this process once it has ended."""
        self._ended.add_done_callback(lambda _task: call(self))

    async def become_ready(self, within_seconds: float) -> bool:
        """Wait until it is ready; return whether it is. One that takes longer is killed."""
        ready = asyncio.create_task(self._ready.wait())
        await asyncio.wait({ready, self._ended}, timeout=within_seconds, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if not self._ready.is_set():
            self.kill()
        return self._ready.is_set() and not self._ended.done()

    async def end(self, within_seconds: float) -> None:
        """Wait until it has ended by itself; kill it after that time, or after what it said that a stop may take."""
        told = self._stop_seconds
        await asyncio.wait({self._ended}, timeout=within_seconds if told is None else told)
        if not self._ended.done():
            self.kill()
            await self._ended

    def beat(self, counted: Mapping[str, int]) -> Trouble | None:
        """Ask for a sign of life, and look whether the last ones came; return what is wrong. One that hangs is killed.

        `counted` is told to the process: what was replaced until now.
        """
        self._beats += 1
        if self.unanswered >= HANG_BEATS:
            self.was_killed_for = "hung"
            self.kill()
            return "hung"
        self.unanswered += 1
        self._send(b"%s %s" % (PING, json.dumps(counted).encode()))
        if self._beats % DESCRIPTOR_BEATS == 0:
            self._leaking_looks = self._leaking_looks + 1 if self._has_too_many_descriptors() else 0
        return "leaking" if self._leaking_looks >= LEAKING_LOOKS else None

    def go(self) -> None:
        """Let it open what it serves from: it has been loading its code."""
        self._send(GO)

    def greet(self) -> None:
        """Let it tell people where everything is."""
        self._send(GREET)

    def retire(self) -> None:
        """Let it end, and leave its listening sockets to its successor at once."""
        self._send(RETIRE)

    def stand_in(self, number: int) -> None:
        """Let it accept what the kernel gives to another worker."""
        self._send(b"%s %d" % (STAND_IN, number))

    def stand_back(self, number: int) -> None:
        """Let it leave that to the other worker again."""
        self._send(b"%s %d" % (STAND_BACK, number))

    def terminate(self) -> None:
        """Let it end as a server that is stopped does."""
        with suppress(ProcessLookupError):
            self._process.terminate()

    def kill(self) -> None:
        """End it at once."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGKILL)

    def _has_too_many_descriptors(self) -> bool:
        open_now, limit = count_descriptors(self.pid), limit_of_descriptors(self.pid)
        return open_now is not None and limit is not None and is_leaking(open_now, self.connections, limit)

    async def _await_end(self) -> None:
        await self._process.wait()
        asyncio.get_running_loop().remove_reader(self._link)
        self._link.close()

    def _read(self) -> None:
        try:
            received = self._link.recv(65_536)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if not received:  # it is about to end
            asyncio.get_running_loop().remove_reader(self._link)
            return
        *lines, self._received = (self._received + received).split(b"\n")
        for line in lines:
            self._take(line)

    def _take(self, line: bytes) -> None:
        word, _, rest = line.partition(b" ")
        if word == READY:
            self.ready_at = asyncio.get_running_loop().time()
            self._stop_seconds = float(rest) if rest else None  # else the supervisor's own
            self._ready.set()
        elif word == PONG:
            self.unanswered = 0
            self.connections = int(rest)

    def _send(self, line: bytes) -> None:
        # To one that has ended, or reads nothing: its end, and the answers that stay away, are noticed elsewhere.
        with suppress(OSError):
            self._link.send(line + b"\n")


async def start_process(name: str, command: Sequence[str], *, descriptors: Sequence[int]) -> WorkerProcess:
    """Start a process with a link to us, and with these descriptors beside it.

    `command` gets one more argument at its end: the descriptor of its end of the link. Raises OSError.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        ours.setblocking(False)
        # A group of its own: Ctrl-C in a terminal reaches the supervisor alone, which stops its processes in order.
        process = await asyncio.create_subprocess_exec(
            *command,
            str(theirs.fileno()),
            pass_fds=(*descriptors, theirs.fileno()),
            process_group=0,
        )
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return WorkerProcess(name, process, ours)
