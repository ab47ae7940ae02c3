"""Request bodies about people, tokens, members, the freeze and sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from app.domain.rights import Role, Scope
from app.wire.requests.entries import ClientId
from app.wire.requests.slugs import SiteRef, StoryRef
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


SiteRoles = Annotated[dict[SiteRef, Literal["reporter", "editor"]], Field(min_length=1, max_length=100)]


def _greatest(sites: Mapping[str, str]) -> Role:
    return Role.EDITOR if "editor" in sites.values() else Role.REPORTER


class PersonDraft(Request):
    """A new person in the newsroom: with one role in all sites, or with a role in each of some sites alone."""

    name: Line
    role: Role | None = None
    sites: SiteRoles | None = Field(None, description="The only sites they work for, with their role in each.")
    email: Email | None = Field(None, description="Private; never shown to readers.")
    byline: Line | None = Field(None, description="Shown on this person's entries; the name if left out.")
    avatar: WebAddress | None = Field(None, description="A picture, shown with the byline.")
    avatar_media: ClientId | None = Field(None, description="The same, by the id of an upload.")
    url: WebAddress | None = Field(None, description="Where the byline leads.")

    @model_validator(mode="after")
    def _one_role(self) -> Self:
        if (self.role is None) == (self.sites is None):
            raise ValueError("give either role or sites")
        return self

    def given(self) -> dict[str, Any]:
        """Return what is given of the person; who works for some sites alone has the greatest role in one of them."""
        sites = None if self.sites is None else {site: Role(role) for site, role in self.sites.items()}
        return {**dict(self), "sites": sites, "role": self.role if sites is None else _greatest(sites)}


class PersonPatch(Request):
    """Changes to a person: what is left out stays as it is, null clears."""

    name: Line | None = None
    role: Role | None = None
    sites: SiteRoles | None = Field(
        None, description="The only sites they work for, with their role in each; null, with a role: all."
    )
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

    @model_validator(mode="after")
    def _one_role(self) -> Self:
        if self.sites is not None and self.role is not None:
            raise ValueError("give either role or sites")
        if "sites" in self.model_fields_set and self.sites is None and self.role is None:
            raise ValueError("to work for all sites, they need a role in all: give it too")
        return self

    def given(self) -> dict[str, Any]:
        """Return what is given of the person, as `PersonDraft.given` does."""
        given = self.model_dump(exclude_unset=True)
        if self.sites is not None:
            given |= {"sites": {site: Role(role) for site, role in self.sites.items()}, "role": _greatest(self.sites)}
        return given


class TokenDraft(Request):
    """A new token: a person's (`person`), with that person's role, or a bot's, with a role or `sites` of its own."""

    label: ShortLine = Field(description="What it is for, so that it can be found again.")
    person: ClientId | None = None
    role: Role | None = None
    sites: SiteRoles | None = Field(None, description="Of a bot: the only sites it works for, with its role in each.")
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
        if sum(each is not None for each in (self.person, self.role, self.sites)) != 1:
            raise ValueError("give either person or role or sites")
        return self

    def site_roles(self) -> dict[str, Role] | None:
        """Return a bot's role in each of its sites; None where it has one role in all, or is a person's."""
        return None if self.sites is None else {site: Role(role) for site, role in self.sites.items()}

    def own_role(self) -> Role | None:
        """Return a bot's role, the greatest of those in its sites; None for a person's token."""
        return self.role if self.sites is None else _greatest(self.sites)


class Membership(Request):
    """A person's role in one story, independent of their role elsewhere."""

    role: Literal["reporter", "editor"]


class Handover(Request):
    """The person on duty for a story from now on."""

    person: ClientId | None = Field(description="Null: nobody.")


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
