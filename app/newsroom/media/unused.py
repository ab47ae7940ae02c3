"""Deleting what nothing uses: uploads that no entry, story or person ever named, and files without a row."""

from __future__ import annotations

from collections.abc import Collection

from app.domain.clock import Micros
from app.newsroom.context.access import CLOCK, NO_CALL
from app.newsroom.context.newsroom import Newsroom
from app.newsroom.context.recording import record_audit
from app.newsroom.context.write_context import WriteContext
from app.storage.newsroom.audit import AuditedChange
from app.storage.newsroom.media import (
    delete_media,
    list_media_names,
    list_media_uses,
    list_unused_media,
    lock_media,
)


def delete_unused_media(newsroom: Newsroom, *, before: Micros, limit: int) -> list[str]:
    """Delete at most `limit` uploads from before a time that nothing ever used; return the names of their files.

    Rows go first: what is killed between the two leaves files without a row, which `find_unknown_names` finds.
    """
    with newsroom.database.transaction() as tx:
        context = WriteContext(tx, newsroom, CLOCK, NO_CALL, newsroom.clock())
        names = []
        for media_id in list_unused_media(tx, before=before, limit=limit):
            media = lock_media(tx, media_id)
            if media is None or list_media_uses(tx, media.name):
                continue  # used since it was listed
            delete_media(tx, media)
            summary = {"kind": media.kind, "size": media.size_bytes, "name": media.name}
            record_audit(context, AuditedChange("expire", "media", media.id, before=summary))
            names.append(media.name)
        return names


def find_unknown_names(newsroom: Newsroom, names: Collection[str]) -> set[str]:
    """Return those of the names of kept files that no upload has."""
    with newsroom.database.snapshot() as tx:
        return set(names) - list_media_names(tx, names)
