"""The one list of places where text of people is kept: columns, the rows with a target's text, what replaces it.

Whoever adds a column adds it here, or to the list of those without text in tests/storage/erasure/test_columns.py, which
goes through the migrated schema and insists on one or the other. What readers have is emptied by `publish_changes`,
with an event; those places are counted here, and emptied only of what it left.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Table, Text, and_, cast, exists, or_, true

from app.domain.clock import Micros
from app.domain.entry import EntryContent, EntryStatus
from app.storage.database import schema
from app.storage.erasure.bylines import entry_without_bylines, has_byline, story_without_bylines
from app.storage.erasure.comment_rows import (
    answer_without_name,
    comment_without_text,
    comments_of,
    is_answer_of,
    reports_of,
    shown_answer_without_name,
    shown_comments_of,
    shows_answer_of,
)
from app.storage.erasure.json_strings import has_any_string
from app.storage.erasure.targets import (
    ERASED,
    CommentTarget,
    EntryTarget,
    MediaTarget,
    PersonTarget,
    StoryTarget,
    Target,
)
from app.storage.erasure.uploads import (
    entry_without_upload,
    goes_with,
    has_upload,
    story_without_upload,
    version_without_upload,
)
from app.storage.newsroom.entries import content_json
from app.wire.encoding import encode_json

_stories, _story_versions = schema.stories, schema.story_versions
_entries, _versions = schema.entries, schema.entry_versions
_people, _tokens, _audit = schema.people, schema.tokens, schema.audit
_replies, _reply_entries = schema.replies, schema.reply_entries
_documents = schema.search_documents
_comments, _reports, _shown_comments = schema.comments, schema.comment_reports, schema.public_comments
_media, _aliases, _shown_aliases = schema.media, schema.entry_aliases, schema.public_aliases
_shown_stories, _shown, _labels = schema.public_stories, schema.public_entries, schema.public_labels

NO_CONTENT = content_json(EntryContent())
"""The content of an entry, or of one of its versions, that was purged."""

NO_FIELDS = {"title": ERASED}
"""The members of a version of a story that was purged."""

Values = Mapping[str, Any]
RowsOf = Callable[[Target], ColumnElement[bool] | None]
"""The condition of the rows that have text of a target; None where this place has none of such a target."""
Blank = Callable[[Target, Micros], Values | None]
"""The values that replace the text of all those rows at once; None deletes the rows."""
Rewrite = Callable[[Row[Any], Target], Values | None]
"""The values that replace the text of one row; None where it holds none after all."""


@dataclass(frozen=True, slots=True)
class TextPlace:
    """One place where text is kept: `name` as a purge's answer and docs/erasure.md call it, and its columns.

    `rewrite` is for places of which a row keeps more than the target's text: they are gone through row by row.
    """

    name: str
    columns: tuple[Column[Any], ...]
    rows_of: RowsOf
    blank: Blank | None = None
    rewrite: Rewrite | None = None
    is_counted_alone: bool = False
    """Whether its rows are counted here, and deleted by a function of their own before."""

    @property
    def table(self) -> Table:
        """Return the table of its columns."""
        table: Table = self.columns[0].table
        return table


def _of(table: Table, *, entries: str | None = None, story_id: str = "story_id") -> RowsOf:
    """Match the rows of a story in a table, and those of an entry if one of its columns names it."""

    def rows_of(target: Target) -> ColumnElement[bool] | None:
        if isinstance(target, StoryTarget):
            return table.c[story_id] == target.story
        if isinstance(target, EntryTarget) and entries is not None:
            return and_(table.c[story_id] == target.story, table.c[entries] == target.entry)
        return None

    return rows_of


def _where(rows_of: RowsOf, condition: ColumnElement[bool]) -> RowsOf:
    """Match those of the rows that are not empty yet."""

    def narrowed(target: Target) -> ColumnElement[bool] | None:
        found = rows_of(target)
        return None if found is None else and_(found, condition)

    return narrowed


def _is_not(column: Column[Any], value: object) -> ColumnElement[bool]:
    """Match what is not `value`, as either database stores it: PostgreSQL's `json` has no comparison of its own."""
    return cast(column, Text).not_in([encode_json(value).decode(), json.dumps(value)])


