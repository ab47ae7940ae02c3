"""The feed of the newsroom's stream: each write of a story that a subscriber may see, with the state after it.

The tables are the truth: the stream is woken by commits, and what it sends is read here. Rights are looked up anew
in each read, so that a subscriber who has lost one is sent nothing more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from app.domain.clock import Micros, format_time
from app.domain.errors import LiveblogError, NotAuthenticated, NotFound
from app.domain.identifiers import PersonId, StoryId, TokenId
from app.domain.permissions import permitted_actions
from app.domain.rights import Actor, Right, actor_in_story, has_right, require_right
from app.domain.story import Story
from app.newsroom.context.access import actor_of_token, authenticate, digest_of
from app.newsroom.context.begin_write import open_write
from app.newsroom.context.lookup import look_up_story
from app.newsroom.context.media_addresses import with_signed_media
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.comments import read_comment, read_pending_counts
from app.storage.newsroom.entries import read_entry
from app.storage.newsroom.people import read_person, read_token
from app.storage.newsroom.stories import read_story
from app.storage.newsroom.stream_feed import (
    AuditedWrite,
    delete_ticket,
    insert_ticket,
    list_writes_after,
    read_newest_audit_id,
)
from app.wire.comment_json import newsroom_comment
from app.wire.encoding import encode_json
from app.wire.newsroom_json import newsroom_entry, newsroom_story
from app.wire.newsroom_stream_feed import FeedBatch, FeedMessage, FeedPosition, WatchedStory, Watcher
from app.wire.newsroom_stream_messages import (
    Principal,
    encode_comment_news,
    encode_comments_waiting,
    encode_entry_news,
    encode_story_news,
)

TICKET_SECONDS = 30
TICKET_LENGTH = 43

LATE_NUMBERS = 500
"""Audit numbers are drawn before the commit: on PostgreSQL one this far behind the newest may still turn up."""


def issue_ticket(newsroom: Newsroom, call: Call) -> Reply:
    """Issue a key that opens the newsroom's stream once, within half a minute: a page's socket sends no header."""
    with open_write(newsroom, call, right=Right.READ_NEWSROOM) as context:
        now, token_id = context.now, context.actor.token_id
        expires_at = Micros(now + TICKET_SECONDS * 1_000_000)
        secret = newsroom.random.base62("ticket", f"{token_id}:{now}", TICKET_LENGTH)
        insert_ticket(context.tx, digest_of(secret), token_id=token_id, now=now, expires_at=expires_at)
        return Reply(201, encode_json({"ticket": secret, "expires_at": format_time(expires_at)}))


def admit_by_token(newsroom: Newsroom, credentials: str) -> Watcher:
    """Return who this token's holder is. Raises NotAuthenticated, NotAllowed."""
    with newsroom.database.snapshot() as tx:
        return _watcher(tx, authenticate(tx, newsroom, Call(credentials)))


def admit_by_ticket(newsroom: Newsroom, ticket: str) -> Watcher:
    """Use up a ticket, and return who it was issued to. Raises NotAuthenticated `ticket_invalid`, NotAllowed."""
    with newsroom.database.transaction() as tx:
        token_id = delete_ticket(tx, digest_of(ticket), now=newsroom.clock())
        if token_id is not None:
            return _watcher(tx, actor_of_token(tx, newsroom, token_id))
    raise NotAuthenticated("ticket_invalid", "This ticket is unknown, used or too old; ask for another one.")


def find_watched_story(newsroom: Newsroom, token_id: str, ref: str) -> WatchedStory:
    """Return the story, if the token's holder may see it. Raises NotFound `story_not_found`, NotAuthenticated."""
    with newsroom.database.snapshot() as tx:
        story = look_up_story(tx, ref, actor_of_token(tx, newsroom, token_id))
        return WatchedStory(story.id, story.slug)


def find_principals(newsroom: Newsroom, tokens: Collection[str]) -> dict[str, Principal]:
    """Find whose these tokens are, with the names that colleagues know."""
    with newsroom.database.snapshot() as tx:
        known = {each: read_token(tx, TokenId(each)) for each in sorted(tokens)}
        return {each: _author(tx, None if token is None else token.person, each) for each, token in known.items()}


def begin_watching(newsroom: Newsroom) -> FeedPosition:
    """Return the mark of everything written so far, from which `read_news` goes on."""
    with newsroom.database.snapshot() as tx:
        after = read_newest_audit_id(tx) - LATE_NUMBERS
        return _position(after, list_writes_after(tx, after), read_pending_counts(tx))


def read_news(newsroom: Newsroom, mark: FeedPosition, watched: Mapping[str, frozenset[StoryId]]) -> FeedBatch:
    """Read what was written since `mark`, for the holders of these tokens; `watched` are the stories each has named."""
    with newsroom.database.snapshot() as tx:
        actors, ended = _actors(tx, newsroom, watched)
        recent = read_newest_audit_id(tx) - LATE_NUMBERS
        # A history that has lost more than is kept in mind is told again from where it may still grow.
        after = mark.after if recent + LATE_NUMBERS >= mark.after else recent
        found = list_writes_after(tx, after)
        rows = [row for row in found if (row.id, row.at) not in mark.sent]
        pending = read_pending_counts(tx)
        news = _news(tx, newsroom, _newest_of_each(rows), actors)
        return FeedBatch(
            mark=_position(max(after, recent), found, pending),
            news=(*news, *_waiting(tx, mark.pending, pending, actors, decided=_stories_decided_in(rows))),
            ended=ended,
            lost={
                token: frozenset(story for story in watched[token] if not _sees(tx, actor, story))
                for token, actor in actors.items()
            },
        )


