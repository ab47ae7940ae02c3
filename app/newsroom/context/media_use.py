"""Uploads in what is written: found by id or by an address of ours, kept from deletion, and recorded as used."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

from app.content import Block, MediaFacts, MediaFile, complete_blocks, media_name, names_in_content, renditions_json
from app.domain.entry import Entry, EntryStatus, JsonObject
from app.domain.errors import FieldError, InvalidInput
from app.domain.media import Media
from app.domain.story import Story, shown_blocks
from app.newsroom.context.media_addresses import own_address
from app.newsroom.context.newsroom import Newsroom
from app.newsroom.context.write_context import WriteContext
from app.storage.newsroom.media import lock_media_for_use, update_media_uses

_SHOWN = frozenset({"image", "video", "audio"})
AVATAR_WIDTH = 320
AVATAR_LIMIT = 640
"""Pixels of the widest file that goes along with a byline: it stands with every event of every entry."""


class BodyMedia(Protocol):
    """Uploads that a body names, looked up as they are needed."""

    def complete(self, written: Sequence[Mapping[str, Any]], *, new_id: Callable[[], str]) -> list[Block]:
        """Complete blocks as clients write them. Raises InvalidInput."""
        ...

    def adopt(self, blocks: list[Block], *, before: Sequence[Block]) -> list[Block]:
        """Return blocks read from HTML or text, in which uploads shown by their address are uploads."""
        ...

    def authors(self, authors: Sequence[JsonObject]) -> tuple[JsonObject, ...]:
        """Return authors whose avatars are uploads where they have the address of one."""
        ...


class CompleteBlocks(Protocol):
    """The signature of `complete_blocks`."""

    def __call__(
        self, blocks: Sequence[Mapping[str, Any]], *, new_id: Callable[[], str], media: Mapping[str, MediaFacts]
    ) -> list[Block]:
        """Complete the blocks. Raises InvalidInput."""
        ...


class ShownMedia:
    """The uploads that one body names, each looked up once, by `find`, which is given ids and names.

    `complete` is `complete_blocks`, or does what it does.
    """

    def __init__(
        self,
        newsroom: Newsroom,
        find: Callable[[Collection[str], Collection[str]], Sequence[Media]],
        *,
        complete: CompleteBlocks = complete_blocks,
    ) -> None:
        self._newsroom = newsroom
        self._find_media = find
        self._complete_blocks = complete
        self._by_id: dict[str, MediaFacts] = {}
        self._by_name: dict[str, MediaFacts] = {}

    def complete(self, written: Sequence[Mapping[str, Any]], *, new_id: Callable[[], str]) -> list[Block]:
        """Complete blocks as clients write them; those that show an upload by its address show it as an upload."""
        blocks = [dict(block) for block in written]
        self._find(ids={block["media"] for block in blocks if block.get("media")}, names=self._names(blocks))
        for block in blocks:
            if not block.get("media") and (found := self._shown_in(block)) is not None:
                block["media"] = found.id
        return self._complete_blocks(blocks, new_id=new_id, media=self._by_id)

    def adopt(self, blocks: list[Block], *, before: Sequence[Block]) -> list[Block]:
        """Return blocks read from HTML or text, in which uploads shown by their address are uploads.

        Neither can say that a word was emptied: one that was, in the blocks `before`, stays so unless it is written.
        """
        if not self._names(blocks):
            return blocks
        self._find(ids=(), names=self._names(blocks))
        emptied = {block["media"]: _emptied_words(block) for block in before if "media" in block}
        return [self._adopted(block, emptied) for block in blocks]

    def _adopted(self, block: Block, emptied: Mapping[str, Block]) -> Block:
        found = None if "media" in block else self._shown_in(block)
        if found is None:
            return block
        return self.complete([{**emptied.get(found.id, {}), **block}], new_id=lambda: str(block["id"]))[0]

    def authors(self, authors: Sequence[JsonObject]) -> tuple[JsonObject, ...]:
        """Return authors whose avatars are uploads where they have the address of one, with the smaller files of it."""
        return tuple(self._author(author) if "avatar" in author else author for author in authors)

    def _author(self, author: JsonObject) -> JsonObject:
        avatar = self.avatar(author["avatar"])
        name = media_name(avatar)
        found = None if name is None else self._by_name.get(name)
        shown = {**author, "avatar": avatar}
        if found is None or not (files := [each for each in found.files if _is_of_avatar(each)]):
            return shown
        return {**shown, "avatar_renditions": renditions_json(found, files)}

    def avatar(self, url: str) -> str:
        """Return an avatar's address as it is stored."""
        own = url if media_name(url) is not None else own_address(self._newsroom, url)
        name = None if own is None else media_name(own)
        if own is None or name is None:
            return url
        self._find(ids=(), names={name})
        found = self._by_name.get(name)
        return own if found is not None and own.endswith(tuple(f"/{each.file}" for each in found.files)) else url

    def avatar_of(self, media: str, *, pointer: str) -> str:
        """Return the stored address of an upload as an avatar. Raises InvalidInput for what is no picture."""
        self._find(ids={media}, names=())
        found = self._by_id.get(media)
        if found is None or found.kind != "image":
            raise InvalidInput([FieldError(pointer, "unknown_media", "There is no such picture.")])
        pictures = [each for each in found.files if each.content_type == "image/jpeg"] or list(found.files)
        fitting = [each for each in pictures if (each.width or 0) >= AVATAR_WIDTH] or pictures
        return found.address(min(fitting, key=lambda each: each.width or 0).file)

    def _names(self, blocks: Sequence[Mapping[str, Any]]) -> set[str]:
        named = {self._name_in(block) for block in blocks if not block.get("media")}
        return {name for name in named if name is not None}

    def _name_in(self, block: Mapping[str, Any]) -> str | None:
        if block.get("type") not in _SHOWN or not block.get("url"):
            return None
        own = own_address(self._newsroom, block["url"])
        return None if own is None else media_name(own)

    def _shown_in(self, block: Mapping[str, Any]) -> MediaFacts | None:
        name = self._name_in(block)
        found = None if name is None else self._by_name.get(name)
        return found if found is not None and found.kind == block["type"] else None

    def _find(self, *, ids: Collection[str], names: Collection[str]) -> None:
        unknown_ids = set(ids) - self._by_id.keys()
        unknown_names = set(names) - self._by_name.keys()
        if not unknown_ids and not unknown_names:
            return
        for media in self._find_media(unknown_ids, unknown_names):
            self._by_id[media.id] = self._by_name[media.name] = facts_of(media)


