"""The operator's own files, read before anything is served: from a disk that answers, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from app.composition.embeds import load_embed_providers
from app.composition.themes import load_themes
from app.domain.errors import Unavailable
from app.settings import PREFIX, Settings, UnusableSettings
from app.storage.database.threads import Threads
from app.web.themes.themes import Themes

READ_SECONDS = 30.0
"""A disk that has not answered by then, a network's mostly, is not waited for: the start fails and says why."""

Result = TypeVar("Result")


async def read_operator_files(settings: Settings, *, within_seconds: float = READ_SECONDS) -> Themes:
    """Read the providers of embeds, which are used from then on, and the themes.

    Raises UnusableSettings for what cannot be used, or cannot be read in time.
    """
    await _read_in_time(partial(load_embed_providers, settings), "EMBED_PROVIDERS", within_seconds)
    return await _read_in_time(partial(load_themes, settings), "THEME_DIR", within_seconds)


async def _read_in_time(read: Callable[[], Result], setting: str, within_seconds: float) -> Result:
    threads = Threads(1, name="operator-files", answer_seconds=within_seconds)
    try:
        return await threads.run(read)
    except Unavailable:
        problem = f"cannot be read: its disk has not answered within {within_seconds:g} s"
        raise UnusableSettings(f"{PREFIX}{setting}: {problem}") from None
    finally:
        threads.close(within_seconds=0)
