"""Entries of another system → records that the import takes: bodies become blocks, ids and texts are made to fit."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from app.content import MAX_ENTRY_BYTES, Block, parse_html, shows_blocks, shows_text, truncate_text
from app.content.addresses import media_address
from app.content.html.sanitising import is_language_tag
from app.content.text_fields import clean_text, one_line
from app.domain.clock import Micros, format_time
from app.domain.entry import JsonObject
from app.domain.errors import InvalidInput
from app.domain.slugs import slug_from_label
from app.importers.foreign import ForeignEntry, ForeignStory, ForeignVersion, Problem, Severity
from app.importers.values import string_of
from app.newsroom.imports.checking import problems_of_story, steady_block_ids
from app.newsroom.imports.records import (
    ImportedEntry,
    ImportedStatus,
    ImportedStory,
    ImportedStoryStatus,
    ImportedVersion,
)
from app.wire.encoding import encode_json

MAX_LINE = 300
MAX_NAME = 200
MAX_STANDFIRST = 4_000
MAX_LABEL = 60
MAX_TAGS = 20
MAX_AUTHORS = 20
MAX_ALIASES = 10
MAX_ALIAS = 300
MAX_VERSIONS = 200
"""The newest that are kept of one entry's history; nobody reads more, and a bot may have written thousands."""

_IN_ANCHORS = "!#$%&'()*+,/:;=?@[]~"
_FITTING_ID = re.compile(r"[A-Za-z0-9._~:-]{1,200}", re.ASCII)
_UNFITTING = re.compile(r"[^A-Za-z0-9._~:-]+", re.ASCII)
CLOCKS_DIFFER = 60_000_000
"""Microseconds that another clock may be ahead of ours."""


def fit_external_id(text: str) -> str:
    """Return an id as external ids are written: itself if it is one, else its letters and a digest of it."""
    if _FITTING_ID.fullmatch(text):
        return text
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
    readable = _UNFITTING.sub("~", text)[:150].strip("~")
    return f"{readable}~{digest}" if readable else digest


def complete_story(
    found: ForeignStory, *, status: ImportedStoryStatus, coverage_start: Micros | None, site: str | None = None
) -> ImportedStory:
    """Make the record of a story, apart from its entries. What does not fit a member of ours is left out of it."""
    title = truncate_text(one_line(string_of(found.title)), MAX_LINE)
    language = found.language.replace("_", "-")
    return ImportedStory(
        external_id=fit_external_id(found.id),
        title=title if shows_text(title) else "Untitled",
        source=found.source,
        slug=found.slug or None,
        language=language if is_language_tag(language) else None,
        status=status,
        fields=_story_fields(found) | _coverage(coverage_start),
        created_at=found.created_at,
        site=site,
        aliases=tuple(alias for alias in found.aliases if len(alias) <= MAX_ALIAS)[:MAX_ALIASES],
    )


def without_refused(record: ImportedStory, *, now: Micros) -> tuple[ImportedStory, tuple[str, ...]]:
    """Leave out those members of a story that it can do without and would be refused for; say which, and why."""
    optional = {"language", "slug", *record.fields}
    said = tuple(each for each in problems_of_story(record, now=now) if _member(each) in optional)
    names = {_member(each) for each in said}
    fields = {name: value for name, value in record.fields.items() if name not in names}
    language, slug = (None if name in names else getattr(record, name) for name in ("language", "slug"))
    return dataclasses.replace(record, fields=fields, language=language, slug=slug), said


def _member(problem: str) -> str:
    """Return the member that a problem's pointer begins with: `/intro/html: …` is of `intro`."""
    return problem.partition(":")[0].lstrip("/").partition("/")[0]


def _coverage(start: Micros | None) -> dict[str, Any]:
    return {} if start is None else {"coverage_start": format_time(start)}


def _story_fields(found: ForeignStory) -> dict[str, Any]:
    fields = {name: value for name, value in found.fields.items() if name in {"canonical_url", "image", "intro"}}
    section = truncate_text(one_line(string_of(found.fields.get("section"))), MAX_NAME)
    standfirst = truncate_text(clean_text(string_of(found.fields.get("standfirst"))), MAX_STANDFIRST)
    tags = [{"label": label["label"], "slug": label["slug"]} for label in _tags(tuple(found.fields.get("tags", ())))]
    return fields | {
        name: value for name, value in (("section", section), ("standfirst", standfirst), ("tags", tags)) if value
    }


