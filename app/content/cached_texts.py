"""Every cache of texts in this package, emptied at once when text was purged."""

from __future__ import annotations

from urllib.parse import clear_cache  # type: ignore[attr-defined]  # not in the stubs

from app.content.html.inline import forget_inline_texts
from app.content.html.styles import forget_styles
from app.content.markdown.kept_sources import forget_sources


def forget_texts() -> None:
    """Drop every text that this package has cached."""
    forget_sources()
    forget_inline_texts()
    forget_styles()
    clear_cache()  # of the standard library, in which the addresses of links and pictures were split
