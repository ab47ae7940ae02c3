"""What admins send to add people and make tokens, and what they are shown."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from app.domain.rights import Role, Scope
from app.wire.entries import ClientId
from app.wire.text import Line, Request, ShortLine

Email = Annotated[str, StringConstraints(pattern=r"^[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,189}$")]


class PersonDraft(Request):
    """Somebody new in the newsroom."""

    name: Line
    role: Role
    email: Email | None = Field(None, description="Private; never shown to readers.")
    byline: Line | None = Field(None, description="Shown on this person's entries; the name if left out.")


class TokenDraft(Request):
    """A new token: a person's (`person`), with that person's role, or a bot's, with a role of its own."""

    label: ShortLine = Field(description="What it is for, so that it can be found again.")
    person: ClientId | None = None
    role: Role | None = None
    scopes: list[Scope] | None = Field(
        None, min_length=1, max_length=len(Scope), description="All of the role's if left out."
    )
    expires_in_days: Annotated[int, Field(ge=1, le=3_650)] | None = None

    @model_validator(mode="after")
    def _whose(self) -> Self:
        if (self.person is None) == (self.role is None):
            raise ValueError("give either person or role")
        return self


TokenKind = Literal["person", "bot"]
