"""The members of a story, managed by its editors."""

from __future__ import annotations

from app.domain.errors import NotFound
from app.domain.identifiers import PersonId
from app.domain.rights import Right, Role, require_right
from app.domain.story import Story
from app.newsroom.context.access import authenticate
from app.newsroom.context.begin_write import begin_story_write, still_has
from app.newsroom.context.idempotency import keep_reply
from app.newsroom.context.lookup import look_up_story_and_actor
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.recording import record_audit
from app.newsroom.context.write_context import WriteContext
from app.storage.newsroom.audit import AuditedChange
from app.storage.newsroom.memberships import Member, delete_member, list_members, read_member_role, upsert_member
from app.storage.newsroom.people import read_person
from app.wire.encoding import encode_json
from app.wire.requests.people import Membership


def show_members(newsroom: Newsroom, call: Call, story_ref: str) -> Reply:
    """Show the members of a story to its editors."""
    with newsroom.database.snapshot() as tx:
        story, actor = look_up_story_and_actor(tx, story_ref, authenticate(tx, newsroom, call))
        require_right(actor, Right.MANAGE_MEMBERS)
        return Reply(200, encode_json({"items": [_shown(member) for member in list_members(tx, story.id)]}))


def put_member(newsroom: Newsroom, call: Call, story_ref: str, person_id: str, membership: Membership) -> Reply:
    """Make a person a member, or give a member another role. Raises NotFound `person_not_found`."""
    with begin_story_write(newsroom, call, story_ref, recheck=still_has(Right.MANAGE_MEMBERS)) as context:
        if isinstance(context, Reply):
            return context
        tx, story = context.tx, context.story
        require_right(context.actor, Right.MANAGE_MEMBERS)
        person = read_person(tx, PersonId(person_id))
        if person is None or (person.sites is not None and story.site not in person.sites):
            raise NotFound("person_not_found", "There is no such person.")
        before, after = read_member_role(tx, story.id, person.id), Role(membership.role)
        if after is not before:
            upsert_member(tx, story.id, person.id, after)
            _record(context, story, person.id, before=before, after=after)
        reply = Reply(200, encode_json(_shown(Member(person.id, person.name, after))))
        return keep_reply(context, reply, story=story.id)


def remove_member(newsroom: Newsroom, call: Call, story_ref: str, person_id: str) -> Reply:
    """Remove a member from the story. Raises NotFound `member_not_found`."""
    with begin_story_write(newsroom, call, story_ref, recheck=still_has(Right.MANAGE_MEMBERS)) as context:
        if isinstance(context, Reply):
            return context
        tx, story = context.tx, context.story
        require_right(context.actor, Right.MANAGE_MEMBERS)
        member = next((member for member in list_members(tx, story.id) if member.person == person_id), None)
        if member is None:
            raise NotFound("member_not_found", "They are no member of this story.")
        delete_member(tx, story.id, member.person)
        _record(context, story, member.person, before=member.role, after=None)
        return keep_reply(context, Reply(200, encode_json(_shown(member))), story=story.id)


def keep_membership(context: WriteContext, story: Story) -> None:
    """Make the actor a member of a story that only members see: else they would lose it by their own call."""
    actor = context.actor
    if not story.settings.members_only or actor.person is None or actor.role is Role.ADMIN:
        return
    if read_member_role(context.tx, story.id, actor.person) is None:
        upsert_member(context.tx, story.id, actor.person, Role.EDITOR)
        _record(context, story, actor.person, before=None, after=Role.EDITOR)


def _record(context: WriteContext, story: Story, person: PersonId, *, before: Role | None, after: Role | None) -> None:
    was, now = (None if role is None else {"role": role.value} for role in (before, after))
    action = "edit" if after else "remove"
    record_audit(context, AuditedChange(action, "member", person, story_id=story.id, before=was, after=now))


def _shown(member: Member) -> dict[str, str]:
    return {"person": member.person, "name": member.name, "role": member.role.value}
