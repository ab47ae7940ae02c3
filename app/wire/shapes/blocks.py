"""Shapes of blocks as they are sent, for the API's description; app/content/blocks.py says what each of them is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, RootModel

from app.wire.shapes.answer import Answer, ToldApartByType, sometimes
from app.wire.shapes.values import TextDirection

EMPTIED = "Empty where an editor took out the one of the upload."


class _SentBlock(Answer):
    id: str


class _Spoken(Answer):
    lang: str = sometimes("The language of these words (BCP 47), where it is not that of what is around them.")
    dir: TextDirection | str = sometimes("Their direction, where it is not that of what is around them.")


class ParagraphBlock(_SentBlock, _Spoken):
    """Running text."""

    type: Literal["paragraph"]
    html: str


class HeadingBlock(_SentBlock, _Spoken):
    """A subhead."""

    type: Literal["heading"]
    level: int = Field(description="2, 3 or 4.")
    text: str
    html: str


class ListItem(_Spoken):
    """An item of a list, perhaps with a list in it."""

    html: str
    ordered: bool = sometimes("Whether the list in it is numbered.")
    items: list[ListItem] = sometimes("The list in it.")


class ListBlock(_SentBlock, _Spoken):
    """A list."""

    type: Literal["list"]
    ordered: bool
    start: int = sometimes("The first number, if it is not 1.")
    items: list[ListItem]
    html: str


class QuoteBlock(_SentBlock, _Spoken):
    """A quotation."""

    type: Literal["quote"]
    who: str = sometimes()
    role: str = sometimes()
    url: str = sometimes("Where they were said.")
    html: str


class CodeBlock(_SentBlock):
    """Preformatted text, to the letter."""

    type: Literal["code"]
    text: str
    language: str = sometimes("In lower case, as in `python`.")
    html: str


class Rendition(Answer):
    """One file of an upload."""

    url: str
    type: str = Field(description="Its Content-Type.")
    width: int = sometimes()
    height: int = sometimes()
    size: int = Field(description="Bytes.")


class FocalPoint(Answer):
    """The point of a picture that stays in sight when it is cropped: parts of its width and height, from top left."""

    x: float
    y: float


class _Shown(_SentBlock, _Spoken):
    url: str = Field(description="Of an upload, one of its files.")
    renditions: list[Rendition] = sometimes("Every file of an upload.")


class ImageBlock(_Shown):
    """A picture: an upload, or one by address."""

    type: Literal["image"]
    focal: FocalPoint = sometimes()
    placeholder: str = sometimes("An upload's average colour, `#rrggbb`.")
    width: int = sometimes()
    height: int = sometimes()
    alt: str
    caption: str = sometimes(EMPTIED)
    credit: str = sometimes(EMPTIED)
    html: str


class VideoBlock(_Shown):
    """A film: an upload, or one by address."""

    type: Literal["video"]
    duration_ms: int = sometimes("Of an upload.")
    placeholder: str = sometimes("The average colour of an upload's poster, `#rrggbb`.")
    poster: str = sometimes("The still that is shown before it plays.")
    width: int = sometimes()
    height: int = sometimes()
    caption: str = sometimes(EMPTIED)
    credit: str = sometimes(EMPTIED)
    html: str


class AudioBlock(_Shown):
    """A sound recording: an upload, or one by address."""

    type: Literal["audio"]
    duration_ms: int = sometimes("Of an upload.")
    caption: str = sometimes(EMPTIED)
    credit: str = sometimes(EMPTIED)
    html: str


class EmbedBlock(_SentBlock, _Spoken):
    """A page of another site, shown in a frame at `frame` once the reader has agreed; `html` is a card with a link."""

    type: Literal["embed"]
    url: str
    provider: str
    provider_name: str = sometimes(
        "The provider's name for people; absent, as `category`, in entries of older releases."
    )
    author: str = sometimes("Whose page it is, as the address has it.")
    title: str = sometimes()
    category: str = sometimes("What the reader is asked about: video, social, audio, chart, map, or an operator's own.")
    frame: str = sometimes("The address of the frame; absent where the provider has none.")
    ratio: str = sometimes("Width to height as CSS writes it, of a frame that has one.")
    height: int = sometimes("Pixels, of a frame that has no ratio.")
    consent: bool = Field(
        description="The provider sets cookies. Whatever it is, a frame tells it the reader's address."
    )
    html: str


class LinkCardBlock(_SentBlock, _Spoken):
    """A link that stands alone."""

    type: Literal["link_card"]
    url: str
    title: str
    description: str = sometimes()
    image: str = sometimes()
    html: str


class TableCell(_Spoken):
    """A cell of a table."""

    html: str
    header: bool = sometimes()
    colspan: int = sometimes()
    rowspan: int = sometimes()


class TableBlock(_SentBlock, _Spoken):
    """Rows of cells."""

    type: Literal["table"]
    caption: str = sometimes()
    rows: list[list[TableCell]]
    html: str


class DividerBlock(_SentBlock):
    """A thematic break."""

    type: Literal["divider"]
    html: str


class UnknownBlock(_SentBlock):
    """A block of a type that came later than this description: show its `html`."""

    type: str
    html: str


class Block(
    RootModel[
        Annotated[
            ParagraphBlock
            | HeadingBlock
            | ListBlock
            | QuoteBlock
            | CodeBlock
            | ImageBlock
            | VideoBlock
            | AudioBlock
            | EmbedBlock
            | LinkCardBlock
            | TableBlock
            | DividerBlock
            | UnknownBlock,
            ToldApartByType(),
        ]
    ]
):
    """A typed piece of a body. `html` shows it whatever its type."""


class _Uploaded(Answer):
    media: str = sometimes("The id of the upload that it shows.")


class NewsroomImageBlock(ImageBlock, _Uploaded):
    """A picture as the newsroom sees it."""


class NewsroomVideoBlock(VideoBlock, _Uploaded):
    """A film as the newsroom sees it."""


class NewsroomAudioBlock(AudioBlock, _Uploaded):
    """A sound recording as the newsroom sees it."""


class NewsroomBlock(
    RootModel[
        Annotated[
            ParagraphBlock
            | HeadingBlock
            | ListBlock
            | QuoteBlock
            | CodeBlock
            | NewsroomImageBlock
            | NewsroomVideoBlock
            | NewsroomAudioBlock
            | EmbedBlock
            | LinkCardBlock
            | TableBlock
            | DividerBlock
            | UnknownBlock,
            ToldApartByType(),
        ]
    ]
):
    """A typed piece of a body as the newsroom sees it: what shows an upload names it."""