def _story_itself(target: Target) -> ColumnElement[bool] | None:
    if not isinstance(target, StoryTarget):
        return None
    return and_(_stories.c.id == target.story, _stories.c.purged_at.is_(None))


def _entry_row(_target: Target, at: Micros) -> Values:
    nothing = dict.fromkeys(("working", "publish_at", "expires_at", "due_at"))
    return {
        **nothing,
        "status": EntryStatus.REMOVED.value,
        "version": _entries.c.version + 1,
        "content": NO_CONTENT,
        "corrections": [],
        "creation_fingerprint": "",
        "held": False,
        "pin_wanted": False,
        "purged_at": at,
    }


def _version_row(_target: Target, _at: Micros) -> Values:
    return {"content": NO_CONTENT, "working": None, "note": None, "particulars": None}


def _story_row(_target: Target, at: Micros) -> Values:
    return {"purged_at": at}


def _story_version_row(target: Target, _at: Micros) -> Values:
    slug = target.slug if isinstance(target, StoryTarget) else ""
    return {"slug": slug, "fields": NO_FIELDS, "key_points": []}


def _deleted(_target: Target, _at: Micros) -> None:
    return None


def _shown_story(target: Target) -> ColumnElement[bool] | None:
    if not isinstance(target, StoryTarget):
        return None
    has_text = or_(_shown_stories.c.fields != b"{}", _shown_stories.c.slug != target.slug)
    return and_(_shown_stories.c.story_id == target.story, has_text)


def _shown_story_row(target: Target, _at: Micros) -> Values:
    return {"slug": target.slug, "fields": b"{}"} if isinstance(target, StoryTarget) else {}


def _shown_entry_row(_target: Target, _at: Micros) -> Values:
    return {"visible": False} | dict.fromkeys(("fields", "body_html", "blocks", "body_text"))


def _documents_of(target: Target) -> ColumnElement[bool] | None:
    if isinstance(target, CommentTarget | PersonTarget | MediaTarget):
        return None
    story = _documents.c.story_id == target.story
    return story if isinstance(target, StoryTarget) else and_(story, _documents.c.entry_id == target.entry)


def _replies_of(target: Target) -> ColumnElement[bool]:
    kept = or_(_replies.c.body.is_not(None), _replies.c.fingerprint != "")
    of_reply = and_(_reply_entries.c.scope == _replies.c.scope, _reply_entries.c.key == _replies.c.key)
    if isinstance(target, StoryTarget):
        shows_its_own = exists().where(of_reply, _reply_entries.c.story_id == target.story)
        return and_(or_(_replies.c.story_id == target.story, shows_its_own), kept)
    if isinstance(target, PersonTarget):
        return has_any_string(_replies.c.body, (target.person, *target.names))
    if isinstance(target, MediaTarget):
        return has_any_string(_replies.c.body, (target.media,))
    shows_it = exists().where(
        of_reply,
        _reply_entries.c.story_id == target.story,
        _reply_entries.c.entry_id == (target.comment if isinstance(target, CommentTarget) else target.entry),
    )
    return and_(shows_it, kept)


def _reply_row(_target: Target, _at: Micros) -> Values:
    return {"body": None, "headers": {}, "fingerprint": ""}


_SUMMARY_WORDS = frozenset({"status", "role", "kind", "changed", "person", "since", "erased"})
"""Members of the audit's `before` and `after` whose values are words of ours, ids, times and counts."""


def _audit_of(target: Target) -> ColumnElement[bool]:
    if isinstance(target, StoryTarget):
        return _audit.c.story_id == target.story
    if isinstance(target, EntryTarget):
        return and_(_audit.c.story_id == target.story, _audit.c.object_id == target.entry)
    if isinstance(target, MediaTarget):
        return _audit.c.object_id == target.media
    if isinstance(target, CommentTarget):
        return _audit.c.object_id == target.comment
    if not target.names:
        return _audit.c.object_id == target.person
    named = (has_any_string(column, target.names) for column in (_audit.c.before, _audit.c.after))
    return or_(_audit.c.object_id == target.person, *named)


