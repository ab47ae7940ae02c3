"""The newsroom's search index: the words of each story and entry, kept by the database beside their tables.

The index holds nothing that other tables do not hold: it is not backed up, but rebuilt. Both databases index the same
words, split and folded by app/domain/text_folding.py, and split and fold nothing themselves, so that both find the
same: SQLite with FTS5, whose triggers follow the table, PostgreSQL with a tsvector that it makes of each row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Integer,
    Row,
    Select,
    bindparam,
    cast,
    column,
    delete,
    exists,
    func,
    literal,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from app.content import render_text
from app.domain.entry import Entry, EntryContent, EntryStatus
from app.domain.identifiers import EntryId, StoryId
from app.domain.story import Story, intro_content
from app.domain.text_folding import fold_words
from app.storage.database import schema
from app.storage.database.prepared import PreparedWrite
from app.storage.database.transactions import ReadTransaction, WriteTransaction

MAX_CHARACTERS = 100_000
"""Characters indexed of one story or entry: more than any article has, and within the limits of both databases."""

_documents = schema.search_documents
_entries = schema.entries
_SELECT = select(_documents.c.number, _documents.c.story_id, _documents.c.entry_id)
_index = table("search_index", column("rowid", Integer))
_state = table("search_state", column("indexed_to", Integer))
_STORY_ITSELF = ""
"""Stands for the entry's id in the row of the story's own words."""

_WRITE = PreparedWrite(
    text(
        "INSERT INTO search_documents (story_id, entry_id, words) VALUES (:story, :entry, :words)"
        " ON CONFLICT (story_id, entry_id) DO UPDATE SET words = excluded.words"
        " WHERE search_documents.words <> excluded.words"
    )
)
_DELETE = delete(_documents).where(
    _documents.c.story_id == bindparam("of_story"), _documents.c.entry_id == bindparam("of_entry")
)


@dataclass(frozen=True, slots=True)
class SearchMatch:
    """A story (then `entry` is None) or an entry that matches. `number` increases in the order of creation."""

    number: int
    story: StoryId
    entry: EntryId | None


def index_entry(tx: WriteTransaction, entry: Entry) -> None:
    """Index the entry's present words, the public and the working revision's; a removed entry leaves the index."""
    if entry.status is EntryStatus.REMOVED:
        tx.connection.execute(_DELETE, {"of_story": entry.story, "of_entry": entry.id})
    else:
        _WRITE.run(tx, _entry_row(entry))


def index_story(tx: WriteTransaction, story: Story) -> None:
    """Index the words of the story's title and standfirst."""
    _WRITE.run(tx, _story_row(story))


def list_matches(
    tx: ReadTransaction,
    words: Sequence[str],
    *,
    stories: Collection[StoryId] | None,
    statuses: Collection[EntryStatus] | None,
    below: int | None,
    limit: int,
) -> list[SearchMatch]:
    """List stories and entries that have all of these folded words, the last one as a prefix, newest first.

    `stories` limits it to these, `statuses` to entries in one of these, `below` to those with lower numbers.
    """
    found: list[SearchMatch] = []
    for query in _SEARCHES[tx.connection.dialect.name](words):
        if len(found) < limit:
            query = _limited(query, stories, statuses, below).limit(limit - len(found))
            found += [_found(row) for row in tx.connection.execute(query)]
    return found


def _limited(
    query: Select[Any],
    stories: Collection[StoryId] | None,
    statuses: Collection[EntryStatus] | None,
    below: int | None,
) -> Select[Any]:
    if stories is not None:
        query = query.where(_documents.c.story_id.in_(list(stories)))
    if statuses is not None:
        of_document = (_entries.c.story_id == _documents.c.story_id, _entries.c.id == _documents.c.entry_id)
        in_one = _entries.c.status.in_([status.value for status in statuses])
        query = query.where(exists().where(*of_document, in_one))
    return query if below is None else query.where(_documents.c.number < below)


def _search_sqlite(words: Sequence[str]) -> tuple[Select[Any], ...]:
    """Query the documents that are too new to be in the index, then the index."""
    new = _SELECT.where(_documents.c.number > select(_state.c.indexed_to).scalar_subquery())
    between_blanks = literal(" ") + _documents.c.words + literal(" ")
    for word in (*(f" {word} " for word in words[:-1]), f" {words[-1]}"):
        new = new.where(func.instr(between_blanks, word) > 0)
    match = " ".join(f'"{word}"' for word in words) + "*"
    indexed = _SELECT.select_from(_index.join(_documents, _documents.c.number == _index.c.rowid))
    indexed = indexed.where(literal_column("search_index").op("MATCH")(match))
    return new.order_by(_documents.c.number.desc()), indexed.order_by(_index.c.rowid.desc())


def _search_postgres(words: Sequence[str]) -> tuple[Select[Any], ...]:
    match = " & ".join(f"'{word}'" for word in words) + ":*"
    lexemes = literal_column("search_documents.lexemes", TSVECTOR)
    return (_SELECT.where(lexemes.op("@@")(cast(match, TSQUERY))).order_by(_documents.c.number.desc()),)


_SEARCHES: dict[str, Callable[[Sequence[str]], tuple[Select[Any], ...]]] = {
    "sqlite": _search_sqlite,
    "postgresql": _search_postgres,
}
"""The queries of each database, run one after the other; each returns the newest first."""


def _found(row: Row[Any]) -> SearchMatch:
    entry = None if row.entry_id == _STORY_ITSELF else EntryId(row.entry_id)
    return SearchMatch(row.number, StoryId(row.story_id), entry)


def _entry_row(entry: Entry) -> dict[str, str]:
    texts = _texts(entry.content)
    if entry.working is not None:
        texts += _texts(entry.working.content)
    return {"story": entry.story, "entry": entry.id, "words": _words(texts)}


def _story_row(story: Story) -> dict[str, str]:
    fields = story.fields
    texts = [
        fields["title"],
        fields.get("standfirst") or "",
        render_text([dict(block) for block in intro_content(fields).blocks]),
        *(author["name"] for author in fields.get("authors", ())),
        (fields.get("sponsor") or {}).get("name") or "",
    ]
    return {"story": story.id, "entry": _STORY_ITSELF, "words": _words(texts)}


def _texts(content: EntryContent) -> list[str]:
    """Return the texts a revision is found by: its headline, body, authors, tags and source."""
    return [
        content.headline or "",
        content.label or "",
        render_text([dict(block) for block in content.blocks]),
        *(author["name"] for author in content.authors),
        *(tag["label"] for tag in content.tags),
        (content.source or {}).get("name") or "",
    ]


def _words(texts: Iterable[str]) -> str:
    """Return the folded words of some texts, each once, joined by blanks."""
    return " ".join(dict.fromkeys(fold_words(" ".join(texts)[:MAX_CHARACTERS])))[:MAX_CHARACTERS]
