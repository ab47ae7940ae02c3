"""Shapes of the newsroom's answers about stories and who is on duty for them, for the API's description.

app/wire/newsroom_json.py makes the answers themselves.
"""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime, Field

from app.domain.rights import Right, Role
from app.domain.story import StoryStatus
from app.wire.shapes.answer import Answer, sometimes
from app.wire.shapes.blocks import NewsroomBlock, NewsroomImageBlock
from app.wire.shapes.examples import ENTRY, INTRO, STORY_FIELDS, TIME
from app.wire.shapes.public import About, Author, KeyPoint, Pin, Publisher, Sponsor, Tag
from app.wire.shapes.values import CommentingMode, Direction, TextFormat


class OnDuty(Answer):
    """The person on duty for a story."""

    person: str
    name: str
    since: AwareDatetime


class HandedOver(Answer):
    """The duty for a story from now on."""

    story: str
    on_duty: OnDuty | None = Field(description="Null: nobody.")


class FoundPerson(Answer):
    """A person whom a story's editors may name."""

    person: str
    name: str
    member: Role | str | None = Field(description="Their role as a member of the story; null: they are none.")


class FoundPeople(Answer):
    """The people found, in order of name."""

    items: list[FoundPerson]
    more: bool = Field(description="There are more: ask for more of the name.")


class StoryCommenting(Answer):
    """The setting of readers' comments of a story."""

    mode: CommentingMode | str
    url: str | None = Field(description="Of an external system: where its comments are.")
    count: int | None = Field(description="Of an external system: how many comments it has.")


class StorySettings(Answer):
    """Settings of how a story is edited."""

    review_required: bool
    require_alt: bool
    hold_seconds: int
    auto_end_after: int | None
    members_only: bool
    own_bylines: bool
    comments: StoryCommenting | None = Field(description="Null: as the site says.")


class NewsroomIntro(Answer):
    """The intro of a story, with the source text an editor continues from."""

    html: str
    blocks: list[NewsroomBlock]
    text: str = Field(description="As an entry's: pictures and other blocks without text are `[[block:id]]` in it.")
    text_format: TextFormat | str
    text_exact: bool = Field(description="As an entry's: false where `text` lacks formatting of the blocks.")


class NewsroomSeo(Answer):
    """The title, description and picture of a story for search engines and social networks."""

    title: str | None
    description: str | None
    image: NewsroomImageBlock | None


class NewsroomStory(Answer):
    """A story as its editors see it."""

    id: str
    slug: str
    site: str = sometimes("The slug of the site that publishes it; absent for the operator's own.")
    url: str
    entry_url_template: str
    status: StoryStatus | str
    title: str
    standfirst: str | None
    intro: NewsroomIntro | None
    authors: list[Author]
    sponsor: Sponsor | None
    seo: NewsroomSeo | None
    language: str
    direction: Direction | str
    time_zone: str
    publisher: Publisher | None = Field(description="Null: the site.")
    about: About | None
    canonical_url: str | None
    section: str | None
    tags: list[Tag]
    image: NewsroomImageBlock | None
    coverage_start: AwareDatetime | None
    coverage_end: AwareDatetime | None
    continues: str | None
    continued_by: str | None
    pinned: list[Pin]
    key_points: list[KeyPoint]
    frozen: bool = Field(description="Nothing is published or changed until it is thawed.")
    legal_hold: bool = Field(description="Its text, and that of its entries, is kept for a court.")
    purged_at: AwareDatetime | None = Field(description="When it was purged, with its entries, for good.")
    settings: StorySettings
    version: int
    created_at: AwareDatetime


class NewsroomStoryWithCounts(NewsroomStory):
    """A story with the number of its entries in each status, and the caller's rights in it."""

    entries: dict[str, int] = Field(description="How many there are in each status that any of them has.")
    site_frozen: bool = Field(description="Nothing is published in any story; `frozen` is the story's own.")
    role: Role | str = Field(
        description="The caller's role: their own, or as a member of the story if that is greater."
    )
    can: list[Right | str] = Field(description="The caller's rights in this story.")
    bylines: list[str] | None = Field(description="The only names the caller may put over an entry; null: anybody's.")
    on_duty: OnDuty | None = Field(description="Who looks after it now; null: nobody has said so.")


class NewsroomStories(Answer):
    """Part of the stories, newest first; `next` is the position to go on from."""

    items: list[NewsroomStory]
    next: str | None


_AS_TYPED = {"text_format": "markdown", "text_exact": True}

NEWSROOM_STORY = {
    **{name: value for name, value in STORY_FIELDS.items() if name != "comments"},
    "intro": {
        **INTRO,
        "text": "Seven constituencies are counted by hand.",
        "text_format": "markdown",
        "text_exact": True,
    },
    "frozen": False,
    "legal_hold": False,
    "purged_at": None,
    "settings": {
        "review_required": False,
        "require_alt": False,
        "hold_seconds": 0,
        "auto_end_after": None,
        "members_only": False,
        "own_bylines": False,
        "comments": None,
    },
    "version": 1,
    "created_at": TIME,
}

_ADA = {"person": "0f4b3c2d-1e5a-4b6c-8d7e-9f0a1b2c3d4e", "name": "Ada Reporter"}

HANDED_OVER: dict[str, Any] = {
    "story": STORY_FIELDS["id"],
    "on_duty": {"person": _ADA["person"], "name": _ADA["name"], "since": ENTRY["time"]},
}

FOUND_PEOPLE = {"items": [{"person": _ADA["person"], "name": _ADA["name"], "member": None}], "more": False}
