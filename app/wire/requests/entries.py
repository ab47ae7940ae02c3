"""Request bodies to write and change entries."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Protocol, Self

from pydantic import AfterValidator, Field, GetJsonSchemaHandler, StringConstraints, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from app.content import MAX_BLOCKS
from app.content.block_limits import MAX_COMPLEXITY
from app.domain.cursor import MAX_SEQ
from app.domain.icons import Icon
from app.domain.identifiers import is_uuid4
from app.wire.requests.blocks import WrittenBlock, written_block_json
from app.wire.requests.slugs import TagSlug
from app.wire.requests.text import (
    NO_BOOLEAN,
    Body,
    FullMatch,
    Html,
    Line,
    Paragraphs,
    Request,
    ShortLine,
    ShownParagraphs,
    Timestamp,
    WebAddress,
)


def _uuid4(value: str) -> str:
    if not is_uuid4(value):
        raise ValueError("must be a UUID of version 4 in lower case")
    return value


ClientId = Annotated[str, AfterValidator(_uuid4), Field(json_schema_extra={"format": "uuid"})]
ExternalId = Annotated[str, FullMatch(r"[A-Za-z0-9._~:-]{1,200}", "must be up to 200 of A-Z a-z 0-9 . _ ~ : -")]

HoldSeconds = Annotated[
    int,
    Field(
        ge=0,
        le=3_600,
        description="Hold what this request publishes for so long (202, `held`), to be cancelled unseen; or for the "
        "story's own `hold_seconds` where that is longer. What it does not publish, and what is held already, "
        "it leaves as it is.",
    ),
    NO_BOOLEAN,
]

Label = Annotated[Line, StringConstraints(max_length=60)]
"""One line of 1 to 60 characters."""

MAX_AUTHORS = 20
MAX_TAGS = 20


class WrittenAuthor(Request):
    """An author shown with an entry."""

    id: ShortLine | None = None
    name: Line
    role: Line | None = None
    place: Line | None = None
    avatar: WebAddress | None = None
    avatar_renditions: list[Any] | None = Field(
        None, exclude=True, max_length=MAX_COMPLEXITY, description="Ignored: made from the upload that `avatar` shows."
    )
    url: WebAddress | None = None


class WrittenSource(Request):
    """The place of the first report; shown as "Source link"."""

    url: WebAddress
    name: Line | None = None


class WrittenTag(Request):
    """A tag of an entry: `slug` in addresses and filters, `label` for people."""

    slug: TagSlug | None = Field(None, description="Made of the label where it is left out.")
    label: ShortLine


class WrittenBody(Protocol):
    """A body as a client writes it, once: as text, as HTML or as blocks."""

    text: str | None
    text_format: Literal["markdown", "plain"] | None
    html: str | None
    blocks: list[WrittenBlock] | None

    def written_blocks(self) -> list[dict[str, Any]] | None:
        """Return the blocks for app.content; None if the body was not written as blocks."""


def check_one_body(written: WrittenBody) -> None:
    """Raise ValueError for a body that is written twice, and for a format without its text."""
    given = [name for name in ("text", "html", "blocks") if getattr(written, name) is not None]
    if len(given) > 1:
        raise ValueError(f"write the body once: {' or '.join(given)}, not both")
    if written.text_format is not None and written.text is None:
        raise ValueError("text_format belongs to text")


class _EntryFields(Request):
    headline: Line | None = None
    label: Label | None = Field(None, description="A few words above the headline: `67′`, `Analysis`, `Advertisement`.")
    icon: Icon | None = Field(None, description="What it is about, at a glance.")
    text: Body | None = None
    text_format: Literal["markdown", "plain"] | None = None
    html: Html | None = None
    blocks: list[WrittenBlock] | None = Field(None, max_length=MAX_BLOCKS)
    authors: list[WrittenAuthor] | None = Field(None, max_length=MAX_AUTHORS)
    source: WrittenSource | None = None
    tags: list[WrittenTag] | None = Field(None, max_length=MAX_TAGS)
    display_time: Timestamp | None = Field(
        None, description="The time to show and to be ordered by, if not the time of publication. Not in the future."
    )

    hold_seconds: HoldSeconds | None = None

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        check_one_body(self)
        return self

    def written_blocks(self) -> list[dict[str, Any]] | None:
        """Return the blocks for app.content; None if the body was not written as blocks."""
        return None if self.blocks is None else [written_block_json(block) for block in self.blocks]


class EntryDraft(_EntryFields):
    """A new entry. `{"text": "Polls have closed."}` is enough."""

    id: ClientId | None = Field(
        None, description="Your own id, so that a retry after a lost answer makes no second entry."
    )
    status: Literal["draft", "submitted", "scheduled", "published"] | None = Field(
        None, description="Without it: published if the token may publish, submitted if not."
    )
    publish_at: Timestamp | None = Field(None, description="With status `scheduled`: when it is published.")
    expires_at: Timestamp | None = Field(None, description="When it expires, and readers no longer see it.")
    kind: Literal["update", "summary"] = "update"
    key_event: bool = False
    importance: Literal["normal", "major", "breaking"] = "normal"
    pinned: bool = Field(
        False, description="Pin it above all other pins once it is published; for who may pin, else 403."
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not any((self.headline, self.text, self.html, self.blocks)):
            raise PydanticCustomError("empty_entry", "An entry needs a headline or a body.")
        return self


class ExternalEntry(EntryDraft):
    """An entry that another system sends under its own id: it is created, or updated to `external_version`."""

    external_version: Annotated[int, Field(ge=0, le=MAX_SEQ), NO_BOOLEAN] | None = Field(
        None, description="The sender's version; one older than the newest taken is dropped."
    )


class CorrectionDraft(Request):
    """A line for the entry's public log of corrections."""

    text: ShownParagraphs
    severity: Literal["clarification", "correction"] = "correction"


