"""Taking readers' comments in: the checks of each, and one commit for all that arrive together.

Nothing here locks a story: what editors write never waits for what readers send. Checks are made in a snapshot, before
the one writer is asked for. During a freeze comments are taken as ever, since readers know of none; they wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from app.domain.clock import Micros
from app.domain.comments import Comment, CommentId, CommentStatus, held_words, mode_of
from app.domain.errors import (
    Conflict,
    FieldError,
    Gone,
    InvalidInput,
    LiveblogError,
    NotAllowed,
    NotFound,
    Unavailable,
    story_not_found,
    story_withdrawn,
)
from app.domain.identifiers import EntryId, StoryId, is_uuid4
from app.domain.story import Story, StoryStatus
from app.newsroom.comments.attention import find_unattended
from app.newsroom.comments.moderation import comment_not_found
from app.newsroom.comments.signer import CommentSigner
from app.newsroom.context.newsroom import Newsroom
from app.storage.database.transactions import ReadTransaction, WriteTransaction
from app.storage.newsroom.comment_lock import lock_out_purges
from app.storage.newsroom.comment_rules import list_blocks, list_hold_words
from app.storage.newsroom.comments import (
    insert_comment,
    read_comments_by_key,
    read_pending_counts,
)
from app.storage.newsroom.site_control import read_purge_count
from app.storage.newsroom.stories import read_story
from app.storage.public.comments import read_public_comment
from app.storage.public.reads import Tombstone, read_public_entry
from app.wire.requests.comments import CommentDraft

TAKING = frozenset({StoryStatus.UPCOMING, StoryStatus.LIVE, StoryStatus.PAUSED})
"""Statuses of stories that take comments; they close with the story."""

RULES_SECONDS = 1.0
"""Blocks, hold-words and the number of those that wait are read again after so long."""

ROUNDS = 3
"""How often comments are checked without a lock, because something was purged meanwhile, before they are with one."""


@dataclass(frozen=True, slots=True)
class ArrivingComment:
    """One comment as it arrived: the draft, where from, and under which of the sender's keys."""

    story: str
    draft: CommentDraft
    address: str | None = None
    client_key: str | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TakenComment:
    """A comment that is on disk, and the secret of its receipt."""

    comment: CommentId
    story: StoryId
    receipt: str
    is_replayed: bool = False


_Outcome = Comment | TakenComment | LiveblogError
"""A comment to store, one that was stored before under the same key, or the error it is refused with."""


@dataclass(slots=True)
class _Rules:
    """The rules that are the same for all comments, as they were last read."""

    read_at: float
    networks: list[IPv4Network | IPv6Network] = field(default_factory=list)
    words: frozenset[str] = frozenset()
    pending: int = 0