def _is_of_avatar(file: MediaFile) -> bool:
    return file.content_type == "image/webp" and (file.width or 0) <= AVATAR_LIMIT


def _emptied_words(block: Block) -> Block:
    return {name: "" for name in ("caption", "credit") if block.get(name) == ""}


class UsedMedia(ShownMedia):
    """The uploads that one write names, each locked against deletion until the write is done."""

    def __init__(self, context: WriteContext, *, complete: CompleteBlocks = complete_blocks) -> None:
        def find(ids: Collection[str], names: Collection[str]) -> Sequence[Media]:
            return lock_media_for_use(context.tx, ids=ids, names=names)

        super().__init__(context.newsroom, find, complete=complete)


def facts_of(media: Media) -> MediaFacts:
    """Return what a block shows of a media."""
    files = tuple(
        MediaFile(each["file"], each["type"], each.get("width"), each.get("height"), each["size"])
        for each in media.renditions
    )
    words = media.words
    return MediaFacts(
        id=media.id,
        name=media.name,
        kind=media.kind,
        width=media.width,
        height=media.height,
        animated=media.animated,
        duration_ms=media.duration_ms,
        placeholder=media.placeholder,
        files=files,
        alt=words.alt,
        caption=words.caption,
        credit=words.credit,
        focal=words.focal,
    )


def record_entry_media(context: WriteContext, *, before: Entry | None, after: Entry) -> None:
    """Record what an entry uses now, and what its earlier versions use alone; one that was removed uses nothing."""
    _record(context, _names_in_entry(before), _names_in_entry(after), story=after.story, entry=after.id)


def record_story_media(context: WriteContext, *, before: Story | None, after: Story) -> None:
    """Record what a story itself uses now, and what its earlier versions use alone."""
    _record(context, _names_in_story(before), _names_in_story(after), story=after.id)


def record_person_media(context: WriteContext, person: str, *, before: str | None, after: str | None) -> None:
    """Record which media a person's avatar is, from its stored address."""
    _record(context, _names_in_avatar(before), _names_in_avatar(after), person=person)


def _record(
    context: WriteContext,
    was: frozenset[str],
    now: frozenset[str],
    *,
    story: str = "",
    entry: str = "",
    person: str = "",
) -> None:
    if was == now:
        return
    # One that was deleted since it was used here can come back with an earlier version, and shows nothing.
    added = {media.name for media in lock_media_for_use(context.tx, names=now - was)}
    update_media_uses(context.tx, added=added, dropped=was - now, story=story, entry=entry, person=person)


def _names_in_entry(entry: Entry | None) -> frozenset[str]:
    if entry is None or entry.status is EntryStatus.REMOVED:
        return frozenset()
    names = names_in_content(entry.content.blocks, entry.content.authors)
    if entry.working is not None:
        names |= names_in_content(entry.working.content.blocks, entry.working.content.authors)
    return names


def _names_in_story(story: Story | None) -> frozenset[str]:
    if story is None:
        return frozenset()
    return names_in_content(shown_blocks(story.fields), story.fields.get("authors", ()))


def _names_in_avatar(avatar: str | None) -> frozenset[str]:
    name = None if avatar is None else media_name(avatar)
    return frozenset() if name is None else frozenset({name})
