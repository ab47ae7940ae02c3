"""The reading side as the edges receive it."""

from __future__ import annotations

from dataclasses import dataclass

from app.reading.comment_pages import CommentPages
from app.reading.discovery.discovery_reads import DiscoveryReads
from app.reading.feed_reads import FeedReads
from app.reading.media import PublicMedia
from app.reading.representations import Representations
from app.reading.site import SiteDescriptions
from app.reading.story_lists import StoryLists
from app.storage.database.snapshots import Snapshots
from app.wire.links import Links


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that public reads need; made once by the composition root, on the event loop that serves."""

    snapshots: Snapshots
    representations: Representations
    pages: Representations
    """The pages of timelines, filtered or from a position on, and of changes after a cursor."""
    story_lists: StoryLists
    media: PublicMedia
    comments: CommentPages
    feeds: FeedReads
    discovery: DiscoveryReads
    sites: SiteDescriptions
    links: Links
