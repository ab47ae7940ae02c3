"""Answers of the Liveblog plugin's REST API, saved as files: `…/wp-json/liveblog/v1/{post}/entries/{from}/{to}` and
`…/get-entries/{page}/{last}`. An entry is there once for each change, under the id of the first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from app.content.addresses import media_address
from app.domain.clock import Micros
from app.domain.entry import JsonObject
from app.domain.slugs import is_slug, slug_of
from app.importers.foreign import FileBroken, ForeignEntry, ForeignStory, ForeignVersion, ReadOptions, SourceFile
from app.importers.json_items import JsonItems
from app.importers.times import NotATime, is_absent, read_time
from app.importers.values import string_of
from app.importers.wordpress.plugin_markup import read_entry_text

_LISTS = frozenset({("entries",), ("updates",), ()})


def read_rest(files: Sequence[SourceFile], options: ReadOptions) -> Iterator[ForeignStory]:
    """Read the live blogs of saved REST answers, told apart by the post that their entries link to."""
    stories: dict[str, ForeignStory] = {}
    changes: dict[str, dict[str, list[_Change]]] = {}
    for file in files:
        with file.open() as stream:
            items = JsonItems(stream, where=file.name, lists=_LISTS)
            for path, item in items:
                if path not in _LISTS or not isinstance(item, Mapping):
                    continue
                where = f"{file.name}, entry {items.number:,}"
                link = string_of(item.get("share_link")).partition("#")[0]
                story = stories.setdefault(link, _story(link, file.name))
                change = _Change.read(item, where, story, options)
                if change is not None:
                    changes.setdefault(link, {}).setdefault(change.id, []).append(change)
    if not changes:
        raise FileBroken(files[0].name if files else "the folder", "There is no entry of the Liveblog plugin in it.")
    for link, story in stories.items():
        story.entries.extend(_fold(chain) for chain in changes.get(link, {}).values())
        yield story


def _story(link: str, where: str) -> ForeignStory:
    name = unquote(urlsplit(link).path.strip("/").rpartition("/")[2]) if media_address(link) else ""
    slug = slug_of(name)
    story = ForeignStory(
        id=link or where,
        source="wordpress",
        title=name.replace("-", " ").strip().capitalize(),
        where=where,
        slug=slug if is_slug(slug) else "",
        is_live=True,
        aliases=(link,) if link else (),
    )
    if media_address(link):
        story.fields["canonical_url"] = link
    return story


class _Change:
    """One change of an entry: new, an update or a deletion."""

    def __init__(self, item: Mapping[str, Any], where: str, at: Micros, created: Micros) -> None:
        self.id = string_of(item.get("id"))
        self.where = where
        self.at = at
        self.created = created
        self.is_deletion = item.get("type") == "delete"
        content = item.get("content")
        self.text = read_entry_text(content if isinstance(content, str) else str(item.get("render") or ""))
        self.is_key = bool(item.get("key_event")) or "type-key" in str(item.get("css_classes") or "").split()
        self.authors = tuple(_authors(item.get("authors")))

    @classmethod
    def read(cls, item: Mapping[str, Any], where: str, story: ForeignStory, options: ReadOptions) -> _Change | None:
        """Read a change; None, with the reason said, for one that has no id or no time."""
        identifier = string_of(item.get("id"))
        try:
            if not identifier:
                raise NotATime("it has no id")
            at = read_time(item.get("timestamp"), now=options.now)
            created = at if is_absent(item.get("entry_time")) else read_time(item.get("entry_time"), now=options.now)
        except NotATime as error:
            story.leave_unplaced(where, "entry", identifier, error)
            return None
        return cls(item, where, at, created)


def _authors(value: Any) -> Iterator[JsonObject]:
    for author in value if isinstance(value, list) else ():
        if isinstance(author, Mapping) and string_of(author.get("name")):
            yield {"name": string_of(author.get("name"))}


def _fold(chain: list[_Change]) -> ForeignEntry:
    chain = sorted(chain, key=lambda change: change.at)
    newest, created = chain[-1], min(change.created for change in chain)
    aliases = (f"#liveblog-entry-{newest.id}", f"#{newest.id}")
    if newest.is_deletion:
        return ForeignEntry(newest.id, newest.where, created, (), aliases, status="removed", updated_at=newest.at)
    told = [change for change in chain if not change.is_deletion]
    return ForeignEntry(
        newest.id,
        newest.where,
        created,
        tuple(
            ForeignVersion(
                change.at, html=change.text.html, authors=change.authors, tags=change.text.tags, label=change.text.label
            )
            for change in told
        ),
        aliases,
        published_at=created,
        updated_at=newest.at if newest.at > created else None,
        key_event=newest.is_key or newest.text.is_key,
        unknown_kinds=newest.text.unknown_kinds,
    )
