"""Checks of another system's records, and the contents that are made of one with which nothing is wrong."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from app.content import Block, complete_blocks
from app.domain.clock import Micros, format_time, parse_time
from app.domain.entry import EntryContent, JsonObject
from app.domain.errors import InvalidInput, LiveblogError
from app.domain.identifiers import BASE62
from app.newsroom.context.media_use import BodyMedia
from app.newsroom.entries.content import CLOCKS_DIFFER, EARLIEST_DISPLAY_TIME, block_ids, new_content
from app.newsroom.entries.corrections import MAX_CORRECTIONS
from app.newsroom.entries.tags import with_slugs
from app.newsroom.imports.records import ImportedEntry, ImportedStory, ImportedVersion
from app.wire.encoding import encode_json
from app.wire.problems import validation_errors
from app.wire.requests.entries import CorrectionDraft, EntryDraft
from app.wire.requests.stories import StoryDraft

MAX_VERSIONS = 200
"""Of one entry; a reader of a rival's file folds what is more."""
MAX_ALIASES = 20
MAX_ALIAS_LENGTH = 300

_EXTERNAL_ID = re.compile(r"[A-Za-z0-9._~:-]{1,200}", re.ASCII)
_SOURCE = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}", re.ASCII)
_ALIAS = re.compile(r"[#?][\x21-\x7e]{1,299}", re.ASCII)


class BadRecord(Exception):
    """A record that is refused; `problems` are sentences, each with the place in the record."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


class NoMedia:
    """The uploads of a file that names none of ours: a block of one is refused."""

    def complete(self, written: Sequence[Mapping[str, Any]], *, new_id: Callable[[], str]) -> list[Block]:
        """Complete the blocks. Raises InvalidInput."""
        return complete_blocks(written, new_id=new_id)

    def adopt(self, blocks: list[Block], *, before: Sequence[Block]) -> list[Block]:
        """Return the blocks as they are."""
        return blocks

    def authors(self, authors: Sequence[JsonObject]) -> tuple[JsonObject, ...]:
        """Return the authors as they are."""
        return tuple(authors)


def problems_of_entry(entry: ImportedEntry, *, now: Micros) -> tuple[str, ...]:
    """List what is wrong with an entry, for a report before anything is written."""
    try:
        contents_of(entry, now=now, media=NoMedia())
    except BadRecord as error:
        return error.problems
    return ()


def problems_of_story(story: ImportedStory, *, now: Micros) -> tuple[str, ...]:
    """List what is wrong with a story, for a report before anything is written."""
    try:
        draft_of_story(story, now=now)
    except BadRecord as error:
        return error.problems
    return ()


def draft_of_story(story: ImportedStory, *, now: Micros) -> StoryDraft:
    """Return the story as a client would write it. Raises BadRecord."""
    problems = []
    if not _EXTERNAL_ID.fullmatch(story.external_id):
        problems.append("external_id: must be up to 200 of A-Z a-z 0-9 . _ ~ : -")
    if not _SOURCE.fullmatch(story.source):
        problems.append("source: must be up to 40 of a-z 0-9 . _ -")
    if story.created_at is not None:
        problems += _time_problems("created_at", story.created_at, now=now)
    given = {"slug": story.slug, "language": story.language, "site": story.site}
    members = {**story.fields, "title": story.title, **{name: value for name, value in given.items() if value}}
    try:
        draft = StoryDraft.model_validate(members)
    except ValidationError as error:
        raise BadRecord([*problems, *_sentences(error)]) from None
    if problems:
        raise BadRecord(problems)
    return draft


def contents_of(entry: ImportedEntry, *, now: Micros, media: BodyMedia) -> tuple[EntryContent, ...]:
    """Return the content of each version, checked and sanitised as what a client writes. Raises BadRecord."""
    problems = _problems_beside_content(entry, now=now)
    contents: list[EntryContent] = []
    ids = steady_block_ids(entry.external_id)
    for number, version in enumerate(entry.versions[: MAX_VERSIONS + 1]):
        try:
            draft, before = _draft(entry, version), contents[-1] if contents else None
            contents.append(new_content(draft, author=None, new_id=ids, media=media, before=before))
        except ValidationError as error:
            problems += [f"versions/{number}{sentence}" for sentence in _sentences(error)]
        except InvalidInput as error:
            problems += [f"versions/{number}{each.pointer}: {each.detail}" for each in error.errors]
        except LiveblogError as error:
            problems.append(f"versions/{number}: {error.detail}")
    if problems:
        raise BadRecord(problems)
    return tuple(contents)


def fingerprint_of(entry: ImportedEntry) -> str:
    """Return a digest of what the record says, the ids of its blocks left out: they are new in every run."""
    versions = tuple(
        dataclasses.replace(version, body=tuple({**block, "id": None} for block in version.body))
        for version in entry.versions
    )
    return hashlib.sha256(encode_json(dataclasses.replace(entry, versions=versions))).hexdigest()


def steady_block_ids(key: str) -> Callable[[], str]:
    """Return what makes the ids of one body's blocks: the same for the same key, for a second run to change nothing."""
    return block_ids(_Digests(), key)


