"""The shapes of an entry's body: a list of blocks, each a JSON object with `id`, `type`, `html` and its own fields.

`html` is a complete, sanitised and static rendering of the whole block, so that a front end that knows no block
types can show every entry. Every other field is plain text, a checked address or a number: HTML stands only in
fields named `html`. Types are open to readers (a decoder must survive a new one) and closed to writers.

`lang` (BCP 47) and `dir` are the language and direction of all words of a block, or of an item or cell where those
differ from what is around them; they are absent where the story's own stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Literal, NotRequired, TypedDict

Block = dict[str, Any]
"""One block as it is stored and sent. Each type has the fields of its class in BLOCK_SHAPES."""

Direction = Literal["ltr", "rtl", "auto"]

NewId = Callable[[], str]
"""Makes an identifier for a new block; handed in, so that this package has no randomness of its own."""

TEXT_TYPES: frozenset[str] = frozenset({"paragraph", "heading", "list", "quote", "code", "divider"})
"""The types a reporter can write and edit as text; all others stand in a text as `[[block:<id>]]`."""


class Paragraph(TypedDict):
    """Running text; `html` is one `<p>`."""

    id: str
    type: Literal["paragraph"]
    lang: NotRequired[str]
    dir: NotRequired[Direction]
    html: str


class Heading(TypedDict):
    """A subhead. `level` is 2, 3 or 4; `text` is its plain text."""

    id: str
    type: Literal["heading"]
    level: int
    text: str
    lang: NotRequired[str]
    dir: NotRequired[Direction]
    html: str


class ListItem(TypedDict):
    """One item: its inline HTML, and the list nested in it, if any."""

    html: str
    lang: NotRequired[str]
    dir: NotRequired[Direction]
    ordered: NotRequired[bool]
    items: NotRequired[list[ListItem]]


class ListBlock(TypedDict):
    """A list; `start` is the first number of an ordered one, absent when it is 1."""

    id: str
    type: Literal["list"]
    ordered: bool
    start: NotRequired[int]
    items: list[ListItem]
    lang: NotRequired[str]
    dir: NotRequired[Direction]
    html: str


class Quote(TypedDict):
    """Quoted words: `who` said them, in which `role`, at which `url`. `html` has words and attribution."""

    id: str
    type: Literal["quote"]
    who: NotRequired[str]
    role: NotRequired[str]
    url: NotRequired[str]
    lang: NotRequired[str]
    dir: NotRequired[Direction]
    html: str


class Code(TypedDict):
    """Preformatted text, to the letter: its lines, and the blanks they begin with. `language` is what it is written in.

    `language` is in lower case, as authors of Markdown name it: `python`, `c++`, `json`.
    """

    id: str
    type: Literal["code"]
    text: str
    language: NotRequired[str]
    html: str


class Rendition(TypedDict):
    """One file of an uploaded picture, video or sound; `type` is its Content-Type, `size` its length in bytes."""

    url: str
    type: str
    width: NotRequired[int]
    height: NotRequired[int]
    size: int


class FocalPoint(TypedDict):
    """The point of a picture that stays in sight when it is cropped: parts of its width and height, from top left."""

    x: float
    y: float


class Image(TypedDict):
    """A picture by address, or an uploaded one. `alt` is never absent; where none was written it is the caption.

    An uploaded one has `media`, its id, which the newsroom alone sees, and its renditions; `url` is one of them.
    `placeholder` is its average colour, `#rrggbb`. Of a missing alt, `warnings_of` says more.
    """

    id: str
    type: Literal["image"]
    url: str
    media: NotRequired[str]
    width: NotRequired[int]
    height: NotRequired[int]
    alt: str
    caption: NotRequired[str]
    credit: NotRequired[str]
    focal: NotRequired[FocalPoint]
    placeholder: NotRequired[str]
    renditions: NotRequired[list[Rendition]]
    lang: NotRequired[str]
    dir: NotRequired[Direction]
    html: str


class Video(TypedDict):
    """A film by address; `poster` is the still shown before it plays."""

    id: str
    type: Literal["video"]
    url: str
    media: NotRequired[str]
    poster: NotRequired[str]
    width: NotRequired[int]
    height: NotRequired[int]
    caption: NotRequired[str]
    credit: NotRequired[str]
    duration_ms: NotRequired[int]
    placeholder: NotRequired[str]
    renditions: NotRequired[list[Rendition]]
    lang: NotRequired[str]
    dir: NotRequired[Direction]
    html: str


class Audio(TypedDict):
    """A sound recording by address."""

    id: str
    type: Literal["audio"]
    url: str
    media: NotRequired[str]
    caption: NotRequired[str]
    credit: NotRequired[str]
    duration_ms: NotRequired[int]
    renditions: NotRequired[list[Rendition]]
    lang: NotRequired[str]
    dir: NotRequired[Direction]
    html: str


class Embed(TypedDict):
    """A page of another site, which can show it in a frame.

    `html` is a card: a front end builds the frame at `frame` itself, once the reader has agreed to `category`, in a
    place of `ratio` (width to height as CSS writes it, `16/9`) or of `height` pixels. `consent` is true where the
    provider sets cookies; any frame tells the provider the reader's address. Without `frame` there is the card alone.
    `author` is whose page it is, as the address has it.
    What a release before stored has neither `provider_name` nor `category`.
    """

    id: str
    type: Literal["embed"]
    url: str
    provider: str
    provider_name: NotRequired[str]
    author: NotRequired[str]
    title: NotRequired[str]
    category: NotRequired[str]
    frame: NotRequired[str]
    ratio: NotRequired[str]
    height: NotRequired[int]
    consent: bool
    lang: NotRequired[str]
    dir: NotRequired[Direction]
    html: str


class LinkCard(TypedDict):
    """A link that stands alone; `title` is the address itself where nothing better was written."""

    id: str
    type: Literal["link_card"]
    url: str
    title: str
    description: NotRequired[str]
    image: NotRequired[str]
    lang: NotRequired[str]
    dir: NotRequired[Direction]
    html: str


class TableCell(TypedDict):
    """One cell: its inline HTML, whether it is a heading, and how many columns and rows it spans if not one."""

    html: str
    lang: NotRequired[str]
    dir: NotRequired[Direction]
    header: NotRequired[bool]
    colspan: NotRequired[int]
    rowspan: NotRequired[int]


class Table(TypedDict):
    """Rows of cells; a first row made of headings alone is the table's head."""

    id: str
    type: Literal["table"]
    caption: NotRequired[str]
    rows: list[list[TableCell]]
    lang: NotRequired[str]
    dir: NotRequired[Direction]
    html: str


class Divider(TypedDict):
    """A thematic break."""

    id: str
    type: Literal["divider"]
    html: str


BLOCK_SHAPES: Mapping[str, type] = MappingProxyType(
    {
        "paragraph": Paragraph,
        "heading": Heading,
        "list": ListBlock,
        "quote": Quote,
        "code": Code,
        "image": Image,
        "video": Video,
        "audio": Audio,
        "embed": Embed,
        "link_card": LinkCard,
        "table": Table,
        "divider": Divider,
    }
)