def _position(after: int, sent: Iterable[AuditedWrite], pending: Mapping[StoryId, int]) -> FeedPosition:
    return FeedPosition(after, frozenset((row.id, row.at) for row in sent if row.id > after), pending)


def _watcher(tx: ReadTransaction, actor: Actor) -> Watcher:
    require_right(actor, Right.READ_NEWSROOM)
    return Watcher(_author(tx, actor.person, actor.token_id), actor.role.value)


def _actors(
    tx: ReadTransaction, newsroom: Newsroom, watched: Mapping[str, frozenset[StoryId]]
) -> tuple[dict[str, Actor], dict[str, str]]:
    """Return the actors behind the tokens, and for each token that is no longer valid the error's code."""
    actors: dict[str, Actor] = {}
    ended: dict[str, str] = {}
    for token in watched:
        try:
            actor = actor_of_token(tx, newsroom, token)
            require_right(actor, Right.READ_NEWSROOM)
        except LiveblogError as error:
            ended[token] = error.code
        else:
            actors[token] = actor
    return actors, ended


def _newest_of_each(rows: list[AuditedWrite]) -> list[AuditedWrite]:
    """Keep the last write of each object: it is sent as it is now, so that one of several is enough."""
    last = {(row.story, row.entry, row.comment): row for row in rows}
    return sorted(last.values(), key=lambda row: row.id)


def _news(
    tx: ReadTransaction, newsroom: Newsroom, rows: list[AuditedWrite], actors: Mapping[str, Actor]
) -> list[FeedMessage]:
    return [news for row in rows for news in _news_of(tx, newsroom, row, actors)]


def _news_of(
    tx: ReadTransaction, newsroom: Newsroom, row: AuditedWrite, actors: Mapping[str, Actor]
) -> list[FeedMessage]:
    """One write as messages: of an entry one for each set of rights in it, however many people have the same."""
    story = read_story(tx, row.story)
    if story is None:
        return []
    audience = {
        token: within for token, actor in actors.items() if (within := actor_in_story(actor, story)) is not None
    }
    by = _author(tx, row.person, row.token_id)
    if row.comment is not None:
        return _comment_news(tx, story, row, by, audience)
    if row.entry is None:
        shape = newsroom_story(story, links=newsroom.links)
        message = with_signed_media(newsroom, encode_story_news(shape, action=row.action, by=by, at=row.at))
        return [FeedMessage(story.id, message, frozenset(audience))]
    entry = read_entry(tx, story.id, row.entry)
    if entry is None:
        return []
    alike: dict[tuple[str, ...], set[str]] = {}
    for token, actor in audience.items():
        alike.setdefault(permitted_actions(actor, story, entry), set()).add(token)
    posted_by = _author(tx, entry.created_by, entry.created_by_token)
    shape = newsroom_entry(entry, can=(), posted_by=posted_by)
    return [
        FeedMessage(
            story.id,
            with_signed_media(
                newsroom, encode_entry_news({**shape, "can": list(can)}, action=row.action, by=by, at=row.at)
            ),
            frozenset(tokens),
        )
        for can, tokens in alike.items()
    ]


def _comment_news(
    tx: ReadTransaction, story: Story, row: AuditedWrite, by: Principal, audience: Mapping[str, Actor]
) -> list[FeedMessage]:
    """A write to a comment as messages: with its writer's addresses for those who moderate, and without for others."""
    comment = read_comment(tx, row.comment or "")
    if comment is None:
        return []
    moderators = frozenset(token for token, actor in audience.items() if has_right(actor, Right.MODERATE))
    messages = []
    for tokens in (moderators, frozenset(audience) - moderators):
        if tokens:
            shape = newsroom_comment(comment, sees_address=tokens is moderators)
            messages.append(
                FeedMessage(story.id, encode_comment_news(shape, action=row.action, by=by, at=row.at), tokens)
            )
    return messages


def _stories_decided_in(rows: list[AuditedWrite]) -> frozenset[StoryId]:
    return frozenset(row.story for row in rows if row.comment is not None)


def _waiting(
    tx: ReadTransaction,
    before: Mapping[StoryId, int],
    now: Mapping[StoryId, int],
    actors: Mapping[str, Actor],
    *,
    decided: frozenset[StoryId],
) -> list[FeedMessage]:
    """Messages about the stories in which another number of comments waits than before, or any was decided about.

    A comment that came and was decided about since leaves the number as it was; who has read it between needs it.
    """
    messages = []
    for ident in sorted(before.keys() | now.keys() | decided):
        count = now.get(ident, 0)
        is_told = count == before.get(ident, 0) and ident not in decided
        if is_told or (story := read_story(tx, ident)) is None:
            continue
        audience = frozenset(token for token, actor in actors.items() if actor_in_story(actor, story) is not None)
        if audience:
            messages.append(FeedMessage(ident, encode_comments_waiting(ident, pending=count), audience))
    return messages


def _author(tx: ReadTransaction, person: PersonId | None, token_id: str) -> Principal:
    if person is not None:
        known = read_person(tx, person)
        return Principal(token_id, person, None if known is None else known.name)
    token = read_token(tx, TokenId(token_id))
    return Principal(token_id, None, None if token is None else token.label)


def _sees(tx: ReadTransaction, actor: Actor, story: StoryId) -> bool:
    try:
        look_up_story(tx, story, actor)
    except NotFound:
        return False
    return True