class _Digests:
    """A source of ids that are digests of what they are for."""

    def base62(self, purpose: str, key: str, length: int) -> str:
        number = int.from_bytes(hashlib.sha256(f"{purpose}:{key}".encode()).digest(), "big")
        return "".join(BASE62[number // len(BASE62) ** place % len(BASE62)] for place in range(length))


def _draft(entry: ImportedEntry, version: ImportedVersion) -> EntryDraft:
    members: dict[str, Any] = {
        "kind": entry.kind,
        "key_event": entry.key_event,
        "importance": entry.importance,
        "headline": version.headline,
        "label": version.label,
        "icon": entry.icon,
        "authors": list(version.authors),
        "source": version.source,
        "tags": list(version.tags),
    }
    if version.body:
        members["blocks"] = list(version.body)
    draft = EntryDraft.model_validate(members)
    return draft.model_copy(update={"display_time": entry.display_time, "tags": with_slugs(draft.tags or [], known=())})


def _problems_beside_content(entry: ImportedEntry, *, now: Micros) -> list[str]:
    problems: list[str] = []
    if not _EXTERNAL_ID.fullmatch(entry.external_id):
        problems.append("external_id: must be up to 200 of A-Z a-z 0-9 . _ ~ : -")
    names = ("created_at", "published_at", "updated_at", "display_time", "place_at")
    times = {name: getattr(entry, name) for name in names}
    for name, at in times.items():
        problems += [] if at is None else _time_problems(name, at, now=now)
    if not 1 <= len(entry.versions) <= MAX_VERSIONS:
        problems.append(f"versions: must be 1 to {MAX_VERSIONS}")
    for number, version in enumerate(entry.versions):
        problems += _time_problems(f"versions/{number}/at", version.at, now=now)
        if number and version.at < entry.versions[number - 1].at:
            problems.append(f"versions/{number}/at: is before the version that it follows")
    if len(entry.aliases) > MAX_ALIASES:
        problems.append(f"aliases: must be at most {MAX_ALIASES}")
    problems += [
        f"aliases/{number}: must be a fragment (#…) or a query (?…) of at most {MAX_ALIAS_LENGTH} characters"
        for number, alias in enumerate(entry.aliases)
        if not _ALIAS.fullmatch(alias)
    ]
    if len(entry.corrections) > MAX_CORRECTIONS:
        problems.append(f"corrections: must be at most {MAX_CORRECTIONS}")
    for number, line in enumerate(entry.corrections):
        problems += [f"corrections/{number}{sentence}" for sentence in _correction_problems(line, now=now)]
    if entry.status == "retracted" and not (entry.retraction_reason or "").strip():
        problems.append("retraction_reason: a retraction says why")
    return problems


def _correction_problems(line: Mapping[str, Any], *, now: Micros) -> list[str]:
    try:
        at = parse_time(line["at"])
        CorrectionDraft(text=line["text"], severity=line["severity"])
    except ValidationError as error:
        return _sentences(error)
    except (KeyError, TypeError, ValueError):
        return [": must have a text, a severity and a time"]
    return [f"/{problem}" for problem in _time_problems("at", at, now=now)]


def _time_problems(name: str, at: Micros, *, now: Micros) -> list[str]:
    if EARLIEST_DISPLAY_TIME <= at <= now + CLOCKS_DIFFER:
        return []
    return [f"{name}: lies before {format_time(EARLIEST_DISPLAY_TIME)[:10]} or in the future"]


def _sentences(error: ValidationError) -> list[str]:
    found = validation_errors(error.errors(include_url=False))
    return [f"{each.pointer}: {each.detail}" for each in found.errors]