def _audit_row(row: Row[Any], target: Target) -> Values | None:
    names = frozenset(target.names) if isinstance(target, PersonTarget) else None
    is_own = names is None or row.object_id == getattr(target, "person", None)
    kept = {name: _summary(getattr(row, name), names, is_own=is_own) for name in ("before", "after")}
    return None if kept == {"before": row.before, "after": row.after} else kept


def _summary(members: Any, names: frozenset[str] | None, *, is_own: bool) -> Any:
    """Return the members without text: all that is text, or what names the person in rows about something else."""
    if not isinstance(members, dict):
        return members if members is None or not is_own else None
    if is_own:
        return {name: value for name, value in members.items() if name in _SUMMARY_WORDS or not _is_text(value)}
    return {name: ERASED if names and _names(value, names) else value for name, value in members.items()}


def _is_text(value: object) -> bool:
    return not (value is None or isinstance(value, bool | int | float))


def _names(value: object, names: frozenset[str]) -> bool:
    if isinstance(value, dict):
        return any(_names(each, names) for each in value.values())
    return any(_names(each, names) for each in value) if isinstance(value, list) else value in names


def _person_itself(target: Target) -> ColumnElement[bool] | None:
    if not isinstance(target, PersonTarget):
        return None
    others = (_people.c.email, _people.c.byline, _people.c.avatar, _people.c.url)
    has_text = or_(_people.c.name != ERASED, *(column.is_not(None) for column in others))
    return and_(_people.c.id == target.person, has_text)


def _person_row(_target: Target, _at: Micros) -> Values:
    return {"name": ERASED} | dict.fromkeys(("email", "byline", "avatar", "url"))


def _labels_of(target: Target) -> ColumnElement[bool] | None:
    if not isinstance(target, PersonTarget):
        return None
    return and_(_tokens.c.person_id == target.person, _tokens.c.label != ERASED)


def _label_row(_target: Target, _at: Micros) -> Values:
    return {"label": ERASED}


