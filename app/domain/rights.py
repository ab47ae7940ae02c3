"""Rights: roles, scopes and one policy function per kind of object; the default is to deny."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from app.domain.entry import PUBLIC_STATUSES, Entry, JsonObject
from app.domain.errors import NotAllowed
from app.domain.identifiers import PersonId, StoryId
from app.domain.statuses import Action
from app.domain.story import Story, StorySettings


class Role(StrEnum):
    """Each role includes the ones before it."""

    REPORTER = "reporter"
    EDITOR = "editor"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        """Return whether this role is `other` or one that includes it."""
        return _ROLES.index(self) >= _ROLES.index(other)


_ROLES = tuple(Role)


class Scope(StrEnum):
    """Scopes that limit a token; a token made without scopes gets all that its role has."""

    READ = "read"
    WRITE = "write"
    PUBLISH = "publish"
    MANAGE = "manage"


class Right(StrEnum):
    """Rights that are not about one entry."""

    READ_NEWSROOM = "read_newsroom"
    CREATE_ENTRY = "create_entry"
    EDIT_STORIES = "edit_stories"
    CREATE_STORIES = "create_stories"
    UPLOAD_MEDIA = "upload_media"
    EDIT_MEDIA = "edit_media"
    """Changing the words of, and deleting, what others have uploaded."""
    MANAGE_MEMBERS = "manage_members"
    MANAGE_OWN_TOKENS = "manage_own_tokens"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_SITES = "manage_sites"
    """Describe the sites that the server publishes for."""
    MODERATE = "moderate"
    """Approve and refuse readers' comments, and see their addresses."""
    SET_COMMENT_RULES = "set_comment_rules"
    """Block networks and choose hold-words, for all stories."""
    READ_AUDIT = "read_audit"
    FREEZE = "freeze"
    FREEZE_STORY = "freeze_story"
    """Freeze a story, and thaw what an editor froze."""
    ERASE = "erase"
    IMPORT_STORIES = "import_stories"
    """Bring stories from elsewhere, and take whole ones out."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller of a write: a person through a token, a bot's token, or the operator's admin token."""

    role: Role
    token_id: str
    person: PersonId | None = None
    author: JsonObject | None = None
    """The author of their entries, unless an entry names others."""
    names: tuple[str, ...] = ()
    """The names that are theirs: first the one by which colleagues know the account, then the byline. A bot has its
    token's label, the operator's token none."""
    scopes: frozenset[Scope] = frozenset(Scope)
    shorthand: bool = False
    """Whether shorthand in the texts that this token writes is interpreted."""
    memberships: Mapping[StoryId, Role] = field(default_factory=dict)
    """The person's role in each story that they are a member of."""
    stories: frozenset[StoryId] | None = None
    """The only stories this token can see; None for all."""
    sites: Mapping[str, Role] | None = None
    """The only sites whose stories they can see, with their role in each; None for their one role in all."""

    @property
    def key(self) -> str:
        """Return the person, else the token: the owner of idempotency keys and of own entries."""
        return self.person or self.token_id


RIGHTS: Mapping[Right, tuple[Role, Scope]] = {
    Right.READ_NEWSROOM: (Role.REPORTER, Scope.READ),
    Right.CREATE_ENTRY: (Role.REPORTER, Scope.WRITE),
    Right.EDIT_STORIES: (Role.EDITOR, Scope.PUBLISH),
    Right.CREATE_STORIES: (Role.EDITOR, Scope.PUBLISH),
    Right.MANAGE_MEMBERS: (Role.EDITOR, Scope.MANAGE),
    Right.MANAGE_OWN_TOKENS: (Role.REPORTER, Scope.MANAGE),
    Right.MANAGE_PEOPLE: (Role.ADMIN, Scope.MANAGE),
    Right.MODERATE: (Role.EDITOR, Scope.PUBLISH),
    Right.SET_COMMENT_RULES: (Role.EDITOR, Scope.PUBLISH),
    Right.READ_AUDIT: (Role.ADMIN, Scope.MANAGE),
    Right.FREEZE: (Role.ADMIN, Scope.MANAGE),
    Right.FREEZE_STORY: (Role.EDITOR, Scope.MANAGE),
    Right.ERASE: (Role.ADMIN, Scope.MANAGE),
    Right.IMPORT_STORIES: (Role.ADMIN, Scope.MANAGE),
    Right.MANAGE_SITES: (Role.ADMIN, Scope.MANAGE),
    Right.UPLOAD_MEDIA: (Role.REPORTER, Scope.WRITE),
    Right.EDIT_MEDIA: (Role.EDITOR, Scope.WRITE),
}

