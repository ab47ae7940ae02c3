"""The open descriptors of another process, where the system tells (Linux)."""

from __future__ import annotations

import os
import resource
import sys


def count_descriptors(pid: int) -> int | None:
    """Count the descriptors that a process of this account has open; None where that is not known."""
    folder = f"/proc/{pid}/fd"
    try:
        # Linux says the number as the folder's size since 6.2; before, the size is 0 and they have to be listed.
        return os.stat(folder).st_size or len(os.listdir(folder))
    except OSError:
        return None


def limit_of_descriptors(pid: int) -> int | None:
    """Return how many descriptors a process may have open; None where that is not known, or there is no limit."""
    if sys.platform != "linux":
        return None
    try:
        soft, _ = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    except OSError:
        return None
    return None if soft == resource.RLIM_INFINITY else soft
