"""Who works on a story: its members, looked after by its editors."""

from __future__ import annotations

from app.domain.errors import NotFound
from app.domain.identifiers import PersonId
from app.domain.rights import Actor, Right, Role, require_right
from app.domain.story import Story
from app.newsroom.context.access import authenticate
from app.newsroom.context.idempotency import earlier_reply, keep_reply
from app.newsroom.context.lookup import locked_story, story_and_actor
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.storage.database.transactions import WriteTransaction
from app.storage.newsroom.audit import AuditedChange, append_audit
from app.storage.newsroom.memberships import Member, delete_member, list_members, read_member_role, upsert_member
from app.storage.newsroom.people import read_person
from app.wire.encoding import encode_json
from app.wire.requests.people import Membership


def show_members(newsroom: Newsroom, call: Call, story_ref: str) -> Reply:
    """The members of a story, for its editors."""
    with newsroom.database.snapshot() as tx:
        story, actor = story_and_actor(tx, story_ref, authenticate(tx, newsroom, call))
        require_right(actor, Right.MANAGE_MEMBERS)
        return Reply(200, encode_json({"items": [_shown(member) for member in list_members(tx, story.id)]}))


def put_member(newsroom: Newsroom, call: Call, story_ref: str, person_id: str, membership: Membership) -> Reply:
    """Make somebody a member, or another kind of member. Raises NotFound `person_not_found`."""
    with newsroom.database.transaction() as tx:
        actor = authenticate(tx, newsroom, call)
        if (reply := earlier_reply(tx, newsroom, actor, call)) is not None:
            return reply
        story, actor = locked_story(tx, story_ref, actor)
        require_right(actor, Right.MANAGE_MEMBERS)
        person = read_person(tx, PersonId(person_id))
        if person is None:
            raise NotFound("person_not_found", "There is no such person.")
        before, after = read_member_role(tx, story.id, person.id), Role(membership.role)
        if after is not before:
            upsert_member(tx, story.id, person.id, after)
            _record(tx, newsroom, actor, call, story, person.id, before=before, after=after)
        reply = Reply(200, encode_json(_shown(Member(person.id, person.name, after))))
        return keep_reply(tx, actor, call, reply, story=story.id, entries=[])


def remove_member(newsroom: Newsroom, call: Call, story_ref: str, person_id: str) -> Reply:
    """Make somebody a member no more. Raises NotFound `member_not_found`."""
    with newsroom.database.transaction() as tx:
        actor = authenticate(tx, newsroom, call)
        if (reply := earlier_reply(tx, newsroom, actor, call)) is not None:
            return reply
        story, actor = locked_story(tx, story_ref, actor)
        require_right(actor, Right.MANAGE_MEMBERS)
        left = next((member for member in list_members(tx, story.id) if member.person == person_id), None)
        if left is None:
            raise NotFound("member_not_found", "They are no member of this story.")
        delete_member(tx, story.id, left.person)
        _record(tx, newsroom, actor, call, story, left.person, before=left.role, after=None)
        reply = Reply(200, encode_json(_shown(left)))
        return keep_reply(tx, actor, call, reply, story=story.id, entries=[])


def stay_in_sight(tx: WriteTransaction, newsroom: Newsroom, actor: Actor, call: Call, story: Story) -> None:
    """Whoever lets only members see a story becomes one: else it would be lost to them with their own call."""
    if not story.settings.members_only or actor.person is None or actor.role is Role.ADMIN:
        return
    if read_member_role(tx, story.id, actor.person) is None:
        upsert_member(tx, story.id, actor.person, Role.EDITOR)
        _record(tx, newsroom, actor, call, story, actor.person, before=None, after=Role.EDITOR)


def _record(
    tx: WriteTransaction,
    newsroom: Newsroom,
    actor: Actor,
    call: Call,
    story: Story,
    person: PersonId,
    *,
    before: Role | None,
    after: Role | None,
) -> None:
    change = AuditedChange(
        "edit" if after else "remove",
        "member",
        person,
        story_id=story.id,
        before=None if before is None else {"role": before.value},
        after=None if after is None else {"role": after.value},
    )
    append_audit(tx, change, actor=actor, at=newsroom.clock(), request_id=call.request_id)


def _shown(member: Member) -> dict[str, str]:
    return {"person": member.person, "name": member.name, "role": member.role.value}
