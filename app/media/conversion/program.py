"""Runs one conversion: reads the task from the arguments, confines the process, and answers on standard output."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from app.media.conversion.confinement import confine
from app.media.limits import MediaLimits
from app.media.refusals import Refused

SOURCE = 0
"""Standard input is the file itself."""


@dataclass(frozen=True, slots=True)
class Task:
    """One file to convert into the working folder. `format` is the name of a MediaFormat, `size` is in bytes."""

    format: str
    size: int
    limits: MediaLimits
    source: BinaryIO
    folder: Path


Converter = Callable[[Task], dict[str, Any]]
"""Converts, and returns the members of the answer: those of ConvertedMedia, without the sizes of files."""


def reason_of(error: Exception) -> str:
    """Return the reason of a refusal, a key of REASONS, for an error that a decoder or the system raised."""
    number = error.errno if isinstance(error, OSError) else None
    if number in {errno.ENOSPC, errno.EDQUOT}:
        return "full"
    return "effort" if isinstance(error, MemoryError) or number in {errno.EFBIG, errno.ENOMEM} else "unreadable"


def run_program(convert: Converter) -> None:
    """Run a conversion as the whole work of this process. Exits with 0 when it answers, a refusal being an answer."""
    task = json.loads(sys.argv[-1])
    limits = MediaLimits(**task["limits"])
    confine(
        memory_bytes=limits.decoder_memory_bytes,
        cpu_seconds=limits.decoder_cpu_seconds,
        output_bytes=limits.output_bytes,
        parent=task["parent"],
    )
    with os.fdopen(SOURCE, "rb", closefd=False) as source:
        try:
            size = os.fstat(SOURCE).st_size
            answer = convert(Task(task["format"], size, limits, source, Path()))
        except Refused as refused:
            answer = {"refused": refused.reason}
        except (MemoryError, OSError) as error:
            answer = {"refused": reason_of(error)}
    os.write(sys.stdout.fileno(), json.dumps(answer).encode("ascii"))
    # Decoders that were given a hostile file are not asked to tidy up.
    os._exit(0)
