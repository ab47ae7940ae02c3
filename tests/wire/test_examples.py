"""The examples of the API's description are what its shapes say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel

from app.wire.shapes import (
    comments,
    erasure,
    events,
    examples,
    media,
    newsroom,
    newsroom_stories,
    oversight,
    people,
    public,
    search,
    versions,
)

SHAPES: list[tuple[type[BaseModel], dict[str, Any]]] = [
    (public.StoryState, examples.STORY_STATE),
    (public.StoryList, examples.STORY_LIST),
    (public.PublicEntry, examples.ENTRY),
    (public.Page, examples.PAGE),
    (public.Corrections, examples.CORRECTIONS),
    (events.Event, examples.EVENT),
    (events.Changes, examples.CHANGES),
    (newsroom.NewsroomEntry, newsroom.NEWSROOM_ENTRY),
    (newsroom_stories.NewsroomStory, newsroom_stories.NEWSROOM_STORY),
    (search.SearchResults, search.SEARCH_RESULTS),
    (newsroom.Delivery, newsroom.DELIVERY),
    (versions.EntryVersion, versions.VERSION),
    (newsroom.PreviewLink, newsroom.PREVIEW_LINK),
    (newsroom.Preview, newsroom.PREVIEW),
    (oversight.Reverted, oversight.REVERTED),
    (oversight.Audit, oversight.AUDIT),
    (people.Ticket, people.TICKET),
    (people.Me, people.ME),
    (people.Person, people.PERSON),
    (people.Member, people.MEMBER),
    (people.Invite, people.INVITE),
    (people.Session, people.SESSION),
    (people.Token, people.TOKEN),
    (media.MediaWithUses, media.MEDIA_WITH_USES),
    (media.Media, media.MEDIA),
    (media.DeletedMedia, media.DELETED_MEDIA),
    (erasure.PreparedPurge, erasure.PREPARED_PURGE),
    (erasure.Purged, erasure.PURGED),
    (erasure.HoldChanged, erasure.HOLD_CHANGED),
    (erasure.Holds, erasure.HOLDS),
    (comments.Comments, comments.COMMENTS),
    (comments.TakenComment, comments.TAKEN_COMMENT),
    (comments.CommentForm, comments.COMMENT_FORM),
    (comments.Receipt, comments.RECEIPT),
    (comments.TakenReport, comments.TAKEN_REPORT),
    (comments.ReportOutcome, comments.REPORT_OUTCOME),
    (comments.NewsroomComment, comments.NEWSROOM_COMMENT),
    (comments.CommentBlock, comments.BLOCK),
    (comments.Erased, comments.ERASED),
]


@pytest.mark.parametrize(("shape", "example"), SHAPES, ids=[shape.__name__ for shape, _ in SHAPES])
def test_an_example_is_what_its_shape_says_and_nothing_beside(shape: type[BaseModel], example: dict[str, Any]) -> None:
    read = shape.model_validate_json(json.dumps(example))
    written = read.model_dump_json(by_alias=True, exclude_unset=True).replace('.123000Z"', '.123Z"')
    assert json.loads(written) == example
