"""The person on duty for a story, whom readers are shown among its authors for as long as they are."""

from __future__ import annotations

from app.domain.identifiers import PersonId
from app.domain.rights import Actor, actor_in_story
from app.domain.story import Story
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.memberships import read_member_role
from app.storage.newsroom.people import Person, read_person


def read_person_in_story(tx: ReadTransaction, story: Story, person_id: str) -> Person | None:
    """Return a person who works here and sees the story; None for anybody else."""
    person = read_person(tx, PersonId(person_id))
    if person is None or not works_for(person, story):
        return None
    role = read_member_role(tx, story.id, person.id)
    memberships = {} if role is None else {story.id: role}
    seen_as = Actor(person.role, "", person=person.id, memberships=memberships, sites=person.sites)
    return person if actor_in_story(seen_as, story) is not None else None


def works_for(person: Person, story: Story) -> bool:
    """Return whether a person works here, and may see stories of the site."""
    return person.disabled_at is None and (person.sites is None or story.site in person.sites)


def read_on_duty(tx: ReadTransaction, story: Story, person_id: str | None) -> Person | None:
    """Return a person on duty; None for nobody, and for one who does not work here or for the story's site any more.

    Whether they see the story among its members is no part of it: readers would notice a setting of the newsroom.
    """
    person = None if person_id is None else read_person(tx, PersonId(person_id))
    return person if person is not None and works_for(person, story) else None
