"""The content of an entry, made from what a client wrote."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

from app.content import (
    MAX_ENTRY_BYTES,
    TEXT_TYPES,
    Block,
    dropped_blocks,
    keep_formatting,
    mentioned_block,
    parse_html,
    parse_markdown,
    parse_plain,
    render_html,
    reuse_ids,
    shows_blocks,
    shows_text,
    split_lines,
    warnings_of,
)
from app.domain.clock import Micros, format_time, parse_time
from app.domain.entry import EntryContent, JsonObject
from app.domain.errors import Conflict, FieldError, InvalidInput, TooLarge
from app.domain.identifiers import Base62Source
from app.domain.story import StorySettings
from app.newsroom.context.media_use import BodyMedia
from app.wire.encoding import encode_json
from app.wire.requests.entries import EntryDraft, EntryPatch, WrittenBody

EARLIEST_DISPLAY_TIME = parse_time("1900-01-01T00:00:00Z")
CLOCKS_DIFFER = Micros(60_000_000)

_PLAIN_FIELDS = ("kind", "key_event", "importance", "headline", "label", "icon", "display_time")


TextForm = Literal["html", "markdown", "plain"]


class ParseText(Protocol):
    """The signature of `parse_text`."""

    def __call__(
        self, form: TextForm, text: str, *, new_id: Callable[[], str], kept: Mapping[str, Block]
    ) -> list[Block]:
        """Parse the text. Raises InvalidInput."""
        ...


def parse_text(form: TextForm, text: str, *, new_id: Callable[[], str], kept: Mapping[str, Block]) -> list[Block]:
    """Parse a text or HTML into blocks; `kept` are those that a text may name. Raises InvalidInput."""
    if form == "html":
        return parse_html(text, new_id=new_id)
    return (parse_plain if form == "plain" else parse_markdown)(text, new_id=new_id, kept=kept)


def block_ids(source: Base62Source, key: str) -> Callable[[], str]:
    """Return a function that makes the ids of one write's new blocks; `key` names the entry and the version."""
    made = 0

    def new_id() -> str:
        nonlocal made
        made += 1
        return source.base62("block", f"{key}:{made}", 10)

    return new_id


def new_content(
    draft: EntryDraft,
    *,
    author: JsonObject | None,
    new_id: Callable[[], str],
    media: BodyMedia,
    before: EntryContent | None = None,
    parse: ParseText = parse_text,
) -> EntryContent:
    """Make the content of a new entry; without authors it is by its poster. Raises InvalidInput, TooLarge.

    Given what the entry said `before`, blocks that have not changed keep their ids. `parse` is `parse_text`, or does
    what it does.
    """
    written = [] if author is None else [author]
    if draft.authors is not None:
        written = [author.model_dump(exclude_none=True) for author in draft.authors]
    content = EntryContent(
        **{name: getattr(draft, name) for name in _PLAIN_FIELDS},
        authors=media.authors(written),
        source=None if draft.source is None else draft.source.model_dump(exclude_none=True),
        tags=tuple(tag.model_dump() for tag in draft.tags or ()),
    )
    content = with_body(content, draft, new_id=new_id, media=media, earlier=before, parse=parse)
    if before is not None:
        kept = reuse_ids(as_blocks(before), as_blocks(content))
        content = dataclasses.replace(content, blocks=tuple(kept))
    _refuse_empty(content)
    return _check_size(content)


def revised_content(
    before: EntryContent, patch: EntryPatch, *, new_id: Callable[[], str], media: BodyMedia
) -> EntryContent:
    """Return the entry's content after `patch`. Raises InvalidInput, TooLarge, Conflict `blocks_would_be_lost`."""
    given = patch.model_fields_set
    changes: dict[str, Any] = {name: getattr(patch, name) for name in _PLAIN_FIELDS if name in given}
    if patch.authors is not None:
        changes["authors"] = media.authors([author.model_dump(exclude_none=True) for author in patch.authors])
    if "source" in given:
        changes["source"] = None if patch.source is None else patch.source.model_dump(exclude_none=True)
    if patch.tags is not None:
        changes["tags"] = tuple(tag.model_dump() for tag in patch.tags)
    after = with_body(dataclasses.replace(before, **changes), patch, new_id=new_id, media=media)
    _refuse_empty(after)
    return _check_size(after)


