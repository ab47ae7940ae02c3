"""A story's public log of corrections and retractions, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from app.reading.positions import encode_correction_position, parse_correction_position
from app.storage.database.transactions import ReadTransaction
from app.storage.public.corrections import CorrectionLine, CorrectionPosition, list_corrections
from app.storage.public.reads import PublicStory
from app.wire.encoding import encode_json
from app.wire.links import Links


@dataclass(frozen=True, slots=True)
class CorrectionPage:
    """The body of `GET /v1/stories/{story}/corrections`, and the URLs of the pages after and before it."""

    body: bytes
    next: str | None
    prev: str | None


def read_corrections(
    tx: ReadTransaction, story: PublicStory, *, position: str | None, limit: int, links: Links
) -> CorrectionPage:
    """Read one page of the corrections and retractions of visible entries. Raises InvalidInput for a bad position."""
    links = links.for_site(story.head.site)
    beyond, newer = (None, False) if position is None else parse_correction_position(position)
    found = list_corrections(tx, story.head.story, beyond=beyond, newer=newer, limit=limit + 1)
    lines = found[:limit][::-1] if newer else found[:limit]
    more = len(found) > limit
    older = more if not newer else _has_beyond(tx, story, lines[-1:], newer=False)
    newest = more if newer else beyond is not None and _has_beyond(tx, story, lines[:1], newer=True)
    following = _url(story, lines[-1].position, newer=False, limit=limit, links=links) if older else None
    preceding = _url(story, lines[0].position, newer=True, limit=limit, links=links) if newest else None
    items = b",".join(_item(line, story, links) for line in lines)
    neighbours = encode_json(following), encode_json(preceding), encode_json(str(story.head.cursor))
    return CorrectionPage(b'{"items":[%b],"next":%b,"prev":%b,"head":%b}' % (items, *neighbours), following, preceding)


def _item(line: CorrectionLine, story: PublicStory, links: Links) -> bytes:
    url = links.entry_page_template(story.head.slug).replace("{id}", line.position.entry)
    return b'%b,"url":%b}' % (line.item[:-1], encode_json(url))


def _has_beyond(tx: ReadTransaction, story: PublicStory, edge: list[CorrectionLine], *, newer: bool) -> bool:
    return any(list_corrections(tx, story.head.story, beyond=line.position, newer=newer, limit=1) for line in edge)


def _url(story: PublicStory, position: CorrectionPosition, *, newer: bool, limit: int, links: Links) -> str:
    query = f"limit={limit}&position={quote(encode_correction_position(position, newer=newer), safe='')}"
    return f"{links.story(story.head.story)}/corrections?{query}"
