"""Every column of every table is a place that a purge empties, or is said to hold no text of people, and why."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import BigInteger, Boolean, Integer, SmallInteger, inspect, text

from app.domain.clock import Micros
from app.domain.comments import CommentId
from app.domain.identifiers import EntryId, PersonId, StoryId
from app.domain.media import MediaId
from app.storage.database import schema
from app.storage.database.transactions import Database
from app.storage.erasure.places import TEXT_PLACES, TextPlace
from app.storage.erasure.targets import CommentTarget, EntryTarget, MediaTarget, PersonTarget, StoryTarget

TARGETS = (
    EntryTarget(StoryId("s"), EntryId("e")),
    StoryTarget(StoryId("s")),
    PersonTarget(PersonId("p"), ("Ada",), bylines=True),
    MediaTarget(MediaId("m"), "name"),
    CommentTarget(CommentId("c"), StoryId("s"), None),
)
IDS = "ids of ours, random"
WORDS = "a word of ours, out of a fixed list"
A_BRAND = "what a brand says of itself"
SECRETS = "a digest of a random secret"
LOG = "a part of the log: random letters, or names of members"

WITHOUT_TEXT = {
    "stories.id": IDS,
    "stories.status": WORDS,
    "stories.settings": "switches and numbers",
    "stories.pinned": "ids and times",
    "former_slugs.story_id": IDS,
    "story_versions.story_id": IDS,
    "story_versions.person_id": IDS,
    "story_versions.token_id": IDS,
    "story_versions.action": WORDS,
    "story_versions.status": WORDS,
    "story_versions.settings": "switches and numbers",
    "story_versions.pinned": "ids and times",
    "memberships.story_id": IDS,
    "memberships.person_id": IDS,
    "memberships.role": WORDS,
    "entries.story_id": IDS,
    "entries.id": IDS,
    "entries.status": WORDS,
    "entries.created_by": IDS,
    "entries.created_by_token": IDS,
    "entries.external_id": "another system's id: stays, so that its next update brings nothing back",
    "entries.sort_key": "made of a time and a number",
    "entry_aliases.story_id": IDS,
    "entry_aliases.entry_id": IDS,
    "imports.story_id": IDS,
    "imports.source": "the kind of another system",
    "imports.external_id": "another system's id: stays, so that its next run brings nothing back",
    "imports.state": WORDS,
    "imports.status": WORDS,
    "imports.fingerprint": "a digest of a whole file",
    "imports.shown_to_id": IDS,
    "entry_versions.story_id": IDS,
    "entry_versions.entry_id": IDS,
    "entry_versions.person_id": IDS,
    "entry_versions.token_id": IDS,
    "entry_versions.action": WORDS,
    "entry_versions.status": WORDS,
    "people.id": IDS,
    "people.role": WORDS,
    "people.sites": "slugs of sites, and roles in them",
    "invites.id": IDS,
    "invites.person_id": IDS,
    "invites.secret_sha256": SECRETS,
    "tokens.id": IDS,
    "tokens.person_id": IDS,
    "tokens.role": WORDS,
    "tokens.scopes": WORDS,
    "tokens.secret_sha256": SECRETS,
    "tokens.kind": WORDS,
    "tokens.stories": IDS,
    "tokens.sites": "slugs of sites, and roles in them",
    "tickets.secret_sha256": SECRETS,
    "public_stories.site": A_BRAND,
    "sites.slug": A_BRAND,
    "sites.name": A_BRAND,
    "sites.url": A_BRAND,
    "sites.logo": A_BRAND,
    "sites.hosts": A_BRAND,
    "sites.theme": A_BRAND,
    "sites.language": A_BRAND,
    "sites.consent": A_BRAND,
    "sites.frame_ancestors": A_BRAND,
    "sites.cors_origins": A_BRAND,
    "tickets.token_id": IDS,
    "control.signing_key": "random",
    "control.admin_token_sha256": SECRETS,
    "control.broker_channel": "random",
    "control.broker_key": "random",
    "control.broker_key_before": "random",
    "audit.person_id": IDS,
    "audit.token_id": IDS,
    "audit.action": WORDS,
    "audit.object_kind": WORDS,
    "audit.object_id": IDS,
    "audit.story_id": IDS,
    "audit.request_id": "the request's id, as a client chose it: at most 128 letters of an id's alphabet",
    "replies.scope": IDS,
    "replies.key": "the client's Idempotency-Key: stays, so that a retry does not bring the text back",
    "replies.story_id": IDS,
    "reply_entries.scope": IDS,
    "reply_entries.key": "as in replies",
    "reply_entries.entry_id": IDS,
    "reply_entries.story_id": IDS,
    "media.id": IDS,
    "media.name": IDS,
    "media.kind": WORDS,
    "media.created_by": IDS,
    "media.created_by_token": IDS,
    "media_uses.name": IDS,
    "media_uses.story_id": IDS,
    "media_uses.entry_id": IDS,
    "media_uses.person_id": IDS,
    "public_media.name": IDS,
    "public_media.story_id": IDS,
    "public_media.entry_id": IDS,
    "public_stories.story_id": IDS,
    "public_stories.epoch": LOG,
    "public_stories.head_check": LOG,
    "public_stories.status": WORDS,
    "public_slugs.story_id": IDS,
    "public_aliases.story_id": IDS,
    "public_aliases.entry_id": IDS,
    "public_entries.story_id": IDS,
    "public_entries.id": IDS,
    "public_entries.sort_key": "made of a time and a number",
    "public_entries.kind": WORDS,
    "public_entries.importance": WORDS,
    "public_labels.story_id": IDS,
    "public_labels.entry_id": IDS,
    "public_corrections.story_id": IDS,
    "public_corrections.entry_id": IDS,
    "events.story_id": IDS,
    "events.type": WORDS,
    "events.entry_id": IDS,
    "events.changed": LOG,
    "events.cause": WORDS,
    "events.check": LOG,
    "search_documents.story_id": IDS,
    "search_documents.entry_id": IDS,
    "search_documents.lexemes": "made by PostgreSQL of `words`, with which it goes",
    "comments.id": IDS,
    "comments.story_id": IDS,
    "comments.entry_id": IDS,
    "comments.parent_id": IDS,
    "comments.status": WORDS,
    "comments.client_key": "the sender's Idempotency-Key, a UUID; goes with the comment",
    "comments.flags": WORDS,
    "comments.decided_by": IDS,
    "comments.decided_by_token": IDS,
    "comments.made_entry": IDS,
    "comment_reports.id": IDS,
    "comment_reports.story_id": IDS,
    "comment_reports.comment_id": IDS,
    "comment_reports.outcome": WORDS,
    "comment_blocks.id": IDS,
    "comment_blocks.network": "a network that a moderator blocked, of no comment; goes when its time is over",
    "comment_blocks.note": "the moderator's own, about a network; goes with it",
    "comment_words.word": "the newsroom's list of words, of no comment; replaced as a whole",
    "public_comments.story_id": IDS,
    "public_comments.id": IDS,
    "public_comments.entry_id": IDS,
    "public_comments.parent_id": IDS,
    "public_comment_totals.story_id": IDS,
    "public_comment_counts.story_id": IDS,
    "public_comment_counts.entry_id": IDS,
    "alembic_version.version_num": "the schema's number",
}
"""Columns that are no numbers, times or switches, and hold no text of people: each with the reason."""

OF_THE_INDEX = {"search_index", "search_state"}
"""SQLite's index of `search_documents`, kept by triggers, of which a purge leaves nothing: tests/erasure."""


