"""A small program on the client that openapi-python-client makes. Run with its own interpreter, against a server."""

from __future__ import annotations

import json
import sys
from typing import Any

from generated_client import AuthenticatedClient, Client
from generated_client.api.reading import get_changes, get_entry, get_story, list_entries
from generated_client.api.writing_entries import create_entry, retract_entry
from generated_client.models import (
    BodyVariant,
    EntryDraft,
    EntryPublished,
    ImageBlock,
    NewsroomEntry,
    Problem,
    PublicEntry,
    PublicEntryStatus,
    Retraction,
    StoryState,
    UnknownBlock,
    UnknownEvent,
)

server, story, token = sys.argv[1:]
reader = Client(base_url=server)
editor = AuthenticatedClient(base_url=server, token=token)

written = create_entry.sync(story, client=editor, body=EntryDraft(text="Written in Python."))
assert isinstance(written, NewsroomEntry), written
refused = create_entry.sync(story, client=reader, body=EntryDraft(text="Nobody's."))
assert isinstance(refused, Problem), refused
state = get_story.sync(story, client=reader, body=BodyVariant.BOTH)
assert isinstance(state, StoryState), state
retracted = retract_entry.sync(story, written.id, client=editor, body=Retraction(reason="A test."))
assert isinstance(retracted, NewsroomEntry), retracted
shown = get_entry.sync(story, written.id, client=reader)
assert isinstance(shown, PublicEntry), shown
assert shown.status is PublicEntryStatus.RETRACTED
assert shown.corrections[0].at.tzinfo is not None
page = list_entries.sync(story, client=reader, body=BodyVariant.BLOCKS, limit=5)
changes = get_changes.sync(story, client=reader, after="0")
pictures = [block for entry in state.timeline.items for block in entry.blocks if isinstance(block, ImageBlock)]

# What a later release may send: a status, a block and an event that this client does not know.
later: dict[str, Any] = shown.to_dict()
later |= {"status": "embargoed", "blocks": [{"id": "x", "type": "hologram", "html": "<p>Later</p>", "depth": 3}]}
read = PublicEntry.from_dict(later)
assert read.status == "embargoed"
assert isinstance(read.blocks[0], UnknownBlock)
assert read.blocks[0].additional_properties == {"depth": 3}
event = {**changes.events[0].to_dict(), "type": "entry.sung"}
later_changes = type(changes).from_dict({**changes.to_dict(), "events": [event]})
assert isinstance(later_changes.events[0], UnknownEvent)

sys.stdout.write(
    json.dumps(
        {
            "posted": written.id,
            "code": refused.code,
            "pictures": [picture.alt for picture in pictures],
            "page": [type(entry).__name__ for entry in page.items],
            "events": [type(each).__name__ for each in changes.events],
            "published": [each.entry.id for each in changes.events if isinstance(each, EntryPublished)],
        }
    )
)
