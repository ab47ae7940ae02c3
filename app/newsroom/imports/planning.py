"""The plan of an import, before it does anything: for the report that a person reads first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.domain.entry import PUBLIC_STATUSES, Entry
from app.domain.identifiers import StoryId
from app.domain.rights import Right, require_right
from app.newsroom.context.access import authenticate
from app.newsroom.context.newsroom import Call, Newsroom
from app.newsroom.imports.removing import is_taken_back
from app.storage.database.transactions import ReadTransaction
from app.storage.imports.states import list_entries_by_external_id, read_import_by_external_id
from app.storage.newsroom.media import list_media_named
from app.storage.newsroom.stories import read_story

READ_ENTRIES = 200
"""Entries that are read at once: each has its whole body."""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """The number of some entries by what would become of them; `story` is its id here, None for a new one."""

    story: str | None
    state: str
    new: int
    changed: int
    same: int
    edited_here: int
    """Those that were changed there, and by a person here: they stay as they are here."""
    removed: int
    """Those that are public here and were removed there."""
    is_slug_taken: bool = False
    """Whether another story has, or had, the slug of a new one, which gets another then."""


def plan_import(
    newsroom: Newsroom,
    call: Call,
    *,
    source: str,
    external_id: str,
    fingerprints: Mapping[str, str],
    removed: Sequence[str],
    slug: str | None = None,
) -> ImportPlan:
    """Compare the fingerprints of records, by their external ids, with what is here. Raises NotAllowed."""
    with newsroom.database.snapshot() as tx:
        require_right(authenticate(tx, newsroom, call), Right.IMPORT_STORIES)
        known_import = read_import_by_external_id(tx, source, external_id)
        if known_import is None:
            is_taken = slug is not None and read_story(tx, slug) is not None
            return ImportPlan(None, "new", len(fingerprints), 0, 0, 0, 0, is_slug_taken=is_taken)
        known = _known(tx, known_import.story, [*fingerprints, *removed])
        pairs = [(known.get(each), fingerprint) for each, fingerprint in fingerprints.items()]
        differing = [
            entry
            for entry, fingerprint in pairs
            if entry and (entry.creation_fingerprint != fingerprint or is_taken_back(tx, entry))
        ]
        edited_here = sum(entry.edited_by_hand or entry.working is not None for entry in differing)
        missing = sum(entry is None for entry, _ in pairs)
        return ImportPlan(
            story=known_import.story,
            state=known_import.state,
            new=missing,
            changed=len(differing) - edited_here,
            same=len(pairs) - missing - len(differing),
            edited_here=edited_here,
            removed=sum(each in known and known[each].status in PUBLIC_STATUSES for each in removed),
        )


def list_known_uploads(newsroom: Newsroom, call: Call, ids: Collection[str]) -> list[str]:
    """List those of some ids of uploads that there are. Raises NotAllowed."""
    with newsroom.database.snapshot() as tx:
        require_right(authenticate(tx, newsroom, call), Right.IMPORT_STORIES)
        return [media.id for media in list_media_named(tx, ids=ids, names=())]


def _known(tx: ReadTransaction, story: StoryId, external_ids: Sequence[str]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for first in range(0, len(external_ids), READ_ENTRIES):
        found |= list_entries_by_external_id(tx, story, external_ids[first : first + READ_ENTRIES])
    return found
