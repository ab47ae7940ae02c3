"""Confines this process before it meets a hostile file: limits of POSIX, then what the Linux kernel offers beyond them.

Landlock (kernel 5.13; docs.kernel.org/userspace-api/landlock.html) leaves it its own folder, and the programs and
libraries it is made of, for reading. A seccomp filter takes sockets, other programs and other processes away. Where a
kernel or a container refuses either, the process works without: the limits of POSIX are always there.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from pathlib import Path

LOWEST_PRIORITY = 15
"""Beside a busy server it gets a 28th of a core's time. The kernel derives the priority at the disk from it."""

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_LANDLOCK_CREATE_RULESET, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT_SELF = 444, 445, 446
_READ = 0b1101  # execute, read files, read folders
_WRITE = 0b100_0001_0010_1110  # write, read, list, remove and make regular files, truncate
_FILE_RIGHTS_BY_VERSION = {1: 13, 2: 14, 3: 15, 4: 15}
_NETWORK_RIGHTS = 0b11
_SCOPES = 0b11

_DENIED_CALLS = {
    # socket, execve, execveat, ptrace, kill, tkill, process_vm_readv, process_vm_writev, pidfd_getfd, io_uring_setup,
    # and, where they exist, fork and vfork
    "x86_64": (0xC000003E, 56, (41, 59, 322, 101, 62, 200, 310, 311, 438, 425, 57, 58)),
    "aarch64": (0xC00000B7, 220, (198, 221, 281, 117, 129, 130, 270, 271, 438, 425)),
}
"""By machine: how the kernel names it, its number of clone, and the calls that are denied."""
_CLONE3 = 435
_CLONE_THREAD = 0x10000
_X32_CALLS = 0x40000000
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _DENY, _UNKNOWN = 0x7FFF0000, 0x00050001, 0x00050026  # the others with EPERM and ENOSYS


def confine(*, memory_bytes: int, cpu_seconds: int, output_bytes: int, parent: int) -> None:
    """Confine this process for good. Call once everything is imported, and before the file is looked at."""
    os.nice(LOWEST_PRIORITY)
    for which, limit in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, output_bytes),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        hardest = resource.getrlimit(which)[1]
        limit = limit if hardest == resource.RLIM_INFINITY else min(limit, hardest)
        resource.setrlimit(which, (limit, limit))
    if sys.platform == "linux":
        library = ctypes.CDLL(None, use_errno=True)
        library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        library.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _forbid_files(library, Path.cwd())
        _forbid_calls(library)
    if os.getppid() != parent:
        sys.exit("the server is gone")


def _forbid_files(library: ctypes.CDLL, folder: Path) -> None:
    version = library.syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return
    handled = (1 << _FILE_RIGHTS_BY_VERSION.get(version, 16)) - 1
    rules = struct.pack("=QQQ", handled, _NETWORK_RIGHTS, _SCOPES)[: 8 if version < 4 else 16 if version < 6 else 24]
    rules_handle = library.syscall(_LANDLOCK_CREATE_RULESET, rules, ctypes.c_size_t(len(rules)), 0)
    if rules_handle < 0:
        return
    code = Path(__file__).parents[2]
    for path in {Path(sys.prefix), Path(sys.base_prefix), code, *map(Path, ("/usr", "/lib", "/lib64", "/dev"))}:
        if path != Path("/") and path.exists():
            _allow_beneath(library, rules_handle, path, _READ & handled)
    _allow_beneath(library, rules_handle, folder, (_READ | _WRITE) & handled)
    library.syscall(_LANDLOCK_RESTRICT_SELF, rules_handle, 0)
    os.close(rules_handle)


def _allow_beneath(library: ctypes.CDLL, rules_handle: int, path: Path, rights: int) -> None:
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", rights, handle)
        library.syscall(_LANDLOCK_ADD_RULE, rules_handle, 1, rule, 0)
    finally:
        os.close(handle)


def _forbid_calls(library: ctypes.CDLL) -> None:
    known = _DENIED_CALLS.get(platform.machine())
    if known is None:
        return
    text = b"".join(struct.pack("=HBBI", *line) for line in _filter_lines(*known))
    kept = ctypes.create_string_buffer(text)
    program = struct.pack("@HxxxxxxP", len(text) // 8, ctypes.addressof(kept))
    library.prctl(_PR_SET_SECCOMP, 2, program, 0, 0)


def _filter_lines(architecture: int, clone: int, denied: tuple[int, ...]) -> list[tuple[int, int, int, int]]:
    """Return the seccomp filter: jumps count the lines that are passed over, and the last three are the verdicts."""
    length = len(denied) + 11

    def test(
        line: int, how: int, value: int, *, then: int | None = None, otherwise: int | None = None
    ) -> tuple[int, ...]:
        jumps = [0 if verdict is None else length + verdict - line - 1 for verdict in (then, otherwise)]
        return (how, *jumps, value)

    allow, deny, unknown = -3, -2, -1
    lines: list[tuple[int, ...]] = [
        (_LOAD, 0, 0, 4),
        test(1, _IF_EQUAL, architecture, otherwise=allow),
        (_LOAD, 0, 0, 0),
        test(3, _IF_AT_LEAST, _X32_CALLS, then=deny),
        *(test(4 + place, _IF_EQUAL, number, then=deny) for place, number in enumerate(denied)),
    ]
    # Threads are made, processes are not. What clone3 is asked stands in memory, where no filter looks: its callers
    # fall back to clone.
    lines.append(test(len(lines), _IF_EQUAL, _CLONE3, then=unknown))
    lines.append(test(len(lines), _IF_EQUAL, clone, otherwise=allow))
    lines.append((_LOAD, 0, 0, 16))
    lines.append(test(len(lines), _IF_ANY_BIT, _CLONE_THREAD, then=allow, otherwise=deny))
    lines += [(_RETURN, 0, 0, verdict) for verdict in (_ALLOW, _DENY, _UNKNOWN)]
    return [(line[0], line[1], line[2], line[3]) for line in lines]
