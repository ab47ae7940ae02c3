"""Records which functions of the application are called, and in which order, in every thread."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

APP = Path(__file__).parent.parent / "app"


class Calls(list[str]):
    """The calls in order, each as `app/file.py: Class.function`; a coroutine counts once for each step it takes."""

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(f"{APP}/"):
            file = Path(frame.f_code.co_filename).relative_to(APP.parent)
            self.append(f"{file}: {frame.f_code.co_qualname}")


@contextmanager
def recording() -> Iterator[Calls]:
    """Record the calls until the block ends, in this thread and in all that start meanwhile."""
    calls = Calls()
    threading.setprofile(calls)
    sys.setprofile(calls)
    try:
        yield calls
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