def complete_entries(found: ForeignStory, *, now: Micros) -> Iterator[ImportedEntry | Problem]:
    """Make the records of a story's entries, the oldest first, and say of which none can be made.

    An id that comes twice is one entry, as pages of an API overlap: what was changed last counts.
    """
    entries = unique_entries(found)
    places = moved_places([entry for entry in entries if entry.status not in {"removed", "draft"}])
    for entry in entries:
        if entry.status != "removed":
            yield _complete(entry, found, now, place=places.get(entry.id))


def removed_ids(found: ForeignStory) -> tuple[str, ...]:
    """Return the external ids of what the other system had, and took back."""
    return tuple(fit_external_id(entry.id) for entry in unique_entries(found) if entry.status == "removed")


def unique_entries(found: ForeignStory) -> list[ForeignEntry]:
    """Return each entry once, the oldest first."""
    newest: dict[str, ForeignEntry] = {}
    for entry in found.entries:
        known = newest.get(entry.id)
        if known is None or entry.changed_at >= known.changed_at:
            newest[entry.id] = entry
    return sorted(newest.values(), key=lambda entry: (_shown_at(entry), entry.created_at, entry.id))


def moved_places(entries: Sequence[ForeignEntry]) -> dict[str, Micros]:
    """Return the time by which each entry that does not stand at its own is placed, by its id.

    Of entries that have an order as many as can be stay where their time is; those that an editor had moved stand a
    microsecond behind the one that they follow. `entries` are those with a place in the timeline.
    """
    ordered = sorted(
        ((entry.order, _shown_at(entry), entry.id) for entry in entries if entry.order is not None), key=lambda e: e
    )
    staying = _longest_rising([at for _, at, _ in ordered])
    places: dict[str, Micros] = {}
    first = next((number for number, stays in enumerate(staying) if stays), 0)
    last = ordered[first][1] - first - 1 if ordered else 0
    for (_, at, identifier), stays in zip(ordered, staying, strict=True):
        last = max(last + 1, at) if stays else last + 1
        if last != at:
            places[identifier] = Micros(last)
    return places


def _longest_rising(times: Sequence[Micros]) -> list[bool]:
    """Return which of the times are in a longest sequence that never falls."""
    ends: list[Micros] = []
    numbers: list[int] = []
    before: list[int] = []
    for number, at in enumerate(times):
        place = bisect_right(ends, at)
        before.append(numbers[place - 1] if place else -1)
        ends[place : place + 1], numbers[place : place + 1] = [at], [number]
    rising = [False] * len(times)
    number = numbers[-1] if numbers else -1
    while number >= 0:
        rising[number], number = True, before[number]
    return rising


def _shown_at(entry: ForeignEntry) -> Micros:
    return entry.published_at or entry.created_at


def duplicates_of(found: ForeignStory) -> list[Problem]:
    """List a note for each id that comes twice and says two things."""
    seen: dict[str, ForeignEntry] = {}
    problems = []
    for entry in found.entries:
        known = seen.setdefault(entry.id, entry)
        if known is not entry and (known.versions, known.status) != (entry.versions, entry.status):
            sentence = f"The id {entry.id[:80]} comes twice, here and at {known.where}: what was changed last is kept."
            problems.append(Problem(Severity.NOTE, entry.where, sentence))
    return problems


