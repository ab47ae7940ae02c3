"""`GET /v1/stories/{story}/entries` and `GET /v1/stories/{story}/entries/{entry}`: the timeline and one entry."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import Path, Query, Request, Response
from pydantic import AfterValidator, BaseModel, Field, JsonValue

from app.api.http.answers import RepresentationResponse, codings_for, one_off_response
from app.api.http.public_descriptions import BY_NAME, public_responses
from app.api.http.resource_router import ResourceRouter
from app.api.http.state import PublicReading
from app.api.routes.public.read_stories import BodyQuery, PublicStoryRef
from app.domain.slugs import MAX_REF_LENGTH, canonical_slug
from app.reading.entries import ENTRY_FIELDS, EntryShape, parse_fields, require_entry, shown_entry
from app.reading.pages import MAX_PAGE_LIMIT, PAGE_LIMIT, PageRequest
from app.reading.representations import Representation
from app.reading.stories import require_story_by_current_name
from app.reading.views import PageView, View
from app.storage.database.transactions import ReadTransaction
from app.storage.public.reads import EntryFilter
from app.wire.encoding import BodyVariant
from app.wire.shapes.examples import ENTRY, PAGE
from app.wire.shapes.public import EntryParts, Page, PublicEntry

router = ResourceRouter(tags=["Reading"])

_FIELDS = f"Send these members only, named with commas between: {', '.join(ENTRY_FIELDS)}."
_FIELDS_SCHEMA: dict[str, JsonValue] = {"pattern": "^({0})(,({0}))*$".format("|".join(ENTRY_FIELDS))}
"""Described but not enforced here: parse_fields says better what is wrong."""
FieldsQuery = Annotated[str | None, Query(max_length=400, description=_FIELDS, json_schema_extra=_FIELDS_SCHEMA)]


class EntriesQuery(BaseModel):
    """The query of a list of entries. Filters are joined by "and"."""

    order: Literal["newest", "oldest"] = Field("newest", description="Which end of the timeline comes first.")
    position: str | None = Field(
        None, max_length=200, description="Where the page begins: taken from `next` or `prev`, never made up."
    )
    around: str | None = Field(
        None, max_length=200, description="An entry's id: the page that has it in the middle. Wins over `position`."
    )
    limit: int = Field(PAGE_LIMIT, ge=1, le=MAX_PAGE_LIMIT, description="How many entries a page has at most.")
    kind: Literal["update", "summary"] | None = None
    tag: Annotated[str, AfterValidator(canonical_slug)] | None = Field(
        None, max_length=MAX_REF_LENGTH, description="A tag's slug, in any spelling."
    )
    author: str | None = Field(None, max_length=300, description="An author's name or id, as it stands in `authors`.")
    key_event: bool | None = None
    importance: Literal["normal", "major", "breaking"] | None = None
    alias: str | None = Field(
        None,
        max_length=300,
        description="An address that an entry had elsewhere before it was brought here, as it stands there: its "
        "fragment (`#1234`) or query (`?liveblog._id=urn:1234`). The list has that entry, or none.",
    )
    fields: str | None = Field(None, max_length=400, description=_FIELDS, json_schema_extra=_FIELDS_SCHEMA)
    body: BodyVariant = Field(BodyVariant.HTML, description="Send bodies as HTML, as typed blocks, or both.")

    def shape(self) -> EntryShape:
        """Return how much of each entry is sent. Raises InvalidInput."""
        return EntryShape(body=self.body, fields=None if self.fields is None else parse_fields(self.fields))

    def page(self) -> PageRequest:
        """Return the page that is asked for."""
        labels = [
            f"{name}:{value}" for name, value in (("tag", self.tag), ("author", self.author)) if value is not None
        ]
        only = EntryFilter(kind=self.kind, key_event=self.key_event, importance=self.importance, labels=tuple(labels))
        only = replace(only, alias=self.alias)
        sent = self.model_dump(mode="json", exclude_unset=True, exclude_none=True, exclude={"position", "around"})
        return PageRequest(
            order=self.order,
            position=self.position,
            around=self.around,
            limit=self.limit,
            only=only,
            parameters=tuple((name, _as_parameter(value)) for name, value in sent.items()),
        )


@router.get(
    "/v1/stories/{story}/entries",
    responses=public_responses(Page, PAGE, *BY_NAME, "entry_not_found", "entry_gone", "invalid"),
)
async def list_entries(
    request: Request, reading: PublicReading, story: PublicStoryRef, query: Annotated[EntriesQuery, Query()]
) -> Response:
    """Return a page of a story's timeline. No page repeats or skips an entry because others came or went meanwhile."""
    if query.model_fields_set <= {"body"}:
        return RepresentationResponse(await reading.representations.current(story, View("entries", query.body)))
    view = PageView(query.page(), query.shape(), codings_for(request))
    return RepresentationResponse(await reading.pages.current(story, view))


@router.get(
    "/v1/stories/{story}/entries/{entry}",
    responses=public_responses(PublicEntry | EntryParts, ENTRY, *BY_NAME, "entry_not_found", "entry_gone", "invalid"),
)
async def get_entry(
    request: Request,
    reading: PublicReading,
    story: PublicStoryRef,
    entry: Annotated[str, Path(description="The entry's id.")],
    body: BodyQuery = BodyVariant.HTML,
    fields: FieldsQuery = None,
) -> Response:
    """Return an entry. One that was public and is no more answers 410, with the cause."""
    shape = EntryShape(body=body, fields=None if fields is None else parse_fields(fields))
    view = body.value if shape.fields is None else "fields"

    def work(tx: ReadTransaction) -> Representation:
        found = require_story_by_current_name(tx, story)
        head = found.head
        listed = require_entry(tx, head.story, entry)
        links = reading.links.for_site(head.site)
        tag = f"r{listed.revision}.{head.cursor.epoch}.{view}{links.site.tag}"
        is_over = head.closing is not None
        plain = shape.encode(shown_entry(listed, links))
        return Representation(plain=plain, tag=tag, surrogate=f"story-{head.story}", is_over=is_over)

    return await one_off_response(await reading.snapshots.read(work), request)


def _as_parameter(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
