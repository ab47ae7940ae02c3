"""Does what the file says behind its first three bytes, confined as any decoder is."""

from __future__ import annotations

import ctypes
import errno
import json
import mmap
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.media.conversion.program import Task, run_program
from app.media.refusals import Refused

PICTURE = b"\xff\xd8\xff\xe0 the first bytes of a JPEG are all that is looked at"


def _answer(**told: Any) -> dict[str, Any]:
    Path("1.jpg").write_bytes(PICTURE)
    files = [{"file": "1.jpg", "width": 1, "height": 1}]
    return {"width": 1, "height": 1, "animated": False, "renditions": files, "offered": {}} | told


def _forever() -> None:
    while True:
        time.sleep(3_600)  # for ever, as far as a test can tell


def _spin() -> None:
    while True:
        pass


def _eat() -> None:
    eaten = []
    while True:
        eaten.append(bytes(2**24))


def _crash() -> None:
    ctypes.string_at(0)


def _talk() -> None:
    while True:
        os.write(1, b"x" * 4_096)


def _complain() -> None:
    os.write(2, b"secret\n" * 20_000 + b"\x1b[31m" + b"y" * 1_000)
    os._exit(3)


def _nag() -> None:
    more = b"again\n" * 2**18  # more than a pipe takes, which is never empty then
    while True:
        os.write(2, more)


def _fill() -> None:
    with Path("1.jpg").open("wb") as file:
        while True:
            file.write(bytes(2**20))


def _full() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def _go_on_alone() -> None:
    """Answer and close every pipe, but go on."""
    os.write(1, json.dumps(_answer()).encode())
    Path("pid").write_text(str(os.getpid()))
    os.close(1)
    os.close(2)
    _forever()


def _attempts(folder: Path) -> dict[str, Callable[[], object]]:
    """What an attacker would try first, by name."""
    return {
        "read a file of the server's": lambda: Path("../secret").read_bytes(),
        "list the folder above": lambda: os.listdir(".."),
        "write beside its folder": lambda: Path("../planted").write_bytes(b"x"),
        "delete a file of the server's": lambda: Path("../secret").unlink(),
        "read the accounts": lambda: Path("/etc/passwd").read_bytes(),
        "look at processes": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
        "open a socket": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
        "open a connection": lambda: socket.create_connection(("127.0.0.1", 9), timeout=1),
        "start a program": lambda: subprocess.run(["/bin/true"], check=True),
        "make a process": lambda: os._exit(0) if os.fork() == 0 else None,
        "kill its parent": lambda: os.kill(os.getppid(), 0),
        "make a link": lambda: Path("link").symlink_to("/etc/passwd"),
    }


def _attack() -> dict[str, Any]:
    done = []
    for name, attempt in _attempts(Path()).items():
        try:
            attempt()
        except OSError:
            continue
        done.append(name)
    return _answer(offered={"caption": ", ".join(done) or "nothing"})


def _descriptors() -> dict[str, Any]:
    found = []
    for number in range(256):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(number)
    return _answer(offered={"caption": repr(found), "credit": repr(sorted(os.environ)), "rights": str(os.nice(0))})


def _misbehave(task: Task) -> dict[str, Any]:
    with mmap.mmap(task.source.fileno(), 0, access=mmap.ACCESS_READ) as data:
        word = data[3:].decode()
    lies: dict[str, dict[str, Any]] = {
        "a path": _told("../1.jpg"),
        "another name": _told("index.html"),
        "a missing file": _told("2.jpg"),
        "no files": {"renditions": []},
        "too many files": {"renditions": _told("1.jpg")["renditions"] * 20},
        "a file twice": {"renditions": _told("1.jpg")["renditions"] * 2},
        "a size of words": {"width": "wide"},
        "a negative size": {"width": -1},
        "a number too large": {"height": 10**9},
        "truth": {},
        "words": {"offered": {"caption": "a\x1b[2Jb\u202ec", "credit": ["x"], "rights": "r" * 9_000}},
        "another colour": {"placeholder": "red;background:url(//evil.example)"},
    }
    acts: dict[str, Callable[[], object]] = {
        "sleep": _forever, "spin": _spin, "eat": _eat, "crash": _crash, "talk": _talk, "complain": _complain,
    "nag": _nag,
        "fill": _fill, "go on alone": _go_on_alone, "attack": _attack, "descriptors": _descriptors,
        "exit": lambda: os._exit(0), "nonsense": lambda: (os.write(1, b"{nonsense"), os._exit(0)),
        "a list": lambda: (os.write(1, b"[]"), os._exit(0)),
        "abort": os.abort, "a full disk": _full,
    }  # fmt: skip
    if word == "an unknown reason":
        raise Refused("because <script>")
    if word == "a page":
        Path("1.jpg").write_bytes(b"<html><script>alert(1)</script>")
        return {"renditions": _told("1.jpg")["renditions"]}
    if word in lies:
        return _answer(**lies[word])
    found = acts[word]()
    return found if isinstance(found, dict) else _answer()


def _told(file: str) -> dict[str, Any]:
    return {"renditions": [{"file": file, "width": 1, "height": 1}]}


if __name__ == "__main__":
    sys.stdout.flush()
    run_program(_misbehave)
