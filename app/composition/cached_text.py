"""Every cache of a process that may hold text, as one thing that is emptied when text was purged."""

from __future__ import annotations

from dataclasses import dataclass

from app.content import forget_texts
from app.live.hub.hub import Hub
from app.live.protocol.addresses import forget_addresses
from app.newsroom_stream.stream import NewsroomStream
from app.reading.reading import Reading
from app.web.page_responses import PageResponses
from app.wire.log_lines import forget_paths


@dataclass(frozen=True, slots=True)
class CachedText:
    """The caches of one process; a cache that is added to the server is added here."""

    reading: Reading
    hub: Hub
    newsroom_stream: NewsroomStream
    pages: PageResponses

    def forget(self) -> None:
        """Drop everything that is cached. Call on the event loop."""
        self.reading.representations.forget()
        self.reading.pages.forget()
        self.reading.story_lists.forget()
        self.reading.sites.forget()
        self.reading.comments.forget()
        self.reading.feeds.forget()
        self.reading.discovery.forget()
        self.reading.media.forget()
        self.hub.stories.forget()
        self.newsroom_stream.forget()
        self.pages.forget()
        forget_texts()
        forget_addresses()
        forget_paths()