class EntryPatch(_EntryFields):
    """Changes to an entry: what is left out stays as it is."""

    kind: Literal["update", "summary"] | None = None
    key_event: bool | None = None
    importance: Literal["normal", "major", "breaking"] | None = None
    material: bool = Field(True, description='False for a typo: readers see no "updated" mark.')
    publish: bool = Field(True, description="False makes or changes a working revision that readers do not see yet.")
    publish_at: Timestamp | None = Field(None, description="Another time for what is scheduled already.")
    expires_at: Timestamp | None = Field(None, description="When it expires for readers; null for never.")
    correction: CorrectionDraft | None = Field(
        None, description="A line for the log of corrections, published with the edit at once, as one change."
    )

    @model_validator(mode="after")
    def _no_nulls(self) -> Self:
        for name in ("kind", "key_event", "importance", "text", "html", "blocks", "authors", "tags", "publish_at"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{name} cannot be null; leave it out to keep it")
        if self.correction is not None and not self.publish:
            raise ValueError("a correction goes out with its edit: leave publish out")
        return self


class _DescribedAsDraft:
    """Metadata of an item that is described here and validated by itself, so that a wrong one refuses no other."""

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(EntryDraft.__pydantic_core_schema__)


class EntryBatch(Request):
    """Up to 100 new entries, written in order; each succeeds or fails alone."""

    items: list[Annotated[Any, _DescribedAsDraft()]] = Field(min_length=1, max_length=100)


class Retraction(Request):
    """The reason of a retraction; readers see it."""

    reason: ShownParagraphs


class Note(Request):
    """A note for colleagues; readers never see it."""

    note: Paragraphs | None = None


class Schedule(Request):
    """The time of a publication."""

    publish_at: Timestamp


class EntryMove(Request):
    """The new position of an entry: right `before` or `after` another public one, in readers' order, newest first."""

    before: ClientId | None = Field(None, description="The entry to stand right above: on the side of the newer ones.")
    after: ClientId | None = Field(None, description="The entry to stand right below: on the side of the older ones.")

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if (self.before is None) == (self.after is None):
            raise ValueError("give either before or after")
        return self

    @property
    def side(self) -> Literal["before", "after"]:
        """Return the side of the target on which the entry is put."""
        return "after" if self.before is None else "before"

    @property
    def target(self) -> str:
        """Return the id of the entry beside which it is put."""
        return self.before or self.after or ""


class Publication(Request):
    """The particulars of a publication: `{}`, no body at all, or how long it is held."""

    hold_seconds: HoldSeconds | None = None


class Nothing(Request):
    """An action without particulars: `{}` or no body at all."""
