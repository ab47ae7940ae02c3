"""The peer programs: their commands, their requests, and the reasons why one may be missing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.other_readers import UntoldReader
from benchmarks.readers import Reader
from benchmarks.servers import Running, await_answer, free_port, running

HERE = Path(__file__).parent
NCHAN_MODULES = ("/usr/lib/nginx/modules/ngx_nchan_module.so", "/usr/lib64/nginx/modules/ngx_nchan_module.so")
WS_FOLDERS = ("/usr/share/nodejs/ws", "/usr/lib/node_modules/ws", "/usr/local/lib/node_modules/ws")


class PeerMissing(Exception):
    """A program that this machine does not have; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A program that sends a POST's message to every WebSocket.

    `prepare` is given a folder, a port and the size of a message, and makes the command; PeerMissing if it cannot.
    `kind` is how its readers know that they are in.
    """

    name: str
    prepare: Callable[[Path, int, int], Sequence[str]]
    kind: type[Reader] = Reader


@contextmanager
def peer_running(peer: Peer, folder: Path, message_bytes: int) -> Iterator[Running]:
    """Run a peer on the servers' core until the block ends. PeerMissing if this machine lacks it."""
    own = (folder / peer.name.replace(" ", "-")).resolve()
    own.mkdir()
    port = free_port()
    with running(peer.prepare(own, port, message_bytes), folder=own, port=port) as pid:
        await_answer(port, "/ready")
        yield Running(pid, port)


def post_message(message_bytes: int) -> bytes:
    """Return the POST that makes a peer send a message of this size to all readers."""
    empty = len(json.dumps({"type": "entry.published", "text": ""}, separators=(",", ":")))
    message = {"type": "entry.published", "text": "x" * (message_bytes - empty)}
    body = json.dumps(message, separators=(",", ":")).encode()
    head = f"POST /post HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _compile_c_loop(folder: Path, port: int, message_bytes: int) -> Sequence[str]:
    compiler = shutil.which("cc")
    if compiler is None:
        raise PeerMissing("there is no C compiler (cc)")
    program = folder / "c_loop"
    subprocess.run([compiler, "-O2", "-o", str(program), str(HERE / "c_loop.c")], check=True)
    return [str(program), str(port), str(message_bytes)]


def _run_bare_uvloop(folder: Path, port: int, message_bytes: int) -> Sequence[str]:
    return [sys.executable, str(HERE / "bare_uvloop.py"), str(port), str(message_bytes)]


def _configure_nchan(folder: Path, port: int, message_bytes: int) -> Sequence[str]:
    nginx = shutil.which("nginx", path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    module = next((each for each in NCHAN_MODULES if Path(each).exists()), None)
    if nginx is None or module is None:
        raise PeerMissing("there is no nginx with the Nchan module (Debian: nginx, libnginx-mod-nchan)")
    conf = (HERE / "nchan.conf").read_text().replace("MODULE", module).replace("PORT", str(port))
    (folder / "nginx.conf").write_text(conf)
    return [nginx, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]


def _find_node_ws(folder: Path, port: int, message_bytes: int) -> Sequence[str]:
    node = shutil.which("node")
    package = next((each for each in WS_FOLDERS if Path(each).exists()), None)
    if node is None or package is None:
        raise PeerMissing("there is no Node with the package ws (Debian: nodejs, node-ws)")
    return [node, str(HERE / "node_ws.js"), package, str(port)]


C_LOOP = Peer("C loop", _compile_c_loop)
BARE_UVLOOP = Peer("bare uvloop", _run_bare_uvloop)
NCHAN = Peer("nginx with Nchan", _configure_nchan, kind=UntoldReader)
NODE_WS = Peer("node ws", _find_node_ws)