_DOING: Mapping[Right, str] = {
    Right.READ_NEWSROOM: "read the newsroom",
    Right.CREATE_ENTRY: "write entries",
    Right.EDIT_STORIES: "edit stories",
    Right.CREATE_STORIES: "make stories",
    Right.IMPORT_STORIES: "bring stories from elsewhere",
    Right.MANAGE_MEMBERS: "choose a story's members",
    Right.MANAGE_OWN_TOKENS: "look after one's own tokens",
    Right.MANAGE_PEOPLE: "look after people and tokens",
    Right.MODERATE: "moderate comments",
    Right.SET_COMMENT_RULES: "set the rules for comments",
    Right.READ_AUDIT: "read the audit",
    Right.FREEZE: "freeze and thaw",
    Right.FREEZE_STORY: "freeze a story",
    Right.ERASE: "purge text, or hold it for a court",
    Right.MANAGE_SITES: "describe sites",
    Right.UPLOAD_MEDIA: "upload pictures, video and sound",
    Right.EDIT_MEDIA: "change or delete what others have uploaded",
}
_ROLE_PHRASES: Mapping[Role, str] = {Role.REPORTER: "a reporter", Role.EDITOR: "an editor", Role.ADMIN: "an admin"}

_OF_THE_SITE = frozenset(
    {
        Right.CREATE_STORIES,
        Right.MANAGE_OWN_TOKENS,
        Right.MANAGE_PEOPLE,
        Right.SET_COMMENT_RULES,
        Right.READ_AUDIT,
        Right.FREEZE,
        Right.ERASE,
        Right.IMPORT_STORIES,
        Right.EDIT_MEDIA,
        Right.MANAGE_SITES,
    }
)
"""Rights that a token bound to stories never has, because they reach beyond its stories."""

_BEYOND_ONE_SITE = _OF_THE_SITE - {Right.CREATE_STORIES, Right.MANAGE_OWN_TOKENS}
"""Rights that nobody has whose role is one in some sites alone."""

_IN_NO_STORY = _OF_THE_SITE | {Right.UPLOAD_MEDIA}
"""Rights that nobody has by a role in a story: an upload is in none until an entry shows it."""

_PUBLISHING = frozenset(
    {
        Action.PUBLISH,
        Action.SCHEDULE,
        Action.UNPUBLISH,
        Action.RETRACT,
        Action.REINSTATE,
        Action.CORRECT,
        Action.MOVE,
    }
)
_EDITORS = frozenset({Action.RETURN, Action.REJECT, Action.SCHEDULE, Action.MOVE})
"""Actions that need an editor, even on one's own entry."""


@dataclass(frozen=True, slots=True)
class Visibility:
    """The stories that an actor may see."""

    stories: frozenset[StoryId] | None
    """These alone; None for whichever there are."""
    members_only: frozenset[StoryId] | None
    """Of the stories for members only these; None for all of them."""
    sites: frozenset[str] | None = None
    """Those of these sites alone; None for all."""

    def includes(self, story: Story) -> bool:
        """Return whether the story is among them."""
        if self.stories is not None and story.id not in self.stories:
            return False
        if self.sites is not None and story.site not in self.sites:
            return False
        return self.members_only is None or not story.settings.members_only or story.id in self.members_only


def visibility_of(actor: Actor) -> Visibility:
    """Return the stories visible to the actor. A bot that is bound to a story counts as its member."""
    is_bound_bot = actor.person is None and actor.stories is not None
    sees_all = actor.role is Role.ADMIN or is_bound_bot
    return Visibility(
        stories=actor.stories,
        members_only=None if sees_all else frozenset(actor.memberships),
        sites=None if actor.sites is None else frozenset(actor.sites),
    )


def sees_site(actor: Actor, site: str) -> bool:
    """Return whether the actor has a role in the site."""
    return actor.sites is None or site in actor.sites


def role_in_site(actor: Actor, site: str) -> Role | None:
    """Return the actor's role in a site's stories of which they are no member; None for a site they may not see."""
    return actor.role if actor.sites is None else actor.sites.get(site)


def actor_in_story(actor: Actor, story: Story) -> Actor | None:
    """Return the actor with the greater of their own and their member's role; None if the story is hidden from them.

    Their own is the one in the story's site, if they have roles in some alone.
    """
    own = role_in_site(actor, story.site)
    if own is None or not visibility_of(actor).includes(story):
        return None
    membership = actor.memberships.get(story.id)
    role = own if membership is None or own.includes(membership) else membership
    return actor if role is actor.role else dataclasses.replace(actor, role=role)


