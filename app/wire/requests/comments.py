"""Request bodies about comments: those of readers, and those of moderators."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Literal, LiteralString, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from app.domain.comments import MAX_LINKS, REASONS, REPORT_CATEGORIES, count_links
from app.wire.requests.entries import ClientId
from app.wire.requests.text import (
    NO_BOOLEAN,
    NOTHING_HIDDEN,
    Line,
    Paragraphs,
    Request,
    ShortLine,
    ShownParagraphs,
)

MAX_NAME_LENGTH = 60
MAX_EMAIL_LENGTH = 254
MAX_HOLD_WORDS = 500

_NOT_IN_EMAIL = r"@\s\x00-\x1f\x7f-\x9f<>\"(),:;\[\]\\"
_EMAIL = re.compile(rf"[^{_NOT_IN_EMAIL}]{{1,64}}@[^{_NOT_IN_EMAIL}]{{1,190}}\.[^.{_NOT_IN_EMAIL}]{{1,63}}")


def _none_if_blank(value: object) -> object:
    # A form sends its empty fields.
    return None if isinstance(value, str) and not value.strip() else value


def _refusal(code: LiteralString, detail: LiteralString) -> PydanticCustomError:
    return PydanticCustomError(code, detail)


def _email(value: str) -> str:
    if _EMAIL.fullmatch(value) is None:
        raise _refusal("email", "is no e-mail address, like ann@example.org; leave it out if you like")
    return value


def _few_links(value: str) -> str:
    if count_links(value) > MAX_LINKS:
        raise _refusal("too_many_links", "has more than two links; leave some out")
    return value


Email = Annotated[
    str,
    StringConstraints(max_length=MAX_EMAIL_LENGTH, strip_whitespace=True),
    AfterValidator(_email),
    *NOTHING_HIDDEN,
]
BlankIsNone = BeforeValidator(_none_if_blank)
CommentName = Annotated[Line, StringConstraints(max_length=MAX_NAME_LENGTH)]
CommentText = Annotated[ShownParagraphs, StringConstraints(strip_whitespace=True), AfterValidator(_few_links)]
"""Plain text over several lines: no markup in it is ever interpreted."""

FormToken = Annotated[str, StringConstraints(max_length=200)]
Reason = Literal[
    "off_topic", "personal_attack", "hate", "false_claim", "private_data", "advertising", "spam", "rights",
    "illegal", "language", "duplicate", "other",
]  # fmt: skip
Category = Literal["illegal", "hate", "private_data", "rights", "advertising", "other"]
assert set(Reason.__args__) == set(REASONS)  # type: ignore[attr-defined]  # noqa: S101 - one list, spelt twice
assert set(Category.__args__) == set(REPORT_CATEGORIES)  # type: ignore[attr-defined]  # noqa: S101 - as above


class _FromAPage(Request):
    """The fields that every form of ours sends beside its own."""

    token: Annotated[FormToken | None, BlankIsNone] = Field(
        None, description="The token of our form: that it was opened, and when. A form has to send it."
    )
    website: Annotated[str, StringConstraints(max_length=2_000)] = Field(
        "", description="Leave it empty: people do not see it, and what fills it in is no person."
    )


class CommentDraft(_FromAPage):
    """A reader's comment under a story, an entry or another comment."""

    name: CommentName
    email: Annotated[Email | None, BlankIsNone] = Field(None, description="Never published; editors see it.")
    text: CommentText
    entry: Annotated[ClientId | None, BlankIsNone] = Field(None, description="The entry it is about.")
    parent: Annotated[ClientId | None, BlankIsNone] = Field(None, description="The comment that it answers.")

    def fingerprint(self, story: str) -> str:
        """Return the digest by which a retry is known. The address is no part of it, nor of anything that is hashed."""
        members = [story, self.name, self.text, self.entry, self.parent]
        return hashlib.sha256(repr(members).encode()).hexdigest()


class ReportDraft(_FromAPage):
    """A notice about a comment: what is wrong with it, and why."""

    category: Category
    text: CommentText
    name: Annotated[CommentName | None, BlankIsNone] = None
    email: Annotated[Email | None, BlankIsNone] = None


class AppealDraft(_FromAPage):
    """The objection of a comment's writer to what was decided."""

    text: CommentText


class CommentDecision(Request):
    """A decision about a comment: the reason is told to its writer, the note stays in the newsroom."""

    reason: Reason | None = None
    note: Paragraphs | None = None


class CommentBatch(CommentDecision):
    """One decision about up to 100 comments."""

    action: Literal["approve", "reject", "spam", "remove"]
    comments: list[ClientId] = Field(min_length=1, max_length=100)
    versions: dict[ClientId, Annotated[int, Field(ge=1, le=2**31 - 1), NO_BOOLEAN]] = Field(
        default_factory=dict,
        max_length=100,
        description="The version of each that you have seen: one that is another now is `stale`, and left as it is.",
    )

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.comments)) < len(self.comments):
            raise ValueError("each comment is named once")
        return self


class NewsroomAnswer(Request):
    """The newsroom's own answer under a comment."""

    text: CommentText
    name: CommentName | None = Field(None, description="Your byline if left out.")


class CommentEntry(Request):
    """An entry made of a comment."""

    status: Literal["draft", "submitted", "published"] = "draft"
    headline: Line | None = None
    attribution: ShortLine = Field("a reader, by reply", description="What stands behind the reader's name.")
    again: bool = Field(
        False, description="Make another one though an entry was made of it already, which else is 409 `entry_made`."
    )


class CommentBlockDraft(Request):
    """A network from which no comment is taken for a time: that of a comment, or one that is named."""

    comment: ClientId | None = None
    width: Literal["address", "network"] = "address"
    network: Annotated[str, StringConstraints(max_length=64)] | None = Field(None, examples=["192.0.2.0/24"])
    hours: Annotated[int, Field(ge=1, le=8_760), NO_BOOLEAN] = 24
    note: Paragraphs | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.comment is None) == (self.network is None):
            raise ValueError("name a comment or a network, and not both")
        return self


class HoldWords(Request):
    """The words that mark the comments they are in."""

    words: list[Annotated[ShortLine, *NOTHING_HIDDEN]] = Field(max_length=MAX_HOLD_WORDS)


class CommentErasure(Request):
    """A person's request to be forgotten: their address alone, or their comments with it."""

    email: Email
    comments: bool = Field(False, description="Take their comments away too, for good, with name and text.")