class CommentIntake:
    """Takes batches of comments in, in one thread. `monotonic` is in seconds."""

    def __init__(self, newsroom: Newsroom, signer: CommentSigner, *, monotonic: Callable[[], float]) -> None:
        self._newsroom = newsroom
        self._signer = signer
        self._monotonic = monotonic
        self._rules: _Rules | None = None

    def take(self, arriving: Sequence[ArrivingComment]) -> list[TakenComment | LiveblogError]:
        """Check and store comments, all in one commit; return for each what became of it, in order."""
        for _ in range(ROUNDS):
            with self._newsroom.database.snapshot() as tx:
                purges = read_purge_count(tx)
                checked = self._checked(tx, arriving)
            conflicts = self._stored(checked, purges)
            if conflicts is not None:
                break
        else:
            checked, conflicts = self._checked_and_stored(arriving)
        return [
            # Another process was faster with the same key: ask again, and find it.
            self.take([again])[0] if _id_of(each) in conflicts else self._taken(each)
            for each, again in zip(checked, arriving, strict=True)
        ]

    def _checked(self, tx: ReadTransaction, arriving: Sequence[ArrivingComment]) -> list[_Outcome]:
        checks = _Checks(self._newsroom, tx, self._current_rules(tx), arriving)
        return [checks.check(number, each) for number, each in enumerate(arriving)]

    def _stored(self, checked: Sequence[_Outcome], purges: int) -> set[CommentId] | None:
        """Store comments, and return those that are there already; None where a purge has come after the checks."""
        if not any(isinstance(each, Comment) for each in checked):
            return set()
        with self._newsroom.database.transaction(gives_way=True) as tx:
            lock_out_purges(tx)
            if read_purge_count(tx) != purges:
                return None
            conflicts, stored = _store(tx, checked)
        self._count_pending(stored)
        return conflicts

    def _checked_and_stored(self, arriving: Sequence[ArrivingComment]) -> tuple[list[_Outcome], set[CommentId]]:
        """Check and store under one lock, for which purges wait; return those that are there already, too."""
        with self._newsroom.database.transaction(gives_way=True) as tx:
            lock_out_purges(tx)
            checked = self._checked(tx, arriving)
            conflicts, stored = _store(tx, checked)
        self._count_pending(stored)
        return checked, conflicts

    def _count_pending(self, stored: int) -> None:
        if self._rules is not None:
            self._rules.pending += stored

    def forget_rules(self) -> None:
        """Read blocks and hold-words anew for the next comment: they were changed."""
        self._rules = None

    def _taken(self, each: _Outcome) -> TakenComment | LiveblogError:
        if isinstance(each, Comment):
            return TakenComment(each.id, each.story, self._signer.make_receipt(each.id))
        if isinstance(each, TakenComment):
            return TakenComment(each.comment, each.story, self._signer.make_receipt(each.comment), is_replayed=True)
        return each

    def _current_rules(self, tx: ReadTransaction) -> _Rules:
        now, known = self._monotonic(), self._rules
        if known is None or now - known.read_at > RULES_SECONDS:
            known = self._rules = _Rules(
                read_at=now,
                networks=[ip_network(block.network) for block in list_blocks(tx, now=self._newsroom.clock())],
                words=frozenset(list_hold_words(tx)),
                pending=sum(read_pending_counts(tx).values()),
            )
        return known


def _store(tx: WriteTransaction, checked: Sequence[_Outcome]) -> tuple[set[CommentId], int]:
    """Store what passed the checks; return what is there already, and how many are not."""
    new = [each for each in checked if isinstance(each, Comment)]
    conflicts = {each.id for each in new if not insert_comment(tx, each)}
    return conflicts, len(new) - len(conflicts)