def check_alternatives(content: EntryContent, settings: StorySettings) -> None:
    """Raise InvalidInput `alt_required` for a picture without alternative text in a story that wants one."""
    if settings.require_alt and "alt_missing" in warnings_of(as_blocks(content)):
        raise InvalidInput(
            [FieldError("/blocks", "alt_required", "This story wants alternative text with every picture.")]
        )


def check_display_time(written: EntryDraft | EntryPatch, *, now: Micros) -> None:
    """Raise InvalidInput `out_of_range` for a display time in the future, or before there was anything to report live.

    A minute is let pass: the writer's clock may be ahead of ours.
    """
    at = written.display_time
    if at is not None and not EARLIEST_DISPLAY_TIME <= at <= now + CLOCKS_DIFFER:
        detail = f"The time to show lies between {format_time(EARLIEST_DISPLAY_TIME)} and now."
        raise InvalidInput([FieldError("/display_time", "out_of_range", detail)])


def as_blocks(content: EntryContent) -> list[Block]:
    """Return the content's blocks in the form that `app.content` works on."""
    return [dict(block) for block in content.blocks]


def with_body(
    content: EntryContent,
    written: WrittenBody,
    *,
    new_id: Callable[[], str],
    media: BodyMedia,
    earlier: EntryContent | None = None,
    parse: ParseText = parse_text,
) -> EntryContent:
    """Return the content with the body that was written, if one was. Raises Conflict `blocks_would_be_lost`."""
    before = as_blocks(content)
    shown = as_blocks(earlier or content)
    text, text_format = None, "markdown"
    blocks = written.written_blocks()
    if blocks is not None:
        after = media.complete(blocks, new_id=new_id)
    elif written.html is not None:
        after = media.adopt(parse("html", written.html, new_id=new_id, kept={}), before=shown)
    elif written.text is not None:
        text, text_format = written.text, written.text_format or content.text_format
        _refuse_loss(content, text)
        kept = {block["id"]: block for block in before if block["type"] not in TEXT_TYPES}
        form: TextForm = "plain" if text_format == "plain" else "markdown"
        after = media.adopt(parse(form, text, new_id=new_id, kept=kept), before=shown)
        if before and content.text is None and text_format == "markdown":
            formatted = keep_formatting(before, after)
            # A text that lacks what its blocks have would lose that with the next edit: it is rendered anew for it.
            text, after = (text, after) if render_html(formatted) == render_html(after) else (None, formatted)
    else:
        return content
    return dataclasses.replace(content, text=text, text_format=text_format, blocks=tuple(reuse_ids(before, after)))


def _refuse_loss(before: EntryContent, text: str) -> None:
    """Raise Conflict `blocks_would_be_lost` for a text that does not name, by `[[block:id]]`, blocks it cannot express.

    Where the entry was typed as text before, only the blocks that text named are at stake: an embed that was made
    from an address on a line of its own goes with that line.
    """
    if not before.blocks:
        return
    lost = dropped_blocks(text, as_blocks(before))
    if before.text is not None:
        named = {mentioned_block(line) for line in split_lines(before.text)}
        lost = [block for block in lost if block in named]
    if lost:
        listed = ", ".join(f"[[block:{block}]]" for block in lost)
        raise Conflict("blocks_would_be_lost", f"The new text leaves out {listed}; keep them on lines of their own.")


def _refuse_empty(content: EntryContent) -> None:
    """Raise InvalidInput `empty_entry` for blanks, text without width, and HTML of which nothing may stay."""
    if not (shows_text(content.headline or "") or shows_blocks(as_blocks(content))):
        raise InvalidInput([FieldError("", "empty_entry", "An entry needs a headline or a body.")])


def check_body_size(blocks: Sequence[JsonObject]) -> None:
    """Raise TooLarge `entry_too_large` for a body that no entry may have."""
    size = len(encode_json(blocks))
    if size > MAX_ENTRY_BYTES:
        raise TooLarge("entry_too_large", f"The entry is {size:,} bytes once encoded; {MAX_ENTRY_BYTES:,} at most.")


def _check_size(content: EntryContent) -> EntryContent:
    check_body_size(content.blocks)
    return content
