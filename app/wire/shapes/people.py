"""Shapes of answers about people, their tokens, invitations and sessions, for the API's description."""

from __future__ import annotations

from pydantic import AwareDatetime, Field

from app.domain.rights import Right, Role, Scope
from app.wire.shapes.answer import Answer, sometimes
from app.wire.shapes.examples import ENTRY
from app.wire.shapes.values import CallerKind, TokenKind


class Ticket(Answer):
    """A key to the newsroom's stream, good once."""

    ticket: str
    expires_at: AwareDatetime


class Me(Answer):
    """The holder of the token."""

    kind: CallerKind | str
    name: str | None
    byline: str | None
    person: str | None
    role: Role | str
    scopes: list[Scope | str]
    can: list[Right | str] = Field(description="Rights in every story; a member of a story may have more there.")
    stories: list[str] | None = Field(description="The only stories this token can see; null: all.")
    sites: dict[str, Role | str] = sometimes("The only sites it works for, by slug, with its role in each.")
    csrf: str = sometimes("With a session: the value that each write sends in X-CSRF-Token.")


class Person(Answer):
    """A member of the newsroom."""

    id: str
    name: str
    email: str | None
    role: Role | str
    sites: dict[str, Role | str] = sometimes("The only sites they work for, by slug, with their role in each.")
    byline: str | None
    avatar: str | None
    url: str | None
    created_at: AwareDatetime
    disabled_at: AwareDatetime | None = Field(description="From then on their credentials are refused.")


class RevokedPerson(Answer):
    """A person whose tokens, sessions and invitations were all revoked."""

    person: str
    revoked: int = Field(description="The number of those that were valid until now.")


class Member(Answer):
    """A person in one story."""

    person: str
    name: str
    role: Role | str = Field(description="The role in this story; a greater role elsewhere counts here too.")


class Members(Answer):
    """The members of a story, in order of name."""

    items: list[Member]


class Invite(Answer):
    """A link that signs a person in once."""

    id: str
    person: str
    url: str = Field(description="The secret is in the fragment, which no browser sends anywhere. Shown this once.")
    qr_svg: str = Field(description="The link as a picture, an SVG element.")
    expires_at: AwareDatetime


class Session(Answer):
    """A browser that is signed in; the session itself is in the cookie that came with this."""

    person: str
    name: str
    csrf: str = Field(description="The value that each write sends in X-CSRF-Token.")
    expires_at: AwareDatetime


class SignedOut(Answer):
    """The session is over."""

    signed_out: bool


class People(Answer):
    """All people."""

    items: list[Person]


class Token(Answer):
    """A token without its secret, or a browser's session."""

    id: str
    label: str
    kind: TokenKind | str
    person: str | None
    role: Role | str | None
    sites: dict[str, Role | str] = sometimes("Of a bot: the only sites it works for, by slug, with its role in each.")
    scopes: list[Scope | str]
    stories: list[str] | None = Field(description="The only stories it can see and write in; null: all.")
    shorthand: bool
    created_at: AwareDatetime
    expires_at: AwareDatetime | None
    revoked_at: AwareDatetime | None
    last_used_at: AwareDatetime | None = Field(description="Accurate to about a minute.")


class NewToken(Token):
    """A token with its secret, which is shown this once."""

    token: str


class Tokens(Answer):
    """All tokens ever made."""

    items: list[Token]


TICKET = {"ticket": "f3K9vQ0sTzLw1xYb7RmNc2HdP5gJ8aUeO6iCkXyZ4Wq", "expires_at": ENTRY["time"]}

ME = {
    "kind": "person",
    "name": "Ada Reporter",
    "byline": "Ada Reporter",
    "person": "0f4b3c2d-1e5a-4b6c-8d7e-9f0a1b2c3d4e",
    "role": "reporter",
    "scopes": ["manage", "publish", "read", "write"],
    "can": ["read_newsroom", "create_entry", "manage_own_tokens"],
    "stories": None,
}

PERSON = {
    "id": ME["person"],
    "name": "Ada Reporter",
    "email": "ada@harbour.example",
    "role": "reporter",
    "byline": "Ada Reporter",
    "avatar": "https://harbour.example/people/ada.jpg",
    "url": "https://harbour.example/people/ada",
    "created_at": ENTRY["time"],
    "disabled_at": None,
}

MEMBER = {"person": PERSON["id"], "name": PERSON["name"], "role": "editor"}

INVITE = {
    "id": "a1f0c7d2-4b3e-4d5c-9e6f-7a8b9c0d1e2f",
    "person": PERSON["id"],
    "url": "https://live.harbour.example/newsroom#invite=lb_invite_…",
    "qr_svg": "<svg …>",
    "expires_at": ENTRY["time"],
}

SESSION = {"person": PERSON["id"], "name": PERSON["name"], "csrf": "7f3a9c…", "expires_at": ENTRY["time"]}

TOKEN = {
    "id": "5c1e7a90-2b3d-4f6e-9a8b-7c6d5e4f3a2b",
    "label": "Ada’s phone",
    "kind": "person",
    "person": ME["person"],
    "role": None,
    "scopes": ["manage", "publish", "read", "write"],
    "stories": None,
    "shorthand": False,
    "created_at": ENTRY["time"],
    "expires_at": None,
    "revoked_at": None,
    "last_used_at": ENTRY["time"],
}