class _Checks:
    """The checks of one batch, which read each story once."""

    def __init__(
        self, newsroom: Newsroom, tx: ReadTransaction, rules: _Rules, arriving: Sequence[ArrivingComment]
    ) -> None:
        self._newsroom = newsroom
        self._tx = tx
        self._rules = rules
        self._now = newsroom.clock()
        refs = sorted({each.story for each in arriving})
        self._stories = {ref: read_story(tx, ref) for ref in refs}
        known = [story.id for story in self._stories.values() if story is not None]
        self._unattended = find_unattended(newsroom, tx, known)
        self._earlier = {(each.story, each.client_key): each for each in read_comments_by_key(tx, self._keys(arriving))}

    def check(self, number: int, arriving: ArrivingComment) -> _Outcome:
        """Return the comment to store, the one that was stored under the same key, or the error it is refused with."""
        try:
            return self._check(number, arriving)
        except LiveblogError as error:
            return error

    def _check(self, number: int, arriving: ArrivingComment) -> Comment | TakenComment:
        draft = arriving.draft
        story = self._require_story(arriving.story)
        fingerprint = draft.fingerprint(story.id)
        key = (story.id, arriving.client_key)
        if arriving.client_key is not None and (earlier := self._earlier.get(key)) is not None:
            return _replayed(earlier, fingerprint)
        self._require_open(story)
        if arriving.address is not None and self._is_blocked(arriving.address):
            raise NotAllowed("comments_blocked", "No replies are taken from your network at the moment.")
        if self._rules.pending >= self._newsroom.comments.pending_limit:
            detail = "More replies wait for the newsroom than it can read; send yours later."
            raise Unavailable("comments_full", detail, retry_after_seconds=600)
        entry, parent = self._place(story, draft)
        ident = self._newsroom.random.uuid("comment", f"{story.id}:{self._now}:{number}")
        flags = (*arriving.flags, *(("hold_word",) if self._holds(draft) else ()))
        comment = Comment(
            id=CommentId(ident),
            story=story.id,
            entry=entry,
            parent=parent,
            status=CommentStatus.PENDING,
            version=1,
            name=draft.name,
            email=draft.email,
            text=draft.text,
            address=arriving.address,
            created_at=Micros(self._now + number),
            client_key=arriving.client_key,
            fingerprint=fingerprint if arriving.client_key is not None else None,
            flags=flags,
        )
        if arriving.client_key is not None:  # the same key once more in this batch
            self._earlier[key] = comment
        return comment

    def _require_story(self, ref: str) -> Story:
        story = self._stories[ref]
        if story is None or not story.is_public:
            raise story_not_found()
        if not story.is_shown:
            raise story_withdrawn()
        return story

    def _require_open(self, story: Story) -> None:
        policy = self._newsroom.comments
        mode = mode_of(story.settings.comments, default=policy.mode)
        if mode == "external":
            where = (story.settings.comments or {}).get("url")
            raise Conflict("comments_elsewhere", f"Replies to this story are taken at {where}.")
        if mode == "off":
            raise Conflict("comments_off", "This story takes no replies.")
        if story.status not in TAKING:
            raise Conflict("comments_closed", "This story is over, and takes no more replies.")
        if story.id in self._unattended:
            detail = "Nobody in the newsroom has read the replies for a while, so that no more are taken now."
            raise Conflict("comments_unattended", detail)

    def _place(self, story: Story, draft: CommentDraft) -> tuple[EntryId | None, CommentId | None]:
        """Return the entry and the comment that it stands under, which readers must see."""
        entry = None if draft.entry is None else self._require_entry(story, draft.entry)
        if draft.parent is None:
            return entry, None
        parent = read_public_comment(self._tx, story.id, draft.parent) if is_uuid4(draft.parent) else None
        if parent is None:
            raise comment_not_found()
        if parent.parent is not None:
            raise _refused_value("/parent", "too_deep", "A reply to a reply is the last: answer the one above it.")
        if entry is not None and parent.entry != entry:
            raise _refused_value("/entry", "not_the_entry", "The reply that this one answers is not under this update.")
        return parent.entry, parent.id

    def _require_entry(self, story: Story, entry: str) -> EntryId:
        found = read_public_entry(self._tx, story.id, entry) if is_uuid4(entry) else None
        if found is None:
            raise NotFound("entry_not_found", "No such entry.")
        if isinstance(found, Tombstone):
            raise Gone("entry_gone", "This entry is no longer public.", cause=found.cause)
        return found.id

    def _is_blocked(self, address: str) -> bool:
        try:
            parsed = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        mapped = getattr(parsed, "ipv4_mapped", None) or parsed
        return any(mapped in network for network in self._rules.networks)

    def _holds(self, draft: CommentDraft) -> bool:
        return held_words(f"{draft.name} {draft.text}", self._rules.words)

    def _keys(self, arriving: Iterable[ArrivingComment]) -> list[tuple[StoryId, str]]:
        found = []
        for each in arriving:
            story = self._stories[each.story]
            if story is not None and each.client_key is not None:
                found.append((story.id, each.client_key))
        return found


def _id_of(each: Comment | TakenComment | LiveblogError) -> CommentId | None:
    if isinstance(each, Comment):
        return each.id
    return each.comment if isinstance(each, TakenComment) else None


def _replayed(earlier: Comment, fingerprint: str) -> TakenComment:
    if earlier.fingerprint != fingerprint:
        detail = "This Idempotency-Key came with another request before; make a new one for each new write."
        raise InvalidInput([FieldError("", "idempotency_key_reused", detail)], code="idempotency_key_reused")
    return TakenComment(earlier.id, earlier.story, "", is_replayed=True)


def _refused_value(pointer: str, code: str, detail: str) -> InvalidInput:
    return InvalidInput([FieldError(pointer, code, detail)])