TEXT_PLACES = (
    TextPlace(
        "uploads",
        (
            *(_media.c.alt, _media.c.caption, _media.c.credit, _media.c.rights, _media.c.words, _media.c.focal),
            *(_media.c.placeholder, _media.c.renditions, _media.c.content_type, _media.c.sha256),
        ),
        goes_with,
        blank=_deleted,
        is_counted_alone=True,  # by `delete_uploads`, which knows their files and what else uses them
    ),
    TextPlace(
        "uploads in entries",
        (_entries.c.content, _entries.c.working),
        has_upload(_entries.c.content, _entries.c.working),
        rewrite=entry_without_upload,
    ),
    TextPlace(
        "uploads in entry versions",
        (_versions.c.content, _versions.c.working),
        has_upload(_versions.c.content, _versions.c.working),
        rewrite=version_without_upload,
    ),
    TextPlace("uploads in stories", (_stories.c.fields,), has_upload(_stories.c.fields), rewrite=story_without_upload),
    TextPlace(
        "uploads in story versions",
        (_story_versions.c.fields,),
        has_upload(_story_versions.c.fields),
        rewrite=story_without_upload,
    ),
    TextPlace("stories", (_stories.c.fields, _stories.c.key_points, _stories.c.slug), _story_itself, blank=_story_row),
    TextPlace(
        "story versions",
        (_story_versions.c.fields, _story_versions.c.key_points, _story_versions.c.slug),
        _where(_of(_story_versions), _is_not(_story_versions.c.fields, NO_FIELDS)),
        blank=_story_version_row,
    ),
    TextPlace("former slugs", (schema.former_slugs.c.slug,), _of(schema.former_slugs), blank=_deleted),
    TextPlace(
        "entries",
        (_entries.c.content, _entries.c.working, _entries.c.corrections, _entries.c.creation_fingerprint),
        _where(_of(_entries, entries="id"), _entries.c.purged_at.is_(None)),
        blank=_entry_row,
    ),
    TextPlace(
        "entry versions",
        (_versions.c.content, _versions.c.working, _versions.c.note, _versions.c.particulars),
        _where(
            _of(_versions, entries="entry_id"),
            or_(
                _is_not(_versions.c.content, NO_CONTENT),
                _versions.c.working.is_not(None),
                _versions.c.note.is_not(None),
            ),
        ),
        blank=_version_row,
    ),
    TextPlace("aliases", (_aliases.c.alias,), _of(_aliases, entries="entry_id"), _deleted),
    TextPlace("bylines", (_entries.c.content, _entries.c.working), has_byline(_entries), rewrite=entry_without_bylines),
    TextPlace(
        "bylines in versions",
        (_versions.c.content, _versions.c.working),
        has_byline(_versions),
        rewrite=entry_without_bylines,
    ),
    TextPlace("bylines in stories", (_stories.c.fields,), has_byline(_stories), rewrite=story_without_bylines),
    TextPlace(
        "bylines in story versions",
        (_story_versions.c.fields,),
        has_byline(_story_versions),
        rewrite=story_without_bylines,
    ),
    TextPlace(
        "notices of comments",
        (_reports.c.category, _reports.c.text, _reports.c.name, _reports.c.email, _reports.c.address),
        reports_of,
        blank=_deleted,
    ),
    TextPlace(
        "comments",
        (
            *(_comments.c.name, _comments.c.email, _comments.c.text, _comments.c.address, _comments.c.fingerprint),
            *(_comments.c.reason, _comments.c.note, _comments.c.appeal),
        ),
        comments_of,
        blank=comment_without_text,
    ),
    TextPlace(
        "readers' comments",
        (_shown_comments.c.item,),
        shown_comments_of,
        blank=_deleted,
    ),
    TextPlace("stored replies", (_replies.c.body, _replies.c.headers, _replies.c.fingerprint), _replies_of, _reply_row),
    TextPlace("search", (_documents.c.words,), _documents_of, blank=_deleted),
    TextPlace("names in answers", (_comments.c.name,), is_answer_of, rewrite=answer_without_name),
    TextPlace(
        "names in readers' answers", (_shown_comments.c.item,), shows_answer_of, rewrite=shown_answer_without_name
    ),
    TextPlace(
        "people",
        (_people.c.name, _people.c.email, _people.c.byline, _people.c.avatar, _people.c.url),
        _person_itself,
        blank=_person_row,
    ),
    TextPlace("token labels", (_tokens.c.label,), _labels_of, blank=_label_row),
    TextPlace(
        "readers' entries",
        (_shown.c.fields, _shown.c.body_html, _shown.c.blocks, _shown.c.body_text),
        _where(_of(_shown, entries="id"), _shown.c.visible == true()),
        blank=_shown_entry_row,
    ),
    TextPlace("readers' labels", (_labels.c.label,), _of(_labels, entries="entry_id"), _deleted),
    TextPlace("readers' aliases", (_shown_aliases.c.alias,), _of(_shown_aliases, entries="entry_id"), _deleted),
    TextPlace(
        "readers' corrections",
        (schema.public_corrections.c.item,),
        _of(schema.public_corrections, entries="entry_id"),
        _deleted,
    ),
    TextPlace("readers' stories", (_shown_stories.c.fields, _shown_stories.c.slug), _shown_story, _shown_story_row),
    TextPlace("readers' slugs", (schema.public_slugs.c.slug,), _of(schema.public_slugs), _deleted),
    TextPlace("audit", (_audit.c.before, _audit.c.after), _audit_of, rewrite=_audit_row),
)
"""Every place, in the order in which they are emptied and counted; those gone through row by row for all come last.
Comments come before what readers and retries have of them: a decision that is under way has its say before they go."""
