"""Queries for what is held: the entries that wait in a hold, and the tokens on whose word each of them waits."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import exists, or_, select

from app.domain.entry import Entry
from app.domain.identifiers import EntryId, PersonId, StoryId
from app.storage.database import schema
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.entries import entry_of_row

_entries = schema.entries
_versions = schema.entry_versions
_tokens = schema.tokens
_people = schema.people
_audit = schema.audit

VERSIONS_LIMIT = 1_000
"""The versions of one hold, which lasts an hour at most, that are looked at."""

_OF_HELD = (
    select(_entries)
    .where(_entries.c.due_at.is_not(None), or_(_entries.c.held, _entries.c.working.is_not(None)))
    .order_by(_entries.c.story_id, _entries.c.id)
)


def list_held_entries(tx: ReadTransaction, *, story: StoryId | None = None) -> list[Entry]:
    """List the entries that are held, or whose working revision is: of a story or, without one, of all."""
    query = _OF_HELD if story is None else _OF_HELD.where(_entries.c.story_id == story)
    return [entry for entry in map(entry_of_row, tx.connection.execute(query)) if entry.is_held]


def list_holders(tx: ReadTransaction, story: StoryId, entry: EntryId) -> frozenset[str]:
    """List the ids of the tokens that had a hand in what is held: that held it, or have changed it since."""
    query = (
        select(_versions.c.token_id, _versions.c.working, _versions.c.particulars)
        .where(_versions.c.story_id == story, _versions.c.entry_id == entry)
        .order_by(_versions.c.version.desc())
        .limit(VERSIONS_LIMIT)
    )
    holders = set()
    for row in tx.connection.execute(query):
        is_held = (row.particulars or {}).get("held", False) or (row.working or {}).get("held", False)
        if not is_held:
            break
        holders.add(row.token_id)
    return frozenset(holders)


def has_closed_token(tx: ReadTransaction, tokens: Collection[str]) -> bool:
    """Return whether one of the tokens was revoked, or is a disabled person's. To sign out is to revoke nothing."""
    signed_out = exists().where(
        _audit.c.at == _tokens.c.revoked_at,
        _audit.c.object_kind == "token",
        _audit.c.object_id == _tokens.c.id,
        _audit.c.action == "sign_out",
    )
    is_disabled = exists().where(_people.c.id == _tokens.c.person_id, _people.c.disabled_at.is_not(None))
    closed = or_(_tokens.c.revoked_at.is_not(None) & ~signed_out, is_disabled)
    query = select(_tokens.c.id).where(_tokens.c.id.in_(sorted(tokens)), closed).limit(1)
    return tx.connection.execute(query).first() is not None


def list_token_ids(tx: ReadTransaction, person: PersonId) -> frozenset[str]:
    """List the ids of all tokens and sessions of a person, those that have ended among them."""
    return frozenset(tx.connection.execute(select(_tokens.c.id).where(_tokens.c.person_id == person)).scalars())
