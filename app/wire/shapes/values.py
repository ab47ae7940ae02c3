"""The values that are known today of members whose values are open to readers, for the API's description.

An answer's member is described as `Known | str`: the values of today as an enum with a name, or any other text. So a
generated client knows the values by name, and still reads the one that a later release adds.
"""

from __future__ import annotations

from enum import StrEnum


class PublicStoryStatus(StrEnum):
    """The statuses in which readers see a story."""

    UPCOMING = "upcoming"
    LIVE = "live"
    PAUSED = "paused"
    ENDED = "ended"
    ARCHIVED = "archived"


class PublicEntryStatus(StrEnum):
    """The statuses in which readers see an entry."""

    PUBLISHED = "published"
    RETRACTED = "retracted"


class WorkingStatus(StrEnum):
    """The statuses of an edit that readers do not see yet."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SCHEDULED = "scheduled"


class Direction(StrEnum):
    """The directions in which a language is written."""

    LTR = "ltr"
    RTL = "rtl"


class TextDirection(StrEnum):
    """The directions that a text within an entry can have: `auto` is that of its first strong letter."""

    LTR = "ltr"
    RTL = "rtl"
    AUTO = "auto"


class EntryKind(StrEnum):
    """The kinds of entries."""

    UPDATE = "update"
    SUMMARY = "summary"


class EntryIcon(StrEnum):
    """The icons of entries."""

    GOAL = "goal"
    CARD = "card"
    RED_CARD = "red_card"
    SUBSTITUTION = "substitution"
    WHISTLE = "whistle"
    TROPHY = "trophy"
    VOTE = "vote"
    RESULT = "result"
    COURT = "court"
    ALERT = "alert"
    WEATHER = "weather"
    TRAFFIC = "traffic"
    MONEY = "money"
    ANALYSIS = "analysis"
    QUOTE = "quote"
    QUESTION = "question"


class Importance(StrEnum):
    """The weights of an entry."""

    NORMAL = "normal"
    MAJOR = "major"
    BREAKING = "breaking"


class Severity(StrEnum):
    """The kinds of lines in a log of corrections."""

    CLARIFICATION = "clarification"
    CORRECTION = "correction"
    RETRACTION = "retraction"


class RemovalCause(StrEnum):
    """The causes for which an entry is taken from readers."""

    UNPUBLISHED = "unpublished"
    REMOVED = "removed"
    EXPIRED = "expired"


class TextFormat(StrEnum):
    """The formats of a source text."""

    MARKDOWN = "markdown"
    PLAIN = "plain"


class EntryAction(StrEnum):
    """The actions on an entry that a caller may be permitted."""

    EDIT = "edit"
    SUBMIT = "submit"
    RETURN = "return"
    REJECT = "reject"
    PUBLISH = "publish"
    SCHEDULE = "schedule"
    CANCEL = "cancel"
    DISCARD = "discard"
    UNPUBLISH = "unpublish"
    RETRACT = "retract"
    REINSTATE = "reinstate"
    CORRECT = "correct"
    MOVE = "move"
    REMOVE = "remove"
    PIN = "pin"
    SET_EXPIRY = "set_expiry"
    RESCHEDULE = "reschedule"
    PREVIEW = "preview"


class MediaKind(StrEnum):
    """The kinds of uploads; an animation is an image."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"


class MediaAction(StrEnum):
    """The actions on an upload that a caller may be permitted."""

    EDIT = "edit"
    DELETE = "delete"


class EntryWarning(StrEnum):
    """The warnings about an entry."""

    ALT_MISSING = "alt_missing"


class CallerKind(StrEnum):
    """The kinds of callers."""

    PERSON = "person"
    BOT = "bot"
    ADMIN = "admin"


class TokenKind(StrEnum):
    """The kinds of tokens."""

    PERSON = "person"
    BOT = "bot"
    SESSION = "session"


class DiffStep(StrEnum):
    """The steps from one text to another."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


class RevertDone(StrEnum):
    """The ways in which a write is undone."""

    TAKEN_OUT = "taken_out"
    RESTORED = "restored"
    WITHDRAWN = "withdrawn"
    NOTHING = "nothing"


class AuditedObject(StrEnum):
    """The kinds of things that the audit names."""

    ENTRY = "entry"
    STORY = "story"
    PERSON = "person"
    TOKEN = "token"  # noqa: S105 - the name of a kind of thing
    INVITE = "invite"
    MEMBER = "member"
    SITE = "site"
    MEDIA = "media"


class CommentingMode(StrEnum):
    """The ways in which a story takes readers' comments."""

    OFF = "off"
    MODERATED = "moderated"
    EXTERNAL = "external"


class CommentState(StrEnum):
    """The states of a comment."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    SPAM = "spam"
    REMOVED = "removed"


class ReceiptState(StrEnum):
    """The states of a comment, as its writer is told."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    REMOVED = "removed"


class CommentFlag(StrEnum):
    """The marks of a comment that a moderator should look at twice."""

    HOLD_WORD = "hold_word"
    DUPLICATE = "duplicate"
    NO_FORM = "no_form"


class CommentRefusal(StrEnum):
    """The reasons for which a comment is refused or taken away."""

    OFF_TOPIC = "off_topic"
    PERSONAL_ATTACK = "personal_attack"
    HATE = "hate"
    FALSE_CLAIM = "false_claim"
    PRIVATE_DATA = "private_data"
    ADVERTISING = "advertising"
    SPAM = "spam"
    RIGHTS = "rights"
    ILLEGAL = "illegal"
    LANGUAGE = "language"
    DUPLICATE = "duplicate"
    OTHER = "other"


class NoticeCategory(StrEnum):
    """The kinds of notices about a comment."""

    ILLEGAL = "illegal"
    HATE = "hate"
    PRIVATE_DATA = "private_data"
    RIGHTS = "rights"
    ADVERTISING = "advertising"
    OTHER = "other"


class ModeratorAction(StrEnum):
    """The actions on a comment that a caller may be permitted."""

    APPROVE = "approve"
    REJECT = "reject"
    SPAM = "spam"
    REMOVE = "remove"
    ANSWER = "answer"
    MAKE_ENTRY = "make_entry"


class ReadinessWord(StrEnum):
    """The states of a process."""

    READY = "ready"
    DEGRADED = "degraded"
    STARTING = "starting"
    DRAINING = "draining"
    DEAD = "dead"


class ResumeKind(StrEnum):
    """The ways in which a reader is attached to a story."""

    LIVE = "live"
    EXACT = "exact"
    SNAPSHOT = "snapshot"
    RESET = "reset"


class SnapshotCause(StrEnum):
    """The causes of a new start."""

    TOO_FAR_BEHIND = "too_far_behind"
    EPOCH = "epoch"
    FORK = "fork"
    REQUESTED = "requested"


class GoodbyeCause(StrEnum):
    """The causes for which the server ends a connection."""

    DRAIN = "drain"
    OVERLOAD = "overload"
    ENDED = "ended"


class Activity(StrEnum):
    """The activities of a person or bot in a story."""

    READING = "reading"
    COMPOSING = "composing"
    EDITING = "editing"