def _complete(
    entry: ForeignEntry, story: ForeignStory, now: Micros, *, place: Micros | None
) -> ImportedEntry | Problem:
    external_id = fit_external_id(entry.id)
    latest = Micros(now + CLOCKS_DIFFER)
    if entry.created_at > latest:
        return Problem(Severity.LEFT_OUT, entry.where, f"It is of {format_time(entry.created_at)}, which is to come.")
    versions: list[ImportedVersion] = []
    for version in entry.versions[-MAX_VERSIONS:]:
        try:
            after = versions[-1].at if versions else Micros(0)
            at = max(after, version.at if version.at <= latest else entry.created_at)
            made = _version(version, at, steady_block_ids(f"{story.source}:{story.id}:{external_id}:{version.at}"))
        except InvalidInput as error:
            return Problem(Severity.LEFT_OUT, entry.where, f"Its body cannot be kept: {error.errors[0].detail}")
        if not (shows_text(made.headline or "") or shows_blocks(list(made.body))):
            continue
        size = len(encode_json(list(made.body)))
        if size > MAX_ENTRY_BYTES:
            sentence = f"Its body has {size:,} bytes; an entry has at most {MAX_ENTRY_BYTES:,}."
            return Problem(Severity.LEFT_OUT, entry.where, sentence)
        if not versions or _differ(versions[-1], made):
            versions.append(made)
    if not versions:
        return Problem(Severity.LEFT_OUT, entry.where, "There is nothing to be seen in it.")
    published = None if entry.status == "draft" else entry.published_at or entry.created_at
    is_to_come = published is not None and published > latest
    published = None if is_to_come else published
    status: ImportedStatus = "draft" if is_to_come or entry.status == "removed" else entry.status
    return ImportedEntry(
        external_id=external_id,
        created_at=min(entry.created_at, published or entry.created_at),
        versions=tuple(versions),
        aliases=_aliases(entry.aliases),
        published_at=published,
        updated_at=None if published is None else _updated_at(entry, published, latest),
        place_at=place if published is not None and place is not None and place <= latest else None,
        key_event=entry.key_event,
        importance=entry.importance,
        pinned=entry.pinned,
        status=status,
        retraction_reason=_reason(entry) if status == "retracted" else None,
        publisher=truncate_text(one_line(string_of(entry.publisher)), MAX_NAME) or None,
    )


def _updated_at(entry: ForeignEntry, published: Micros, latest: Micros) -> Micros | None:
    return entry.updated_at if entry.updated_at is not None and published < entry.updated_at <= latest else None


def _reason(entry: ForeignEntry) -> str:
    return truncate_text(one_line(string_of(entry.retraction_reason)), MAX_LINE) or "Retracted."


def _aliases(written: tuple[str, ...]) -> tuple[str, ...]:
    """Return anchors as browsers send them, percent-encoded; one that is too long is none."""
    encoded = (alias[:1] + quote(alias[1:], safe=_IN_ANCHORS) for alias in dict.fromkeys(written))
    return tuple(alias for alias in encoded if 1 < len(alias) <= MAX_ALIAS)[:MAX_ALIASES]


def _differ(before: ImportedVersion, after: ImportedVersion) -> bool:
    """Return whether two versions say different things; the ids of their blocks do not count."""
    members = ("headline", "authors", "label", "tags", "source")
    if any(getattr(before, name) != getattr(after, name) for name in members):
        return True
    return _without_ids(before.body) != _without_ids(after.body)


def _without_ids(blocks: tuple[Block, ...]) -> list[Block]:
    return [{name: value for name, value in block.items() if name != "id"} for block in blocks]


def _version(written: ForeignVersion, at: Micros, new_id: Callable[[], str]) -> ImportedVersion:
    html = string_of(written.html)
    headline = one_line(string_of(written.headline))
    if len(headline) > MAX_LINE:
        # No word is lost: what is too long for a headline begins the text.
        headline, html = "", f"<p><strong>{escape(headline, quote=False)}</strong></p>{html}"
    return ImportedVersion(
        at=at,
        headline=headline or None,
        body=tuple(parse_html(html, new_id=new_id)),
        authors=_authors(written.authors),
        label=truncate_text(one_line(string_of(written.label)), MAX_LABEL) or None,
        tags=_tags(written.tags),
        source={"url": source} if (source := media_address(written.source_url)) else None,
    )


def _authors(written: tuple[JsonObject, ...]) -> tuple[JsonObject, ...]:
    made: dict[str, JsonObject] = {}
    for author in written:
        name = truncate_text(one_line(string_of(author.get("name"))), MAX_NAME)
        role = truncate_text(one_line(string_of(author.get("role"))), MAX_NAME)
        page = media_address(string_of(author.get("url"))) or ""
        if name:
            members = {"name": name, "role": role, "url": page}
            made.setdefault(name, {key: value for key, value in members.items() if value})
    return tuple(list(made.values())[:MAX_AUTHORS])


def _tags(written: tuple[str, ...]) -> tuple[JsonObject, ...]:
    made: dict[str, JsonObject] = {}
    for tag in written:
        label = truncate_text(one_line(string_of(tag)), 60)
        slug = slug_from_label(label) if label else ""
        if slug:
            made.setdefault(slug, {"slug": slug, "label": label})
    return tuple(list(made.values())[:MAX_TAGS])
