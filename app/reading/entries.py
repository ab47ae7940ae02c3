"""Single entries, and the members of each that are sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pydantic_core import from_json

from app.domain.errors import FieldError, Gone, InvalidInput, NotFound
from app.domain.identifiers import StoryId, is_uuid4
from app.storage.database.transactions import ReadTransaction
from app.storage.public.reads import ListedEntry, Tombstone, read_public_entry
from app.wire.encoding import BodyVariant, encode_json
from app.wire.links import Links

BODY_FIELDS = ("body_html", "blocks", "body_text")
ENTRY_FIELDS = (
    "id", "revision", "status", "kind", "key_event", "importance", "headline", "authors", "source", "tags", "time",
    "published_at", "updated_at", "sort_key", "corrections", "label", "icon", *BODY_FIELDS,
)  # fmt: skip
"""Every member of a public entry, in the order in which they are sent; `?fields=` may name these."""


@dataclass(frozen=True, slots=True)
class EntryShape:
    """The members of each entry that are sent: all with a body variant, or exactly the `fields` named."""

    body: BodyVariant = BodyVariant.HTML
    fields: tuple[str, ...] | None = None

    def encode(self, entry: ListedEntry) -> bytes:
        """Encode the entry as one JSON object."""
        if self.fields is None:
            return entry.encoded.json(self.body)
        members: dict[str, Any] = from_json(entry.encoded.fields)
        for name in BODY_FIELDS:
            if name in self.fields:
                members[name] = from_json(getattr(entry.encoded, name))
        return encode_json({name: members[name] for name in ENTRY_FIELDS if name in self.fields and name in members})


def parse_fields(text: str) -> tuple[str, ...]:
    """Parse `?fields=`: names of entry members, separated by commas. Raises InvalidInput for an unknown name."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    for name in names:
        if name not in ENTRY_FIELDS:
            detail = f"An entry has no field {name[:40]!r}; it has {', '.join(ENTRY_FIELDS)}."
            raise InvalidInput([FieldError("/query/fields", "unknown_field", detail)])
    return names


def shown_entry(entry: ListedEntry, links: Links) -> ListedEntry:
    """Return the entry with the addresses that readers get its media at."""
    encoded = entry.encoded.as_shown(links.media_base)
    return entry if encoded is entry.encoded else replace(entry, encoded=encoded)


def require_entry(tx: ReadTransaction, story: StoryId, entry: str) -> ListedEntry:
    """Return an entry that is public now, as it is stored.

    Raises NotFound, and Gone with the cause for one that was public.
    """
    found = read_public_entry(tx, story, entry) if is_uuid4(entry) else None
    if found is None:
        raise NotFound("entry_not_found", "No such entry.")
    if isinstance(found, Tombstone):
        raise Gone("entry_gone", "This entry is no longer public.", cause=found.cause)
    return found
