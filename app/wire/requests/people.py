"""Request bodies about people, tokens, members, the freeze and sign-in."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from app.domain.rights import Role, Scope
from app.wire.requests.entries import ClientId
from app.wire.requests.slugs import StoryRef
from app.wire.requests.text import (
    NO_BOOLEAN,
    NOTHING_HIDDEN,
    FullMatch,
    Line,
    Request,
    ShortLine,
    ShownParagraphs,
    Timestamp,
    WebAddress,
)

Email = Annotated[
    str,
    FullMatch(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,189}", "must be an address, like ada@live.example"),
    *NOTHING_HIDDEN,
]


class PersonDraft(Request):
    """A new person in the newsroom."""

    name: Line
    role: Role
    email: Email | None = Field(None, description="Private; never shown to readers.")
    byline: Line | None = Field(None, description="Shown on this person's entries; the name if left out.")
    avatar: WebAddress | None = Field(None, description="A picture, shown with the byline.")
    avatar_media: ClientId | None = Field(None, description="The same, by the id of an upload.")
    url: WebAddress | None = Field(None, description="Where the byline leads.")


class PersonPatch(Request):
    """Changes to a person: what is left out stays as it is, null clears."""

    name: Line | None = None
    role: Role | None = None
    email: Email | None = None
    byline: Line | None = None
    avatar: WebAddress | None = None
    avatar_media: ClientId | None = Field(None, description="A picture for `avatar`, by the id of an upload.")
    url: WebAddress | None = None

    @model_validator(mode="after")
    def _no_nulls(self) -> Self:
        for name in ("name", "role"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{name} cannot be null; leave it out to keep it")
        return self


class TokenDraft(Request):
    """A new token: a person's (`person`), with that person's role, or a bot's, with a role of its own."""

    label: ShortLine = Field(description="What it is for, so that it can be found again.")
    person: ClientId | None = None
    role: Role | None = None
    scopes: list[Scope] | None = Field(
        None, min_length=1, max_length=len(Scope), description="All of the role's if left out."
    )
    stories: list[StoryRef] | None = Field(
        None, min_length=1, max_length=100, description="It sees and writes in these alone; all if left out."
    )
    shorthand: bool = Field(False, description="Read shorthand in the texts it writes: `#tag`, `/key`, `@author`.")
    expires_in_days: Annotated[int, Field(ge=1, le=3_650), NO_BOOLEAN] | None = None

    @model_validator(mode="after")
    def _whose(self) -> Self:
        if (self.person is None) == (self.role is None):
            raise ValueError("give either person or role")
        return self


class Membership(Request):
    """A person's role in one story, independent of their role elsewhere."""

    role: Literal["reporter", "editor"]


class InviteDraft(Request):
    """The person that an invitation is for."""

    person: ClientId


class SignIn(Request):
    """The secret of an invitation's link."""

    secret: Annotated[str, StringConstraints(max_length=100)]


class Freeze(Request):
    """The freeze of one story, or of the site if none is named: nothing more may be published."""

    story: StoryRef | None = None
    frozen: bool


class LastRetraction(Request):
    """The reason to retract the last entry; readers see it."""

    reason: ShownParagraphs
    person: ClientId | None = Field(None, description="Whose last entry; your own if left out. For editors.")


class Reversion(Request):
    """The time from which a token's writes are undone."""

    since: Timestamp