def has_right(actor: Actor, right: Right) -> bool:
    """Return whether the actor's role and scopes both grant `right`; pass the actor of `actor_in_story` in a story."""
    if right in _OF_THE_SITE and actor.stories is not None:
        return False
    if right in _BEYOND_ONE_SITE and actor.sites is not None:
        return False
    return has_in_story(actor.role, actor.scopes, right)


def has_in_story(role: Role, scopes: frozenset[Scope], right: Right) -> bool:
    """Return whether a role in a story and a token's scopes both give `right`, which is none of the site's."""
    least, scope = RIGHTS[right]
    return role.includes(least) and scope in scopes


def rights_in_story(actor: Actor) -> list[Right]:
    """List the rights of an actor from `actor_in_story` in that story that are not about one entry."""
    return [right for right in Right if right not in _IN_NO_STORY and has_right(actor, right)]


def may_freeze_story(actor: Actor, story: Story) -> bool:
    """Return whether the actor of that story may freeze it, or thaw it if it is frozen itself."""
    if has_right(actor, Right.FREEZE):
        return True
    return has_right(actor, Right.FREEZE_STORY) and (not story.frozen or story.settings.frozen_by_editor)


def require_right(actor: Actor, right: Right) -> None:
    """Raise NotAllowed `not_allowed` unless `has_right`."""
    if has_right(actor, right):
        return
    role, scope = RIGHTS[right]
    if not actor.role.includes(role):
        raise NotAllowed("not_allowed", f"It takes {_ROLE_PHRASES[role]} to {_DOING[right]}.")
    if scope not in actor.scopes:
        raise NotAllowed("not_allowed", f"To {_DOING[right]}, a token needs the scope {scope}.")
    bound = (
        "A token that is bound to stories" if actor.stories is not None else "Whoever has a role in some sites alone"
    )
    raise NotAllowed("not_allowed", f"{bound} cannot {_DOING[right]}.")


def owns(actor: Actor, entry: Entry) -> bool:
    """Return whether the entry is the actor's own: the person's, or for a token without person the token's."""
    if actor.person is not None:
        return entry.created_by == actor.person
    return entry.created_by is None and entry.created_by_token == actor.token_id


class Grant(NamedTuple):
    """The facts about an actor, an entry and its story that decide about an action."""

    role: Role
    scopes: frozenset[Scope]
    owns: bool
    is_reviewed: bool


def grant_of(actor: Actor, *, entry: Entry | None, settings: StorySettings) -> Grant:
    """Return what `is_granted` depends on; `actor` is from `actor_in_story`, `entry` None for a new one of theirs."""
    return Grant(actor.role, actor.scopes, entry is None or owns(actor, entry), settings.review_required)


def is_granted(grant: Grant, action: Action, *, visible: bool) -> bool:
    """Return whether the grant covers `action`; `visible` as for `may_act`."""
    touches_public = action in _PUBLISHING or visible
    if not _scopes_for(touches_public=touches_public) <= grant.scopes:
        return False
    if grant.role.includes(Role.EDITOR):
        return True
    if action in _EDITORS or not grant.owns:
        return False
    return not (grant.is_reviewed and touches_public)


def may_act(actor: Actor, action: Action, *, entry: Entry | None, settings: StorySettings, visible: bool) -> bool:
    """Return whether `actor` may do `action` to `entry` (None: a new one of the actor's own).

    `visible` is whether readers can see the entry now. A reporter who may not change what is public may still edit
    it as a working revision: ask for EDIT with `visible=False`.
    """
    return is_granted(grant_of(actor, entry=entry, settings=settings), action, visible=visible)


def require_action(actor: Actor, action: Action, *, entry: Entry, settings: StorySettings, visible: bool) -> None:
    """Raise NotAllowed `not_allowed` unless `may_act`."""
    if may_act(actor, action, entry=entry, settings=settings, visible=visible):
        return
    lacking = _scopes_for(touches_public=action in _PUBLISHING or visible) - actor.scopes
    if lacking:
        raise NotAllowed("not_allowed", f"To {action} this entry, a token needs the scope {min(lacking)}.")
    if action in _EDITORS:
        raise NotAllowed("not_allowed", f"It takes an editor to {action} an entry.")
    if not owns(actor, entry):
        raise NotAllowed("not_allowed", f"It takes an editor to {action} somebody else's entry.")
    raise NotAllowed("not_allowed", f"This story is reviewed: it takes an editor to {action} its entries.")


def _scopes_for(*, touches_public: bool) -> set[Scope]:
    return {Scope.WRITE, Scope.PUBLISH} if touches_public else {Scope.WRITE}


def is_public_status(entry: Entry) -> bool:
    """Return whether readers see entries of this status (in a public story)."""
    return entry.status in PUBLIC_STATUSES
