"""The checks of an export's lines: all that people wrote in them is made again by the rules of what clients write."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from app.domain.clock import parse_time
from app.domain.entry import EntryContent, JsonObject, WorkingRevision
from app.domain.errors import FieldError, InvalidInput, LiveblogError
from app.domain.story import shown_blocks
from app.newsroom.context.media_use import ShownMedia
from app.newsroom.context.newsroom import Newsroom
from app.newsroom.entries.corrections import correction_line
from app.newsroom.imports.export_shapes import (
    ExportedComment,
    ExportedEntry,
    ExportedStoryVersion,
    ExportedVersion,
    Restored,
)
from app.newsroom.imports.kept_content import check_settings, kept_content, kept_fields, uploads_named
from app.newsroom.imports.restored_parts import kept_comment
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.media import list_media_named
from app.storage.newsroom.stories import read_story
from app.wire.problems import validation_errors
from app.wire.requests.entries import CorrectionDraft


def checked_lines(newsroom: Newsroom, values: Sequence[Restored]) -> list[Restored]:
    """Return the lines with all that people wrote made again by the rules of what clients write.

    Raises InvalidInput, with the place of the line among `values`.
    """
    checked: list[Restored] = []
    with newsroom.database.snapshot() as tx:
        media = ShownMedia(newsroom, lambda ids, names: list_media_named(tx, ids=ids, names=names))
        here = _Here(tx, media, _known_uploads(tx, values))
        for number, value in enumerate(values):
            try:
                checked.append(_kept(value, here))
            except InvalidInput as error:
                detail = "; ".join(f"{each.pointer}: {each.detail}" for each in error.errors)
                raise InvalidInput([FieldError(f"/lines/{number}", "invalid", detail)]) from None
            except LiveblogError as error:
                raise InvalidInput([FieldError(f"/lines/{number}", "invalid", error.detail)]) from None
            except (KeyError, TypeError, AttributeError, ValueError):
                detail = "It has not the shape of what is stored."
                raise InvalidInput([FieldError(f"/lines/{number}", "invalid", detail)]) from None
    return checked


@dataclass(frozen=True, slots=True)
class _Here:
    """The uploads and stories that are here, of those that lines name."""

    tx: ReadTransaction
    media: ShownMedia
    uploads: frozenset[str]
    stories: dict[str, bool] = field(default_factory=dict)

    def known_stories(self, fields: Mapping[str, object]) -> frozenset[str]:
        """Return those of the stories that a story goes on from, and into, that there are here."""
        named = [ref for name in ("continues", "continued_by") if isinstance(ref := fields.get(name), str)]
        for ref in named:
            if ref not in self.stories:
                self.stories[ref] = read_story(self.tx, ref) is not None
        return frozenset(ref for ref in named if self.stories[ref])


def _known_uploads(tx: ReadTransaction, values: Iterable[Restored]) -> frozenset[str]:
    contents = [content for value in values for content in _contents(value)]
    named = uploads_named(contents)
    for value in values:
        if isinstance(value, ExportedStoryVersion):
            named |= {str(block["media"]) for block in shown_blocks(value.fields) if block.get("media") is not None}
    return frozenset(media.id for media in list_media_named(tx, ids=named, names=()))


def _contents(value: Restored) -> list[EntryContent]:
    if isinstance(value, ExportedEntry):
        working = value.entry.working
        return [value.entry.content, *([] if working is None else [working.content])]
    if isinstance(value, ExportedVersion):
        return [value.content, *([] if value.working is None else [value.working.content])]
    return []


def _kept(value: Restored, here: _Here) -> Restored:
    match value:
        case ExportedEntry():
            content = kept_content(value.entry.content, media=here.media, uploads=here.uploads)
            working = _kept_working(value.entry.working, here)
            corrections = tuple(_kept_correction(line) for line in value.entry.corrections)
            entry = dataclasses.replace(value.entry, content=content, working=working, corrections=corrections)
            return dataclasses.replace(value, entry=entry)
        case ExportedVersion():
            content = kept_content(value.content, media=here.media, uploads=here.uploads)
            return dataclasses.replace(value, content=content, working=_kept_working(value.working, here))
        case ExportedStoryVersion():
            check_settings(value.settings)
            known = here.known_stories(value.fields)
            fields = kept_fields(value.fields, media=here.media, uploads=here.uploads, known_stories=known)
            # What an earlier release did not keep of a story stays unsaid.
            return dataclasses.replace(value, fields={name: fields[name] for name in value.fields if name in fields})
        case ExportedComment():
            return kept_comment(value)
        case _:
            return value


def _kept_correction(line: JsonObject) -> JsonObject:
    """Return a line of the public log. Raises KeyError, ValueError for what is none."""
    severity = "correction" if line["severity"] == "retraction" else line["severity"]
    try:
        checked = CorrectionDraft(text=line["text"], severity=severity)
    except ValidationError as error:
        raise validation_errors(error.errors(include_url=False)) from None
    return correction_line(checked.text, line["severity"], at=parse_time(line["at"]))


def _kept_working(working: WorkingRevision | None, here: _Here) -> WorkingRevision | None:
    if working is None:
        return None
    content = kept_content(working.content, media=here.media, uploads=here.uploads)
    return dataclasses.replace(working, content=content)
