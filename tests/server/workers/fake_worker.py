"""A program that a supervisor takes for one of its processes: it does what the name of its behaviour says.

Its arguments are its behaviour, a file to which it adds a line for each thing that happens, and its end of the link.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
import sys
import time
from pathlib import Path
from types import FrameType

LEAKED = 400


def main(behaviour: str, notes: Path, descriptor: int) -> None:
    """Serve until told to end."""

    def note(event: str) -> None:
        with notes.open("a") as lines:
            lines.write(f"{event} {os.getpid()}\n")

    def end(_number: int, _frame: FrameType | None) -> None:
        note("terminated")
        if behaviour != "stuck":
            os._exit(0)

    signal.signal(signal.SIGTERM, end)
    note("loaded")
    link = socket.socket(fileno=descriptor).makefile("rwb", buffering=0)
    kept: list[int] = []
    for line in link:
        word = line.split()[0].decode()
        if word == "go":
            fails = {
                "fails": True,
                "fails later": "ready" in notes.read_text(),
                "fails until allowed": not notes.with_suffix(".allowed").exists(),
            }
            if fails.get(behaviour, False):
                sys.exit(3)
            waits = behaviour == "waits later" and "ready" in notes.read_text()
            for _ in range(6_000 if waits else 0):  # two minutes
                if notes.with_suffix(".allowed").exists():
                    break
                time.sleep(0.02)  # until it is allowed
            if behaviour == "waits at first" and notes.read_text().count("loaded") == 1:
                signal.pause()
            if behaviour == "leaks" and not notes.read_text().count("ready"):
                resource.setrlimit(resource.RLIMIT_NOFILE, (1_024, 1_024))
                kept = [os.open(os.devnull, os.O_RDONLY) for _ in range(LEAKED)]
            note("ready")
            link.write(b"ready 60\n" if behaviour == "says its time" else b"ready\n")
        elif word == "ping":
            link.write(b"pong 0\n")
        elif word == "retire":
            note("retired")
            if behaviour != "stuck":
                sys.exit(0)
        elif word.startswith("stand"):
            note(line.decode().strip())
        elif word == "greet":
            note("greeted")
    note(f"alone with {len(kept)}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
