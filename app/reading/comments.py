"""Pages of the comments that readers see, in either order, each with the first of those under it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from app.domain.clock import Micros
from app.domain.errors import FieldError, InvalidInput, NotFound
from app.domain.identifiers import is_uuid4
from app.reading.entries import require_entry
from app.storage.database.transactions import ReadTransaction
from app.storage.public.comments import (
    CommentBoundary,
    CommentOrder,
    CommentPlace,
    PublicComment,
    list_public_children,
    list_public_comments,
    read_child_counts,
    read_public_comment,
)
from app.storage.public.reads import PublicStory
from app.wire.encoding import encode_json
from app.wire.links import Links

COMMENTS_LIMIT = 20
CHILDREN_SHOWN = 5
"""Comments under another that are sent with it; the others are a list of their own."""

_POSITION = re.compile(r"([ne])([0-9]{1,18})-([0-9a-f-]{36})")


@dataclass(frozen=True, slots=True)
class CommentsRequest:
    """A request for one page of comments: of a story, of an entry, or of those under a comment."""

    entry: str | None = None
    parent: str | None = None
    order: CommentOrder = "newest"
    position: str | None = None
    limit: int = COMMENTS_LIMIT


def read_comments(tx: ReadTransaction, story: PublicStory, request: CommentsRequest, *, links: Links) -> bytes:
    """Read one page, as the body of `GET /v1/stories/{story}/comments`.

    Raises InvalidInput for a bad position, NotFound and Gone for an entry or comment that readers do not see.
    """
    links = links.for_site(story.head.site)
    place = _place(tx, story, request)
    boundary = None if request.position is None else _parse_position(request.position)
    found = list_public_comments(tx, place, order=request.order, boundary=boundary, limit=request.limit + 1)
    page = found[: request.limit]
    following = _url(page[-1], story, request, links) if len(found) > len(page) else None
    items = b",".join(_items(tx, place, page))
    members = {"next": following, "comment_count": story.head.comments.count}
    return b'{"items":[%b],%b' % (items, encode_json(members)[1:])


def _place(tx: ReadTransaction, story: PublicStory, request: CommentsRequest) -> CommentPlace:
    ident = story.head.story
    entry = None if request.entry is None else require_entry(tx, ident, request.entry).id
    if request.parent is None:
        return CommentPlace(ident, entry=entry)
    parent = read_public_comment(tx, ident, request.parent) if is_uuid4(request.parent) else None
    if parent is None:
        raise NotFound("comment_not_found", "There is no such reply.")
    return CommentPlace(ident, entry=entry, parent=parent.id)


def _items(tx: ReadTransaction, place: CommentPlace, page: list[PublicComment]) -> list[bytes]:
    if place.parent is not None:
        return [comment.item for comment in page]
    parents = [comment.id for comment in page]
    counts = read_child_counts(tx, place.story, parents) if parents else {}
    children = list_public_children(tx, place.story, list(counts), limit=CHILDREN_SHOWN) if counts else {}
    return [_with_children(each, children.get(each.id, []), counts.get(each.id, 0)) for each in page]


def _with_children(comment: PublicComment, children: list[PublicComment], count: int) -> bytes:
    below = b",".join(child.item for child in children)
    return b'%b,"children":[%b],"child_count":%d}' % (comment.item[:-1], below, count)


def _url(last: PublicComment, story: PublicStory, request: CommentsRequest, links: Links) -> str:
    sign = "e" if request.order == "newest" else "n"
    position = f"{sign}{last.at}-{last.id}"
    given = {
        "entry": request.entry,
        "parent": request.parent,
        "order": None if request.order == "newest" else request.order,
        "limit": None if request.limit == COMMENTS_LIMIT else request.limit,
        "position": position,
    }
    query = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in given.items() if value is not None)
    return f"{links.comments(story.head.story)}?{query}"


def _parse_position(text: str) -> CommentBoundary:
    match = _POSITION.fullmatch(text)
    if match is None or not is_uuid4(match[3]):
        detail = "This position was not made by us; begin without one."
        raise InvalidInput([FieldError("/query/position", "bad_position", detail)])
    return CommentBoundary(Micros(int(match[2])), match[3], "newer" if match[1] == "n" else "older")