def _columns(database: Database) -> Iterator[tuple[str, bool]]:
    """Yield each column of the migrated database with whether its values can be text."""
    with database.snapshot() as tx:
        found = inspect(tx.connection)
        for table in found.get_table_names():
            if table in OF_THE_INDEX or table.startswith("search_index_"):
                continue
            for column in found.get_columns(table):
                is_number = isinstance(column["type"], Integer | BigInteger | SmallInteger | Boolean)
                yield f"{table}.{column['name']}", not is_number


def _emptied() -> set[str]:
    return {str(column) for place in TEXT_PLACES for column in place.columns}


def test_every_column_that_can_hold_text_is_emptied_or_said_to_hold_none(database: Database) -> None:
    texts = {name for name, is_text in _columns(database) if is_text}
    undecided = texts - _emptied() - WITHOUT_TEXT.keys()
    assert undecided == set(), "add it to TEXT_PLACES (app/storage/erasure/places.py), or here with the reason"


def test_what_is_said_of_columns_is_about_columns_that_there_are_and_said_once(database: Database) -> None:
    there = {name for name, _ in _columns(database)} | {"search_documents.lexemes"}
    assert _emptied() <= there
    assert WITHOUT_TEXT.keys() <= there
    assert not _emptied() & WITHOUT_TEXT.keys()


def test_no_place_names_the_columns_of_two_tables() -> None:
    assert [place.name for place in TEXT_PLACES if len({column.table for column in place.columns}) != 1] == []
    names = [place.name for place in TEXT_PLACES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("place", TEXT_PLACES, ids=lambda place: place.name)
def test_a_place_replaces_the_text_of_all_its_columns_or_deletes_the_row(place: TextPlace) -> None:
    concerned = [target for target in TARGETS if place.rows_of(target) is not None]
    assert concerned
    if place.name == "stories" or place.rewrite is not None:
        return  # the use case writes the story's row; what is rewritten row by row has tests of its own
    assert place.blank is not None
    for target in concerned:
        values = place.blank(target, Micros(1))
        assert values is None or {column.name for column in place.columns} <= values.keys()


def test_the_schema_in_the_code_is_the_one_that_is_gone_through(database: Database) -> None:
    tables = {*schema.metadata.tables, *schema.derived.tables}
    assert tables <= {name.partition(".")[0] for name, _ in _columns(database)}
    with database.snapshot() as tx:
        assert tx.connection.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 1
