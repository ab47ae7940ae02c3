"""The shape of every request, answer and live message. Made by `make client-types` from the server's description.

A text that is one of today's values is `Known | str`, because a later server may send others; and a message, event or
block of a `type` that is in none of the unions may come as well: have a branch for it.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict


class About(TypedDict):
    """The event a story is about."""

    name: str
    place: str | None
    start: str | None


class Account(TypedDict):
    """A person's or a bot's account."""

    token: str
    person: str | None
    name: str | None


Activity: TypeAlias = "Literal['reading', 'composing', 'editing']"
"""The activities of a person or bot in a story."""


class AppealDraft(TypedDict):
    """The objection of a comment's writer to what was decided."""

    token: NotRequired[str | None]
    website: NotRequired[str]
    text: str


class AudioBlock(TypedDict):
    """A sound recording: an upload, or one by address."""

    lang: NotRequired[str]
    dir: NotRequired[TextDirection | str]
    id: str
    url: str
    renditions: NotRequired[list[Rendition]]
    type: Literal["audio"]
    duration_ms: NotRequired[int]
    caption: NotRequired[str]
    credit: NotRequired[str]
    html: str


class Audit(TypedDict):
    """Part of the audit log, newest first; `next` is the position to go on from."""

    items: list[AuditItem]
    next: str | None


class AuditItem(TypedDict):
    """One write."""

    id: int
    at: str
    person: str | None
    token: str
    action: str
    object: AuditedObject | str
    object_id: str
    story: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    request_id: str | None
    name: str | None


AuditedObject: TypeAlias = "Literal['entry', 'story', 'person', 'token', 'invite', 'member', 'site', 'media']"
"""The kinds of things that the audit names."""


class AuthenticateMessage(TypedDict):
    """The first message, where the URL had no ticket."""

    type: Literal["authenticate"]
    token: str


class Author(TypedDict):
    """A byline."""

    id: NotRequired[str]
    name: str
    role: NotRequired[str]
    place: NotRequired[str]
    avatar: NotRequired[str]
    avatar_renditions: NotRequired[list[Rendition]]
    url: NotRequired[str]


class BatchRefused(TypedDict):
    """The result of an item that was not."""

    status: int
    problem: ItemProblem


class BatchResults(TypedDict):
    """One result for each item, in order."""

    items: list[BatchWritten | BatchRefused]


class BatchWritten(TypedDict):
    """The result of an item that was written."""

    status: int
    location: str
    entry: NewsroomEntry


Block: TypeAlias = "ParagraphBlock | HeadingBlock | ListBlock | QuoteBlock | CodeBlock | ImageBlock | VideoBlock | AudioBlock | EmbedBlock | LinkCardBlock | TableBlock | DividerBlock"
"""A typed piece of a body. `html` shows it whatever its type."""


class BodyDiff(TypedDict):
    """The differences from the body's text before to this version's."""

    body: list[list[str]]
    truncated: bool


BodyVariant: TypeAlias = "Literal['html', 'blocks', 'both']"
"""The form of an entry's body that a client asks for with `?body=`."""

CallerKind: TypeAlias = "Literal['person', 'bot', 'admin']"
"""The kinds of callers."""


class CatchingUp(TypedDict):
    """Events follow that are not consecutive, up to `caught_up`."""

    type: Literal["catching_up"]
    story: str


class CaughtUp(TypedDict):
    """The reader now holds the story as it was at this cursor."""

    type: Literal["caught_up"]
    story: str
    cursor: str
    entry_count: int
    last_entry_at: str | None


class Changes(TypedDict):
    """Everything after a cursor, each object once, in its present form. Go on from `cursor`."""

    events: list[Event]
    cursor: str
    head: str
    more: bool
    comment_count: int


class CodeBlock(TypedDict):
    """Preformatted text, to the letter."""

    id: str
    type: Literal["code"]
    text: str
    language: NotRequired[str]
    html: str


class Comment(TypedDict):
    """A comment, with the first of those under it; all are a list of their own, `?parent=`."""

    id: str
    entry: str | None
    parent: str | None
    name: str
    text: str
    time: str
    by_newsroom: bool
    children: NotRequired[list[ListedComment]]
    child_count: NotRequired[int]


class CommentBatch(TypedDict):
    """One decision about up to 100 comments."""

    reason: NotRequired[
        Literal[
            "off_topic",
            "personal_attack",
            "hate",
            "false_claim",
            "private_data",
            "advertising",
            "spam",
            "rights",
            "illegal",
            "language",
            "duplicate",
            "other",
        ]
        | None
    ]
    note: NotRequired[str | None]
    action: Literal["approve", "reject", "spam", "remove"]
    comments: list[str]
    versions: NotRequired[dict[str, int]]


class CommentBlock(TypedDict):
    """A network from which no comment is taken until a time."""

    id: str
    network: str
    note: str | None
    created_at: str
    expires_at: str


class CommentBlockDraft(TypedDict):
    """A network from which no comment is taken for a time: that of a comment, or one that is named."""

    comment: NotRequired[str | None]
    width: NotRequired[Literal["address", "network"]]
    network: NotRequired[str | None]
    hours: NotRequired[int]
    note: NotRequired[str | None]


class CommentBlocks(TypedDict):
    """The networks that are blocked now."""

    items: list[CommentBlock]


class CommentDecided(TypedDict):
    """The outcome for a comment of a batch that was decided about."""

    id: str
    status: int
    comment: NewsroomComment


class CommentDecision(TypedDict):
    """A decision about a comment: the reason is told to its writer, the note stays in the newsroom."""

    reason: NotRequired[
        Literal[
            "off_topic",
            "personal_attack",
            "hate",
            "false_claim",
            "private_data",
            "advertising",
            "spam",
            "rights",
            "illegal",
            "language",
            "duplicate",
            "other",
        ]
        | None
    ]
    note: NotRequired[str | None]


class CommentDraft(TypedDict):
    """A reader's comment under a story, an entry or another comment."""

    token: NotRequired[str | None]
    website: NotRequired[str]
    name: str
    email: NotRequired[str | None]
    text: str
    entry: NotRequired[str | None]
    parent: NotRequired[str | None]


class CommentEntry(TypedDict):
    """An entry made of a comment."""

    status: NotRequired[Literal["draft", "submitted", "published"]]
    headline: NotRequired[str | None]
    attribution: NotRequired[str]
    again: NotRequired[bool]


class CommentErasure(TypedDict):
    """A person's request to be forgotten: their address alone, or their comments with it."""

    email: str
    comments: NotRequired[bool]


CommentFlag: TypeAlias = "Literal['hold_word', 'duplicate', 'no_form']"
"""The marks of a comment that a moderator should look at twice."""


class CommentForm(TypedDict):
    """The token of a page's form, and the site's terms."""

    token: str
    terms_url: str | None
    privacy_url: str | None


class CommentNews(TypedDict):
    """A reader's comment as its moderators see it now, and the last action on it."""

    type: Literal["comment"]
    story: str
    action: str
    by: Account
    at: str
    comment: NewsroomComment


class CommentNotDecided(TypedDict):
    """The outcome for one that was not."""

    id: str
    status: int
    problem: ItemProblem


class CommentNumbers(TypedDict):
    """The number of a story's comments as of now, and those of its entries that have changed."""

    type: Literal["comments"]
    story: str
    count: int
    counts: dict[str, int]


CommentRefusal: TypeAlias = "Literal['off_topic', 'personal_attack', 'hate', 'false_claim', 'private_data', 'advertising', 'spam', 'rights', 'illegal', 'language', 'duplicate', 'other']"
"""The reasons for which a comment is refused or taken away."""


class CommentReport(TypedDict):
    """A notice, as the newsroom sees it."""

    id: str
    category: NoticeCategory | str
    text: str
    name: str | None
    time: str
    outcome: CommentState | str | None
    email: NotRequired[str | None]
    address: NotRequired[str | None]


class CommentSettings(TypedDict):
    """The setting of readers' comments: `off`, `moderated`, or `external` with the address of another system."""

    mode: Literal["off", "moderated", "external"]
    url: NotRequired[str | None]
    count: NotRequired[int | None]


CommentState: TypeAlias = "Literal['pending', 'approved', 'rejected', 'spam', 'removed']"
"""The states of a comment."""

CommentStatus: TypeAlias = "Literal['pending', 'approved', 'rejected', 'spam', 'removed']"
"""A comment's status; readers see the approved ones alone."""


class Commenting(TypedDict):
    """The setting of readers' comments: whether there are any, and where."""

    mode: CommentingMode | str
    url: str | None


CommentingMode: TypeAlias = "Literal['off', 'moderated', 'external']"
"""The ways in which a story takes readers' comments."""


class Comments(TypedDict):
    """Part of the comments that readers see. Follow `next` as it is."""

    items: list[Comment]
    next: str | None
    comment_count: int


class CommentsWaiting(TypedDict):
    """The number of a story's comments that wait for a moderator."""

    type: Literal["comments"]
    story: str
    pending: int


class ContentFields(TypedDict):
    """The content of one revision, with the source text an editor continues from."""

    kind: EntryKind | str
    key_event: bool
    importance: Importance | str
    headline: str | None
    label: str | None
    icon: EntryIcon | str | None
    authors: list[Author]
    source: Source | None
    tags: list[Tag]
    display_time: str | None
    body_html: str
    blocks: list[NewsroomBlock]
    text: str
    text_format: TextFormat | str
    text_exact: bool


class Conversion(TypedDict):
    """A body in every form. It is kept nowhere: send it with an entry."""

    body_html: str
    body_text: str
    blocks: list[NewsroomBlock]
    text: str
    text_format: TextFormat | str
    text_exact: bool
    warnings: list[EntryWarning | str]


class ConversionDraft(TypedDict):
    """A body in one of the forms an entry takes, to be seen in all others. Nothing of it is kept."""

    html: NotRequired[str | None]
    text: NotRequired[str | None]
    text_format: NotRequired[Literal["markdown", "plain"] | None]
    blocks: NotRequired[
        list[
            WrittenParagraph
            | WrittenHeading
            | WrittenList
            | WrittenQuote
            | WrittenCode
            | WrittenImage
            | WrittenVideo
            | WrittenAudio
            | WrittenEmbed
            | WrittenLinkCard
            | WrittenTable
            | WrittenDivider
        ]
        | None
    ]


class CorrectedLine(TypedDict):
    """A line of one entry's log, as the story's log shows it."""

    text: str
    at: str
    severity: Severity | str
    entry: str
    headline: str | None
    url: str


class Correction(TypedDict):
    """A line of an entry's public log."""

    text: str
    at: str
    severity: Severity | str


class CorrectionDraft(TypedDict):
    """A line for the entry's public log of corrections."""

    text: str
    severity: NotRequired[Literal["clarification", "correction"]]


class Corrections(TypedDict):
    """Part of a story's log of corrections, the newest first."""

    items: list[CorrectedLine]
    next: str | None
    prev: str | None
    head: str


class DecidedComments(TypedDict):
    """The outcomes of a batch, in its order."""

    items: list[CommentDecided | CommentNotDecided]


class DeletedMedia(TypedDict):
    """The id of what was deleted."""

    id: str


class Delivery(TypedDict):
    """The delivery of the newest event about an entry to its readers, on every node that tells of its own."""

    node: str
    seq: int
    readers: int
    handed_over: int
    behind: int
    median_ms: float | None
    p99_ms: float | None


DiffStep: TypeAlias = "Literal['same', 'removed', 'added']"
"""The steps from one text to another."""

Direction: TypeAlias = "Literal['ltr', 'rtl']"
"""The directions in which a language is written."""


class DividerBlock(TypedDict):
    """A thematic break."""

    id: str
    type: Literal["divider"]
    html: str


class EmbedBlock(TypedDict):
    """A page of another site, shown in a frame at `frame` once the reader has agreed; `html` is a card with a link."""

    lang: NotRequired[str]
    dir: NotRequired[TextDirection | str]
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
    html: str


EntryAction: TypeAlias = "Literal['edit', 'submit', 'return', 'reject', 'publish', 'schedule', 'cancel', 'discard', 'unpublish', 'retract', 'reinstate', 'correct', 'move', 'remove', 'pin', 'set_expiry', 'reschedule', 'preview']"
"""The actions on an entry that a caller may be permitted."""


class EntryBatch(TypedDict):
    """Up to 100 new entries, written in order; each succeeds or fails alone."""

    items: list[EntryDraft]


class EntryDraft(TypedDict):
    """A new entry. `{"text": "Polls have closed."}` is enough."""

    headline: NotRequired[str | None]
    label: NotRequired[str | None]
    icon: NotRequired[
        Literal[
            "goal",
            "card",
            "red_card",
            "substitution",
            "whistle",
            "trophy",
            "vote",
            "result",
            "court",
            "alert",
            "weather",
            "traffic",
            "money",
            "analysis",
            "quote",
            "question",
        ]
        | None
    ]
    text: NotRequired[str | None]
    text_format: NotRequired[Literal["markdown", "plain"] | None]
    html: NotRequired[str | None]
    blocks: NotRequired[
        list[
            WrittenParagraph
            | WrittenHeading
            | WrittenList
            | WrittenQuote
            | WrittenCode
            | WrittenImage
            | WrittenVideo
            | WrittenAudio
            | WrittenEmbed
            | WrittenLinkCard
            | WrittenTable
            | WrittenDivider
        ]
        | None
    ]
    authors: NotRequired[list[WrittenAuthor] | None]
    source: NotRequired[WrittenSource | None]
    tags: NotRequired[list[WrittenTag] | None]
    display_time: NotRequired[str | None]
    hold_seconds: NotRequired[int | None]
    id: NotRequired[str | None]
    status: NotRequired[Literal["draft", "submitted", "scheduled", "published"] | None]
    publish_at: NotRequired[str | None]
    expires_at: NotRequired[str | None]
    kind: NotRequired[Literal["update", "summary"]]
    key_event: NotRequired[bool]
    importance: NotRequired[Literal["normal", "major", "breaking"]]
    pinned: NotRequired[bool]


EntryIcon: TypeAlias = "Literal['goal', 'card', 'red_card', 'substitution', 'whistle', 'trophy', 'vote', 'result', 'court', 'alert', 'weather', 'traffic', 'money', 'analysis', 'quote', 'question']"
"""The icons of entries."""

EntryKind: TypeAlias = "Literal['update', 'summary']"
"""The kinds of entries."""


class EntryMove(TypedDict):
    """The new position of an entry: right `before` or `after` another public one, in readers' order, newest first."""

    before: NotRequired[str | None]
    after: NotRequired[str | None]


class EntryNews(TypedDict):
    """An entry as its editors see it now, and the last action on it."""

    type: Literal["entry"]
    story: str
    action: str
    by: Account
    at: str
    entry: NewsroomEntry


class EntryParts(TypedDict):
    """The members of an entry that `?fields=` names."""

    id: NotRequired[str]
    revision: NotRequired[int]
    status: NotRequired[PublicEntryStatus | str]
    kind: NotRequired[EntryKind | str]
    key_event: NotRequired[bool]
    importance: NotRequired[Importance | str]
    headline: NotRequired[str | None]
    label: NotRequired[str]
    icon: NotRequired[EntryIcon | str]
    authors: NotRequired[list[Author]]
    source: NotRequired[Source | None]
    tags: NotRequired[list[Tag]]
    time: NotRequired[str]
    published_at: NotRequired[str]
    updated_at: NotRequired[str | None]
    sort_key: NotRequired[str]
    corrections: NotRequired[list[Correction]]
    body_html: NotRequired[str]
    blocks: NotRequired[list[Block]]


class EntryPatch(TypedDict):
    """Changes to an entry: what is left out stays as it is."""

    headline: NotRequired[str | None]
    label: NotRequired[str | None]
    icon: NotRequired[
        Literal[
            "goal",
            "card",
            "red_card",
            "substitution",
            "whistle",
            "trophy",
            "vote",
            "result",
            "court",
            "alert",
            "weather",
            "traffic",
            "money",
            "analysis",
            "quote",
            "question",
        ]
        | None
    ]
    text: NotRequired[str | None]
    text_format: NotRequired[Literal["markdown", "plain"] | None]
    html: NotRequired[str | None]
    blocks: NotRequired[
        list[
            WrittenParagraph
            | WrittenHeading
            | WrittenList
            | WrittenQuote
            | WrittenCode
            | WrittenImage
            | WrittenVideo
            | WrittenAudio
            | WrittenEmbed
            | WrittenLinkCard
            | WrittenTable
            | WrittenDivider
        ]
        | None
    ]
    authors: NotRequired[list[WrittenAuthor] | None]
    source: NotRequired[WrittenSource | None]
    tags: NotRequired[list[WrittenTag] | None]
    display_time: NotRequired[str | None]
    hold_seconds: NotRequired[int | None]
    kind: NotRequired[Literal["update", "summary"] | None]
    key_event: NotRequired[bool | None]
    importance: NotRequired[Literal["normal", "major", "breaking"] | None]
    material: NotRequired[bool]
    publish: NotRequired[bool]
    publish_at: NotRequired[str | None]
    expires_at: NotRequired[str | None]
    correction: NotRequired[CorrectionDraft | None]


class EntryPublished(TypedDict):
    """An entry became public."""

    story: str
    seq: int
    cursor: str
    time: str
    entry_count: int
    last_entry_at: str | None
    type: Literal["entry.published"]
    entry: PublicEntry


class EntryRemoved(TypedDict):
    """An entry was taken back: show it no more."""

    story: str
    seq: int
    cursor: str
    time: str
    entry_count: int
    last_entry_at: str | None
    type: Literal["entry.removed"]
    id: str
    cause: RemovalCause | str


EntryStatus: TypeAlias = "Literal['draft', 'submitted', 'rejected', 'scheduled', 'published', 'unpublished', 'retracted', 'expired', 'removed']"
"""An entry's editorial status. `published` and `retracted` are public, the others newsroom only."""


class EntryUpdated(TypedDict):
    """An entry was edited, moved, corrected, retracted or reinstated."""

    story: str
    seq: int
    cursor: str
    time: str
    entry_count: int
    last_entry_at: str | None
    type: Literal["entry.updated"]
    changed: list[str]
    material: bool
    entry: PublicEntry


class EntryVersion(TypedDict):
    """One newsroom change of an entry, and the entry's content after it."""

    kind: EntryKind | str
    key_event: bool
    importance: Importance | str
    headline: str | None
    label: str | None
    icon: EntryIcon | str | None
    authors: list[Author]
    source: Source | None
    tags: list[Tag]
    display_time: str | None
    body_html: str
    blocks: list[NewsroomBlock]
    text: str
    text_format: TextFormat | str
    text_exact: bool
    version: int
    at: str
    person: str | None
    token: str
    name: str | None
    action: str
    status: EntryStatus | str
    note: str | None
    working: Working | None
    changed: list[str] | None
    diff: NotRequired[BodyDiff | None]


class EntryVersions(TypedDict):
    """Part of an entry's versions, newest first; `next` is the position to go on from."""

    items: list[EntryVersion]
    next: str | None


EntryWarning: TypeAlias = "Literal['alt_missing']"
"""The warnings about an entry."""


class Erased(TypedDict):
    """The numbers of what was forgotten."""

    addresses: int
    comments: int
    held: int
    erased: bool


Event: TypeAlias = "EntryPublished | EntryUpdated | EntryRemoved | StoryUpdated | StoryRemoved"
"""One public change of a story."""


class ExternalEntry(TypedDict):
    """An entry that another system sends under its own id: it is created, or updated to `external_version`."""

    headline: NotRequired[str | None]
    label: NotRequired[str | None]
    icon: NotRequired[
        Literal[
            "goal",
            "card",
            "red_card",
            "substitution",
            "whistle",
            "trophy",
            "vote",
            "result",
            "court",
            "alert",
            "weather",
            "traffic",
            "money",
            "analysis",
            "quote",
            "question",
        ]
        | None
    ]
    text: NotRequired[str | None]
    text_format: NotRequired[Literal["markdown", "plain"] | None]
    html: NotRequired[str | None]
    blocks: NotRequired[
        list[
            WrittenParagraph
            | WrittenHeading
            | WrittenList
            | WrittenQuote
            | WrittenCode
            | WrittenImage
            | WrittenVideo
            | WrittenAudio
            | WrittenEmbed
            | WrittenLinkCard
            | WrittenTable
            | WrittenDivider
        ]
        | None
    ]
    authors: NotRequired[list[WrittenAuthor] | None]
    source: NotRequired[WrittenSource | None]
    tags: NotRequired[list[WrittenTag] | None]
    display_time: NotRequired[str | None]
    hold_seconds: NotRequired[int | None]
    id: NotRequired[str | None]
    status: NotRequired[Literal["draft", "submitted", "scheduled", "published"] | None]
    publish_at: NotRequired[str | None]
    expires_at: NotRequired[str | None]
    kind: NotRequired[Literal["update", "summary"]]
    key_event: NotRequired[bool]
    importance: NotRequired[Literal["normal", "major", "breaking"]]
    pinned: NotRequired[bool]
    external_version: NotRequired[int | None]


class FocalPoint(TypedDict):
    """The point of a picture that stays in sight when it is cropped: parts of its width and height, from top left."""

    x: float
    y: float


class FoundPeople(TypedDict):
    """The people found, in order of name."""

    items: list[FoundPerson]
    more: bool


class FoundPerson(TypedDict):
    """A person whom a story's editors may name."""

    person: str
    name: str
    member: Role | str | None


class Freeze(TypedDict):
    """The freeze of one story, or of the site if none is named: nothing more may be published."""

    story: NotRequired[str | None]
    frozen: bool


class Frozen(TypedDict):
    """The freeze of a story, or of the site if `story` is null."""

    story: str | None
    frozen: bool


class FrozenStories(TypedDict):
    """Everything that is frozen now."""

    frozen: bool
    stories: list[str]


class Goodbye(TypedDict):
    """The end of this connection, or with `story` of that story on it."""

    type: Literal["goodbye"]
    reason: GoodbyeCause | str
    story: NotRequired[str]
    reconnect_after_ms: NotRequired[list[int]]
    use: NotRequired[str]
    poll_seconds: NotRequired[int]


GoodbyeCause: TypeAlias = "Literal['drain', 'overload', 'ended']"
"""The causes for which the server ends a connection."""


class HandedOver(TypedDict):
    """The duty for a story from now on."""

    story: str
    on_duty: OnDuty | None


class Handover(TypedDict):
    """The person on duty for a story from now on."""

    person: str | None


class HeadingBlock(TypedDict):
    """A subhead."""

    lang: NotRequired[str]
    dir: NotRequired[TextDirection | str]
    id: str
    type: Literal["heading"]
    level: int
    text: str
    html: str


class Health(TypedDict):
    """The process runs."""

    status: Literal["ok"]


class Heartbeat(TypedDict):
    """A sign of life, with the cursor that each story has reached on this connection, by its id."""

    type: Literal["heartbeat"]
    heads: dict[str, str]
    time: str


class Hello(TypedDict):
    """The first message of a connection."""

    type: Literal["hello"]
    protocol: int
    heartbeat_seconds: float
    time: str


class Hold(TypedDict):
    """A legal hold, of a story with all of its entries if `entry` is null."""

    story: str
    entry: str | None


class HoldChanged(TypedDict):
    """A hold as it is now."""

    story: str
    entry: str | None
    held: bool


class HoldWords(TypedDict):
    """The words that mark the comments they are in."""

    words: list[str]


class Holds(TypedDict):
    """Every hold there is."""

    items: list[Hold]


class ImageBlock(TypedDict):
    """A picture: an upload, or one by address."""

    lang: NotRequired[str]
    dir: NotRequired[TextDirection | str]
    id: str
    url: str
    renditions: NotRequired[list[Rendition]]
    type: Literal["image"]
    focal: NotRequired[FocalPoint]
    placeholder: NotRequired[str]
    width: NotRequired[int]
    height: NotRequired[int]
    alt: str
    caption: NotRequired[str]
    credit: NotRequired[str]
    html: str


Importance: TypeAlias = "Literal['normal', 'major', 'breaking']"
"""The weights of an entry."""


class Intro(TypedDict):
    """A body above a story's entries."""

    html: str
    blocks: list[Block]


class IntroDraft(TypedDict):
    """A body as an entry has one, written once: as `text` (Markdown, unless said otherwise), `html` or `blocks`."""

    text: NotRequired[str | None]
    text_format: NotRequired[Literal["markdown", "plain"] | None]
    html: NotRequired[str | None]
    blocks: NotRequired[
        list[
            WrittenParagraph
            | WrittenHeading
            | WrittenList
            | WrittenQuote
            | WrittenCode
            | WrittenImage
            | WrittenVideo
            | WrittenAudio
            | WrittenEmbed
            | WrittenLinkCard
            | WrittenTable
            | WrittenDivider
        ]
        | None
    ]


class Invite(TypedDict):
    """A link that signs a person in once."""

    id: str
    person: str
    url: str
    qr_svg: str
    expires_at: str


class InviteDraft(TypedDict):
    """The person that an invitation is for."""

    person: str


class ItemProblem(TypedDict):
    """The error of one item of several. `code` is stable."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str
    code: str
    errors: NotRequired[list[ProblemError]]
    current_etag: NotRequired[str]


class KeptHoldWords(TypedDict):
    """The hold-words, without case and accents."""

    words: list[str]


class KeptUpload(TypedDict):
    """An upload that stays, and what else uses it."""

    media: str
    uses: list[MediaUse]


class KeptWrite(TypedDict):
    """A write that cannot be undone automatically: look at it."""

    object: str
    object_id: str
    action: str
    why: str


class KeyPoint(TypedDict):
    """A key point in one sentence."""

    text: str
    entry: str | None


class KeyPoints(TypedDict):
    """The key points, in order."""

    items: list[WrittenKeyPoint]


class LastRetraction(TypedDict):
    """The reason to retract the last entry; readers see it."""

    reason: str
    person: NotRequired[str | None]


class LegalHoldChange(TypedDict):
    """A hold on a story with all of its entries, or on one of them; `held` false lifts it."""

    story: str
    entry: NotRequired[str | None]
    held: bool


class LiftedBlock(TypedDict):
    """A block that is no more."""

    id: str


class LinkCardBlock(TypedDict):
    """A link that stands alone."""

    lang: NotRequired[str]
    dir: NotRequired[TextDirection | str]
    id: str
    type: Literal["link_card"]
    url: str
    title: str
    description: NotRequired[str]
    image: NotRequired[str]
    html: str


class ListBlock(TypedDict):
    """A list."""

    lang: NotRequired[str]
    dir: NotRequired[TextDirection | str]
    id: str
    type: Literal["list"]
    ordered: bool
    start: NotRequired[int]
    items: list[ListItem]
    html: str


class ListItem(TypedDict):
    """An item of a list, perhaps with a list in it."""

    lang: NotRequired[str]
    dir: NotRequired[TextDirection | str]
    html: str
    ordered: NotRequired[bool]
    items: NotRequired[list[ListItem]]


class ListedComment(TypedDict):
    """A comment under another."""

    id: str
    entry: str | None
    parent: str | None
    name: str
    text: str
    time: str
    by_newsroom: bool


class ListedStory(TypedDict):
    """A story in the list of all."""

    head: str
    entry_count: int
    last_entry_at: str | None
    comment_count: int
    id: str
    slug: str
    url: str
    entry_url_template: str
    site: NotRequired[str]
    title: str
    standfirst: str | None
    intro: Intro | None
    authors: list[Author]
    sponsor: Sponsor | None
    seo: Seo | None
    language: str
    direction: Direction | str
    time_zone: str
    publisher: Publisher
    about: About | None
    canonical_url: str | None
    section: str | None
    tags: list[Tag]
    image: ImageBlock | None
    coverage_start: str | None
    coverage_end: str | None
    continues: str | None
    continued_by: str | None
    comments: Commenting
    pinned: list[Pin]
    key_points: list[KeyPoint]
    status: PublicStoryStatus | str


LiveMessage: TypeAlias = "Hello | Subscribed | CatchingUp | CaughtUp | Snapshot | CommentNumbers | Heartbeat | Goodbye | Refused | EntryPublished | EntryUpdated | EntryRemoved | StoryUpdated | StoryRemoved"
"""A message to a reader, on a WebSocket and in the `data` of a server-sent event."""


class Me(TypedDict):
    """The holder of the token."""

    kind: CallerKind | str
    name: str | None
    byline: str | None
    person: str | None
    role: Role | str
    scopes: list[Scope | str]
    can: list[Right | str]
    stories: list[str] | None
    sites: NotRequired[dict[str, Role | str]]
    csrf: NotRequired[str]


class Media(TypedDict):
    """An uploaded picture, video or sound."""

    id: str
    kind: MediaKind | str
    type: str
    url: str
    width: int | None
    height: int | None
    animated: bool
    duration_ms: int | None
    placeholder: str | None
    poster: str | None
    renditions: list[Rendition]
    html: str
    alt: str
    caption: str
    credit: str
    rights: str
    focal: FocalPoint | None
    size: int
    version: int
    created_at: str
    posted_by: Account
    can: list[MediaAction | str]


MediaAction: TypeAlias = "Literal['edit', 'delete']"
"""The actions on an upload that a caller may be permitted."""

MediaKind: TypeAlias = "Literal['image', 'video', 'audio']"
"""The kinds of uploads; an animation is an image."""


class MediaList(TypedDict):
    """Part of the uploads, newest first; `next` is the position to go on from."""

    items: list[Media]
    next: str | None


class MediaPatch(TypedDict):
    """Changes to the words of an upload: what is left out stays as it is, null or an empty text clears."""

    alt: NotRequired[str | None]
    caption: NotRequired[str | None]
    credit: NotRequired[str | None]
    rights: NotRequired[str | None]
    focal: NotRequired[WrittenFocalPoint | None]


class MediaUse(TypedDict):
    """One place where an upload is used."""

    story: str | None
    slug: str | None
    title: str | None
    entry: str | None
    person: str | None
    name: str | None
    current: bool


class MediaWithUses(TypedDict):
    """An upload, and where it is used."""

    id: str
    kind: MediaKind | str
    type: str
    url: str
    width: int | None
    height: int | None
    animated: bool
    duration_ms: int | None
    placeholder: str | None
    poster: str | None
    renditions: list[Rendition]
    html: str
    alt: str
    caption: str
    credit: str
    rights: str
    focal: FocalPoint | None
    size: int
    version: int
    created_at: str
    posted_by: Account
    can: list[MediaAction | str]
    uses: list[MediaUse]
    used_elsewhere: int


class Member(TypedDict):
    """A person in one story."""

    person: str
    name: str
    role: Role | str


class Members(TypedDict):
    """The members of a story, in order of name."""

    items: list[Member]


class Membership(TypedDict):
    """A person's role in one story, independent of their role elsewhere."""

    role: Literal["reporter", "editor"]


ModeratorAction: TypeAlias = "Literal['approve', 'reject', 'spam', 'remove', 'answer', 'make_entry']"
"""The actions on a comment that a caller may be permitted."""


class NamedStory(TypedDict):
    """The story of a comment."""

    slug: str
    title: str


class NewToken(TypedDict):
    """A token with its secret, which is shown this once."""

    id: str
    label: str
    kind: TokenKind | str
    person: str | None
    role: Role | str | None
    sites: NotRequired[dict[str, Role | str]]
    scopes: list[Scope | str]
    stories: list[str] | None
    shorthand: bool
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None
    token: str


class NewsroomAnswer(TypedDict):
    """The newsroom's own answer under a comment."""

    text: str
    name: NotRequired[str | None]


class NewsroomAudioBlock(TypedDict):
    """A sound recording as the newsroom sees it."""

    media: NotRequired[str]
    lang: NotRequired[str]
    dir: NotRequired[TextDirection | str]
    id: str
    url: str
    renditions: NotRequired[list[Rendition]]
    type: Literal["audio"]
    duration_ms: NotRequired[int]
    caption: NotRequired[str]
    credit: NotRequired[str]
    html: str


NewsroomBlock: TypeAlias = "ParagraphBlock | HeadingBlock | ListBlock | QuoteBlock | CodeBlock | NewsroomImageBlock | NewsroomVideoBlock | NewsroomAudioBlock | EmbedBlock | LinkCardBlock | TableBlock | DividerBlock"
"""A typed piece of a body as the newsroom sees it: what shows an upload names it."""


class NewsroomComment(TypedDict):
    """A comment, as the newsroom sees it. Addresses are for those who may moderate it alone."""

    id: str
    story: str
    entry: str | None
    parent: str | None
    status: CommentState | str
    version: int
    name: str
    text: str
    time: str
    flags: list[CommentFlag | str]
    links: int
    by_newsroom: bool
    reason: CommentRefusal | str | None
    note: str | None
    decided_at: str | None
    decided_by: str | None
    appeal: str | None
    appealed_at: str | None
    made_entry: str | None
    reports: list[CommentReport]
    can: list[ModeratorAction | str]
    in_story: NotRequired[NamedStory]
    decided_by_name: NotRequired[str | None]
    email: NotRequired[str | None]
    address: NotRequired[str | None]


class NewsroomComments(TypedDict):
    """Part of the queue. `next` is a position."""

    items: list[NewsroomComment]
    next: str | None
    counts: dict[str, int]
    reported: int
    appealed: int
    stories: list[StoryWithComments]
    reasons: dict[str, str]


class NewsroomEntries(TypedDict):
    """Part of a story's entries; `next` is the position to go on from."""

    items: list[NewsroomEntry]
    next: str | None


class NewsroomEntry(TypedDict):
    """An entry as its editors see it."""

    kind: EntryKind | str
    key_event: bool
    importance: Importance | str
    headline: str | None
    label: str | None
    icon: EntryIcon | str | None
    authors: list[Author]
    source: Source | None
    tags: list[Tag]
    display_time: str | None
    body_html: str
    blocks: list[NewsroomBlock]
    text: str
    text_format: TextFormat | str
    text_exact: bool
    story: str
    id: str
    revision: int
    status: EntryStatus | str
    time: str | None
    published_at: str | None
    updated_at: str | None
    sort_key: str | None
    corrections: list[Correction]
    version: int
    working: Working | None
    publish_at: str | None
    held: bool
    expires_at: str | None
    pin_wanted: bool
    retraction_stands: bool
    legal_hold: bool
    purged_at: str | None
    external_id: str | None
    external_version: int | None
    created_at: str
    created_by: str | None
    posted_by: Account
    warnings: list[EntryWarning | str]
    can: list[EntryAction | str]
    shorthand: NotRequired[Understood]


class NewsroomHeartbeat(TypedDict):
    """A sign of life."""

    type: Literal["heartbeat"]
    time: str


class NewsroomImageBlock(TypedDict):
    """A picture as the newsroom sees it."""

    media: NotRequired[str]
    lang: NotRequired[str]
    dir: NotRequired[TextDirection | str]
    id: str
    url: str
    renditions: NotRequired[list[Rendition]]
    type: Literal["image"]
    focal: NotRequired[FocalPoint]
    placeholder: NotRequired[str]
    width: NotRequired[int]
    height: NotRequired[int]
    alt: str
    caption: NotRequired[str]
    credit: NotRequired[str]
    html: str


class NewsroomIntro(TypedDict):
    """The intro of a story, with the source text an editor continues from."""

    html: str
    blocks: list[NewsroomBlock]
    text: str
    text_format: TextFormat | str
    text_exact: bool


NewsroomMessage: TypeAlias = "Hello | Welcome | Watching | EntryNews | StoryNews | CommentNews | CommentsWaiting | PresenceNews | NewsroomHeartbeat | Goodbye | Refused"
"""A message of the newsroom's stream."""

NewsroomRequest: TypeAlias = "AuthenticateMessage | WatchMessage | UnwatchMessage | PresenceMessage | PingMessage"
"""A message to the newsroom's stream."""


class NewsroomSeo(TypedDict):
    """The title, description and picture of a story for search engines and social networks."""

    title: str | None
    description: str | None
    image: NewsroomImageBlock | None


class NewsroomSite(TypedDict):
    """A site as the newsroom sees it."""

    slug: str
    name: str
    url: str
    logo: str | None
    public_url: str
    hosts: list[str]
    theme: str | None
    language: str | None
    consent: list[str]
    frame_ancestors: list[str] | None
    cors_origins: list[str]
    version: int


class NewsroomSites(TypedDict):
    """The sites in which the caller has a role, the operator's own first."""

    items: list[NewsroomSite]


class NewsroomStories(TypedDict):
    """Part of the stories, newest first; `next` is the position to go on from."""

    items: list[NewsroomStory]
    next: str | None


class NewsroomStory(TypedDict):
    """A story as its editors see it."""

    id: str
    slug: str
    site: NotRequired[str]
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
    publisher: Publisher | None
    about: About | None
    canonical_url: str | None
    section: str | None
    tags: list[Tag]
    image: NewsroomImageBlock | None
    coverage_start: str | None
    coverage_end: str | None
    continues: str | None
    continued_by: str | None
    pinned: list[Pin]
    key_points: list[KeyPoint]
    frozen: bool
    legal_hold: bool
    purged_at: str | None
    settings: StorySettings
    version: int
    created_at: str


class NewsroomStoryWithCounts(TypedDict):
    """A story with the number of its entries in each status, and the caller's rights in it."""

    id: str
    slug: str
    site: NotRequired[str]
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
    publisher: Publisher | None
    about: About | None
    canonical_url: str | None
    section: str | None
    tags: list[Tag]
    image: NewsroomImageBlock | None
    coverage_start: str | None
    coverage_end: str | None
    continues: str | None
    continued_by: str | None
    pinned: list[Pin]
    key_points: list[KeyPoint]
    frozen: bool
    legal_hold: bool
    purged_at: str | None
    settings: StorySettings
    version: int
    created_at: str
    entries: dict[str, int]
    site_frozen: bool
    role: Role | str
    can: list[Right | str]
    bylines: list[str] | None
    on_duty: OnDuty | None


class NewsroomVideoBlock(TypedDict):
    """A film as the newsroom sees it."""

    media: NotRequired[str]
    lang: NotRequired[str]
    dir: NotRequired[TextDirection | str]
    id: str
    url: str
    renditions: NotRequired[list[Rendition]]
    type: Literal["video"]
    duration_ms: NotRequired[int]
    placeholder: NotRequired[str]
    poster: NotRequired[str]
    width: NotRequired[int]
    height: NotRequired[int]
    caption: NotRequired[str]
    credit: NotRequired[str]
    html: str


class Note(TypedDict):
    """A note for colleagues; readers never see it."""

    note: NotRequired[str | None]


class Nothing(TypedDict):
    """An action without particulars: `{}` or no body at all."""


NoticeCategory: TypeAlias = "Literal['illegal', 'hate', 'private_data', 'rights', 'advertising', 'other']"
"""The kinds of notices about a comment."""


class OnDuty(TypedDict):
    """The person on duty for a story."""

    person: str
    name: str
    since: str


class Page(TypedDict):
    """Part of a timeline. `next` and `prev` are ready URLs; follow them as they are."""

    items: list[PublicEntry | EntryParts]
    next: str | None
    prev: str | None
    head: str
    comment_counts: dict[str, int]


class ParagraphBlock(TypedDict):
    """Running text."""

    lang: NotRequired[str]
    dir: NotRequired[TextDirection | str]
    id: str
    type: Literal["paragraph"]
    html: str


class People(TypedDict):
    """All people."""

    items: list[Person]


class Person(TypedDict):
    """A member of the newsroom."""

    id: str
    name: str
    email: str | None
    role: Role | str
    sites: NotRequired[dict[str, Role | str]]
    byline: str | None
    avatar: str | None
    url: str | None
    created_at: str
    disabled_at: str | None


class PersonDraft(TypedDict):
    """A new person in the newsroom: with one role in all sites, or with a role in each of some sites alone."""

    name: str
    role: NotRequired[Role | None]
    sites: NotRequired[dict[str, Literal["reporter", "editor"]] | None]
    email: NotRequired[str | None]
    byline: NotRequired[str | None]
    avatar: NotRequired[str | None]
    avatar_media: NotRequired[str | None]
    url: NotRequired[str | None]


class PersonPatch(TypedDict):
    """Changes to a person: what is left out stays as it is, null clears."""

    name: NotRequired[str | None]
    role: NotRequired[Role | None]
    sites: NotRequired[dict[str, Literal["reporter", "editor"]] | None]
    email: NotRequired[str | None]
    byline: NotRequired[str | None]
    avatar: NotRequired[str | None]
    avatar_media: NotRequired[str | None]
    url: NotRequired[str | None]


class Pin(TypedDict):
    """A pinned entry, by reference."""

    entry: str
    until: str | None


class PingMessage(TypedDict):
    """Ask for a heartbeat."""

    type: Literal["ping"]


class Pins(TypedDict):
    """The pinned entries, the topmost first."""

    items: list[WrittenPin]


class PlaceCount(TypedDict):
    """One place where text is kept, and how many rows of it are concerned."""

    place: str
    count: int


class PreparedPurge(TypedDict):
    """A purge that was asked for, and what would go."""

    story: str | None
    entry: str | None
    person: str | None
    bylines: bool
    media: str | None
    comment: str | None
    places: list[PlaceCount]
    held: list[Hold]
    kept: list[KeptUpload]
    confirm: str | None
    expires_at: str | None


class PresenceMessage(TypedDict):
    """The activity of the sender in a story that is watched by name; to be said again at least once a minute."""

    type: Literal["presence"]
    story: str
    doing: NotRequired[Activity | None]
    entry: NotRequired[str | None]


class PresenceNews(TypedDict):
    """The activities of all others in a story."""

    type: Literal["presence"]
    story: str
    people: list[PresentPerson]


class PresentPerson(TypedDict):
    """A person or bot at work in a story."""

    person: str | None
    name: str | None
    doing: Activity | str
    entry: str | None
    since: str


class Preview(TypedDict):
    """An entry as readers would get it now; members that publication sets are null before."""

    id: str
    revision: int
    status: EntryStatus | str
    kind: EntryKind | str
    key_event: bool
    importance: Importance | str
    headline: str | None
    label: str | None
    icon: EntryIcon | str | None
    authors: list[Author]
    source: Source | None
    tags: list[Tag]
    time: str | None
    published_at: str | None
    updated_at: str | None
    sort_key: str | None
    corrections: list[Correction]
    body_html: str
    blocks: list[Block]


class PreviewLink(TypedDict):
    """A link that shows an entry for an hour."""

    url: str
    page_url: str
    expires_at: str


class Problem(TypedDict):
    """An error (RFC 9457). `code` is stable."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str
    code: str
    errors: NotRequired[list[ProblemError]]
    current_etag: NotRequired[str]
    instance: NotRequired[str]
    request_id: NotRequired[str]
    cause: NotRequired[str]
    snapshot_url: NotRequired[str]


class ProblemError(TypedDict):
    """One invalid value."""

    pointer: str
    code: str
    detail: str


class PublicEntry(TypedDict):
    """One live update. `?body=` chooses `body_html` or `blocks`; `?fields=` names the members that are sent."""

    id: str
    revision: int
    status: PublicEntryStatus | str
    kind: EntryKind | str
    key_event: bool
    importance: Importance | str
    headline: str | None
    label: NotRequired[str]
    icon: NotRequired[EntryIcon | str]
    authors: list[Author]
    source: Source | None
    tags: list[Tag]
    time: str
    published_at: str
    updated_at: str | None
    sort_key: str
    corrections: list[Correction]
    body_html: NotRequired[str]
    blocks: NotRequired[list[Block]]


PublicEntryStatus: TypeAlias = "Literal['published', 'retracted']"
"""The statuses in which readers see an entry."""

PublicStoryStatus: TypeAlias = "Literal['upcoming', 'live', 'paused', 'ended', 'archived']"
"""The statuses in which readers see a story."""


class Publication(TypedDict):
    """The particulars of a publication: `{}`, no body at all, or how long it is held."""

    hold_seconds: NotRequired[int | None]


class Publisher(TypedDict):
    """The publisher of a story."""

    name: str
    url: str | None
    logo: str | None


class PurgeConfirmation(TypedDict):
    """The confirmation of a purge."""

    confirm: str


class PurgeDraft(TypedDict):
    """The target of a purge: a story with all of its entries, one entry of it, a person, an upload, or a comment."""

    story: NotRequired[str | None]
    entry: NotRequired[str | None]
    person: NotRequired[str | None]
    media: NotRequired[str | None]
    comment: NotRequired[str | None]
    bylines: NotRequired[bool]


class Purged(TypedDict):
    """A purge that was done, and how much went from where."""

    story: str | None
    entry: str | None
    person: str | None
    bylines: bool
    media: str | None
    comment: str | None
    places: list[PlaceCount]
    held: list[Hold]
    kept: list[KeptUpload]


class QuoteBlock(TypedDict):
    """A quotation."""

    lang: NotRequired[str]
    dir: NotRequired[TextDirection | str]
    id: str
    type: Literal["quote"]
    who: NotRequired[str]
    role: NotRequired[str]
    url: NotRequired[str]
    html: str


ReaderMessage: TypeAlias = "SubscribeMessage | UnsubscribeMessage | PingMessage"
"""A message of a reader, on a WebSocket."""


class Readiness(TypedDict):
    """The state of the process, and the reasons for it."""

    status: ReadinessWord | str
    reasons: list[str]


ReadinessWord: TypeAlias = "Literal['ready', 'degraded', 'starting', 'draining', 'dead']"
"""The states of a process."""


class Receipt(TypedDict):
    """The state of a comment, for its writer."""

    id: str
    story_page: str | None
    language: str | None
    entry: str | None
    time: str
    status: ReceiptState | str
    reason: CommentRefusal | str | None
    detail: str
    decided_at: str | None
    can_appeal: bool
    appealed_at: str | None
    appeal_is_open: bool


ReceiptState: TypeAlias = "Literal['pending', 'approved', 'rejected', 'removed']"
"""The states of a comment, as its writer is told."""


class Refused(TypedDict):
    """A story, or without one the request, cannot be served; `status` and `code` as in a problem."""

    type: Literal["refused"]
    story: str | None
    status: int
    code: str


class Release(TypedDict):
    """The release that runs."""

    version: str


RemovalCause: TypeAlias = "Literal['unpublished', 'removed', 'expired']"
"""The causes for which an entry is taken from readers."""


class Rendition(TypedDict):
    """One file of an upload."""

    url: str
    type: str
    width: NotRequired[int]
    height: NotRequired[int]
    size: int


class ReportDraft(TypedDict):
    """A notice about a comment: what is wrong with it, and why."""

    token: NotRequired[str | None]
    website: NotRequired[str]
    category: Literal["illegal", "hate", "private_data", "rights", "advertising", "other"]
    text: str
    name: NotRequired[str | None]
    email: NotRequired[str | None]


class ReportOutcome(TypedDict):
    """The outcome of a notice."""

    id: str
    comment: str
    outcome: CommentState | str | None


ResumeKind: TypeAlias = "Literal['live', 'exact', 'snapshot', 'reset']"
"""The ways in which a reader is attached to a story."""


class Retraction(TypedDict):
    """The reason of a retraction; readers see it."""

    reason: str


class Reversion(TypedDict):
    """The time from which a token's writes are undone."""

    since: str


RevertDone: TypeAlias = "Literal['taken_out', 'restored', 'withdrawn', 'nothing']"
"""The ways in which a write is undone."""


class Reverted(TypedDict):
    """The result of reverting a token's writes."""

    token: str
    items: list[RevertedWrite]
    not_reverted: list[KeptWrite]


class RevertedWrite(TypedDict):
    """One entry, or one field of a story, that the token wrote to; without either the story as a whole."""

    story: str
    entry: str | None
    field: str | None
    reverted: bool
    done: RevertDone | str | None
    why: str | None


class RevokedPerson(TypedDict):
    """A person whose tokens, sessions and invitations were all revoked."""

    person: str
    revoked: int


Right: TypeAlias = "Literal['read_newsroom', 'create_entry', 'edit_stories', 'create_stories', 'upload_media', 'edit_media', 'manage_members', 'manage_own_tokens', 'manage_people', 'manage_sites', 'moderate', 'set_comment_rules', 'read_audit', 'freeze', 'freeze_story', 'erase', 'import_stories']"
"""Rights that are not about one entry."""

Role: TypeAlias = "Literal['reporter', 'editor', 'admin']"
"""Each role includes the ones before it."""


class Schedule(TypedDict):
    """The time of a publication."""

    publish_at: str


Scope: TypeAlias = "Literal['read', 'write', 'publish', 'manage']"
"""Scopes that limit a token; a token made without scopes gets all that its role has."""


class SearchResult(TypedDict):
    """A story that matches (then `entry` is null), or an entry and its story."""

    story: StoryInShort
    entry: NewsroomEntry | None


class SearchResults(TypedDict):
    """Part of the results, newest first; `next` is the position to go on from."""

    items: list[SearchResult]
    next: str | None


class Seo(TypedDict):
    """The title, description and picture of a story for search engines and social networks; null: its own."""

    title: str | None
    description: str | None
    image: ImageBlock | None


class Session(TypedDict):
    """A browser that is signed in; the session itself is in the cookie that came with this."""

    person: str
    name: str
    csrf: str
    expires_at: str


class SettingsPatch(TypedDict):
    """Settings of how the story is edited; the newsroom alone sees them."""

    review_required: NotRequired[bool | None]
    require_alt: NotRequired[bool | None]
    hold_seconds: NotRequired[int | None]
    auto_end_after: NotRequired[int | None]
    members_only: NotRequired[bool | None]
    own_bylines: NotRequired[bool | None]
    comments: NotRequired[CommentSettings | None]


Severity: TypeAlias = "Literal['clarification', 'correction', 'retraction']"
"""The kinds of lines in a log of corrections."""


class SignIn(TypedDict):
    """The secret of an invitation's link."""

    secret: str


class SignedOut(TypedDict):
    """The session is over."""

    signed_out: bool


class Site(TypedDict):
    """The site that publishes the stories at this host."""

    name: str
    url: str
    logo: str | None
    public_url: str
    slug: NotRequired[str]
    language: NotRequired[str]
    theme: NotRequired[str]
    consent: NotRequired[list[str]]


class SiteDraft(TypedDict):
    """A new site: a brand with hosts, a name and an address of its own."""

    logo: NotRequired[str | None]
    theme: NotRequired[str | None]
    language: NotRequired[str | None]
    frame_ancestors: NotRequired[list[str] | None]
    slug: str
    name: str
    url: str
    hosts: NotRequired[list[str]]
    consent: NotRequired[list[str]]
    cors_origins: NotRequired[list[str]]


class SitePatch(TypedDict):
    """Changes to a site: what is left out stays as it is, null clears; lists are replaced as a whole."""

    logo: NotRequired[str | None]
    theme: NotRequired[str | None]
    language: NotRequired[str | None]
    frame_ancestors: NotRequired[list[str] | None]
    name: NotRequired[str | None]
    url: NotRequired[str | None]
    hosts: NotRequired[list[str] | None]
    consent: NotRequired[list[str] | None]
    cors_origins: NotRequired[list[str] | None]


class Snapshot(TypedDict):
    """A new start: drop what you hold of the story, and begin with `state`."""

    type: Literal["snapshot"]
    story: str
    reason: SnapshotCause | str
    state: StoryState


SnapshotCause: TypeAlias = "Literal['too_far_behind', 'epoch', 'fork', 'requested']"
"""The causes of a new start."""


class Source(TypedDict):
    """The place of an update's first report."""

    url: str
    name: NotRequired[str]


class Sponsor(TypedDict):
    """The sponsor of a story's coverage."""

    name: str
    url: str | None
    label: str | None


class StoryCommenting(TypedDict):
    """The setting of readers' comments of a story."""

    mode: CommentingMode | str
    url: str | None
    count: int | None


class StoryDraft(TypedDict):
    """A new story. `{"title": "Election night"}` is enough and makes it live."""

    slug: NotRequired[str | None]
    site: NotRequired[str | None]
    standfirst: NotRequired[str | None]
    intro: NotRequired[IntroDraft | str | None]
    authors: NotRequired[list[WrittenAuthor | str] | None]
    sponsor: NotRequired[WrittenSponsor | None]
    seo: NotRequired[WrittenSeo | None]
    language: NotRequired[str | None]
    direction: NotRequired[Literal["ltr", "rtl"] | None]
    time_zone: NotRequired[str | None]
    publisher: NotRequired[WrittenPublisher | None]
    about: NotRequired[WrittenAbout | None]
    canonical_url: NotRequired[str | None]
    section: NotRequired[str | None]
    tags: NotRequired[list[WrittenTag] | None]
    image: NotRequired[StoryImage | None]
    coverage_start: NotRequired[str | None]
    coverage_end: NotRequired[str | None]
    continues: NotRequired[str | None]
    settings: NotRequired[SettingsPatch | None]
    id: NotRequired[str | None]
    title: str
    status: NotRequired[Literal["draft", "scheduled", "upcoming", "live"]]


class StoryFields(TypedDict):
    """A story's own members, as `story.updated` carries them."""

    id: str
    slug: str
    url: str
    entry_url_template: str
    site: NotRequired[str]
    title: str
    standfirst: str | None
    intro: Intro | None
    authors: list[Author]
    sponsor: Sponsor | None
    seo: Seo | None
    language: str
    direction: Direction | str
    time_zone: str
    publisher: Publisher
    about: About | None
    canonical_url: str | None
    section: str | None
    tags: list[Tag]
    image: ImageBlock | None
    coverage_start: str | None
    coverage_end: str | None
    continues: str | None
    continued_by: str | None
    comments: Commenting
    pinned: list[Pin]
    key_points: list[KeyPoint]
    status: PublicStoryStatus | str


class StoryImage(TypedDict):
    """The picture of a story in lists and previews."""

    media: NotRequired[str | None]
    url: NotRequired[str | None]
    placeholder: NotRequired[str | None]
    renditions: NotRequired[list[Any] | None]
    focal: NotRequired[WrittenFocalPoint | None]
    width: NotRequired[int | None]
    height: NotRequired[int | None]
    alt: NotRequired[str | None]
    caption: NotRequired[str | None]
    credit: NotRequired[str | None]


class StoryInShort(TypedDict):
    """The story of a search result."""

    id: str
    slug: str
    title: str
    status: StoryStatus | str


class StoryList(TypedDict):
    """Part of the list of public stories."""

    items: list[ListedStory]
    next: str | None
    prev: str | None


class StoryNews(TypedDict):
    """A story as its editors see it now, and the last action on it."""

    type: Literal["story"]
    story: str
    action: str
    by: Account
    at: str
    fields: NewsroomStory


class StoryPatch(TypedDict):
    """Changes to a story: what is left out stays as it is, null clears."""

    slug: NotRequired[str | None]
    site: NotRequired[str | None]
    standfirst: NotRequired[str | None]
    intro: NotRequired[IntroDraft | str | None]
    authors: NotRequired[list[WrittenAuthor | str] | None]
    sponsor: NotRequired[WrittenSponsor | None]
    seo: NotRequired[WrittenSeo | None]
    language: NotRequired[str | None]
    direction: NotRequired[Literal["ltr", "rtl"] | None]
    time_zone: NotRequired[str | None]
    publisher: NotRequired[WrittenPublisher | None]
    about: NotRequired[WrittenAbout | None]
    canonical_url: NotRequired[str | None]
    section: NotRequired[str | None]
    tags: NotRequired[list[WrittenTag] | None]
    image: NotRequired[StoryImage | None]
    coverage_start: NotRequired[str | None]
    coverage_end: NotRequired[str | None]
    continues: NotRequired[str | None]
    settings: NotRequired[SettingsPatch | None]
    title: NotRequired[str | None]
    status: NotRequired[
        Literal["draft", "scheduled", "upcoming", "live", "paused", "ended", "archived", "withdrawn"] | None
    ]


class StoryRemoved(TypedDict):
    """The story was withdrawn: show nothing of it any more."""

    story: str
    seq: int
    cursor: str
    time: str
    type: Literal["story.removed"]


class StorySettings(TypedDict):
    """Settings of how a story is edited."""

    review_required: bool
    require_alt: bool
    hold_seconds: int
    auto_end_after: int | None
    members_only: bool
    own_bylines: bool
    comments: StoryCommenting | None


class StoryState(TypedDict):
    """A story as it is now: a reader begins with it, and goes on with the `changes` after its `head`."""

    head: str
    entry_count: int
    last_entry_at: str | None
    comment_count: int
    id: str
    slug: str
    url: str
    entry_url_template: str
    site: NotRequired[str]
    title: str
    standfirst: str | None
    intro: Intro | None
    authors: list[Author]
    sponsor: Sponsor | None
    seo: Seo | None
    language: str
    direction: Direction | str
    time_zone: str
    publisher: Publisher
    about: About | None
    canonical_url: str | None
    section: str | None
    tags: list[Tag]
    image: ImageBlock | None
    coverage_start: str | None
    coverage_end: str | None
    continues: str | None
    continued_by: str | None
    comments: Commenting
    pinned: list[Pin]
    key_points: list[KeyPoint]
    status: PublicStoryStatus | str
    timeline: Timeline
    included: list[PublicEntry]
    comment_counts: dict[str, int]


StoryStatus: TypeAlias = "Literal['draft', 'scheduled', 'upcoming', 'live', 'paused', 'ended', 'archived', 'withdrawn']"
"""A story's status: `draft` and `scheduled` are newsroom only; the others are public, `withdrawn` as 410 only."""


class StoryUpdated(TypedDict):
    """The story itself changed."""

    story: str
    seq: int
    cursor: str
    time: str
    type: Literal["story.updated"]
    changed: NotRequired[list[str]]
    fields: StoryFields


class StoryWithComments(TypedDict):
    """A story in which comments wait."""

    slug: str
    title: str
    story: str
    pending: int


StructuredCorrection = TypedDict(
    "StructuredCorrection",
    {
        "@type": "Literal['CorrectionComment']",
        "text": "str",
        "datePublished": "str",
    },
)
"""A schema.org CorrectionComment: a line of an entry's public log."""

StructuredData = TypedDict(
    "StructuredData",
    {
        "@context": "Literal['https://schema.org']",
        "@type": "Literal['LiveBlogPosting']",
        "@id": "str",
        "url": "str",
        "mainEntityOfPage": "str",
        "headline": "str",
        "description": "NotRequired[str]",
        "articleBody": "NotRequired[str]",
        "inLanguage": "str",
        "image": "NotRequired[StructuredPicture]",
        "articleSection": "NotRequired[str]",
        "keywords": "NotRequired[list[str]]",
        "coverageStartTime": "str",
        "coverageEndTime": "NotRequired[str]",
        "datePublished": "str",
        "dateModified": "str",
        "author": "list[StructuredPerson] | StructuredOrganization",
        "publisher": "StructuredOrganization",
        "sponsor": "NotRequired[StructuredOrganization]",
        "about": "NotRequired[StructuredEvent]",
        "liveBlogUpdate": "NotRequired[list[StructuredUpdate]]",
    },
)
"""A story as a schema.org LiveBlogPosting, in JSON-LD."""

StructuredEvent = TypedDict(
    "StructuredEvent",
    {
        "@type": "Literal['Event']",
        "name": "str",
        "startDate": "NotRequired[str]",
        "location": "NotRequired[StructuredPlace]",
    },
)
"""A schema.org Event: what a story is about."""

StructuredOrganization = TypedDict(
    "StructuredOrganization",
    {
        "@type": "Literal['Organization']",
        "name": "str",
        "url": "NotRequired[str]",
        "logo": "NotRequired[str]",
    },
)
"""A schema.org Organization: the publisher, or a sponsor."""

StructuredPerson = TypedDict(
    "StructuredPerson",
    {
        "@type": "Literal['Person']",
        "name": "str",
        "url": "NotRequired[str]",
    },
)
"""A schema.org Person: an author."""

StructuredPicture = TypedDict(
    "StructuredPicture",
    {
        "@type": "Literal['ImageObject']",
        "url": "str",
        "caption": "NotRequired[str]",
        "width": "NotRequired[int]",
        "height": "NotRequired[int]",
    },
)
"""A schema.org ImageObject."""

StructuredPlace = TypedDict(
    "StructuredPlace",
    {
        "@type": "Literal['Place']",
        "name": "str",
    },
)
"""A schema.org Place."""

StructuredUpdate = TypedDict(
    "StructuredUpdate",
    {
        "@type": "Literal['BlogPosting']",
        "@id": "str",
        "url": "str",
        "headline": "str",
        "inLanguage": "str",
        "datePublished": "str",
        "dateModified": "str",
        "author": "list[StructuredPerson] | StructuredOrganization",
        "publisher": "StructuredOrganization",
        "image": "NotRequired[StructuredPicture]",
        "keywords": "NotRequired[list[str]]",
        "articleBody": "NotRequired[str]",
        "creativeWorkStatus": "NotRequired[str]",
        "correction": "NotRequired[list[StructuredCorrection]]",
    },
)
"""A schema.org BlogPosting: one entry."""


class SubscribeMessage(TypedDict):
    """Follow this story as well, or begin it again."""

    type: Literal["subscribe"]
    story: str
    after: NotRequired[str]
    snapshot: NotRequired[bool]
    replay: NotRequired[Literal["full"]]


class Subscribed(TypedDict):
    """The start of a story. Events up to `caught_up` need not be consecutive."""

    type: Literal["subscribed"]
    story: str
    slug: str
    resume: ResumeKind | str
    head: str


class TableBlock(TypedDict):
    """Rows of cells."""

    lang: NotRequired[str]
    dir: NotRequired[TextDirection | str]
    id: str
    type: Literal["table"]
    caption: NotRequired[str]
    rows: list[list[TableCell]]
    html: str


class TableCell(TypedDict):
    """A cell of a table."""

    lang: NotRequired[str]
    dir: NotRequired[TextDirection | str]
    html: str
    header: NotRequired[bool]
    colspan: NotRequired[int]
    rowspan: NotRequired[int]


class Tag(TypedDict):
    """A tag; filter by its slug."""

    slug: str
    label: str


class TakenComment(TypedDict):
    """A comment that is on disk, and where its writer sees what becomes of it."""

    id: str
    status: CommentState | str
    receipt: str
    receipt_page: str
    detail: str


class TakenReport(TypedDict):
    """A notice that is on disk."""

    id: str
    comment: str
    detail: str


TextDirection: TypeAlias = "Literal['ltr', 'rtl', 'auto']"
"""The directions that a text within an entry can have: `auto` is that of its first strong letter."""

TextFormat: TypeAlias = "Literal['markdown', 'plain']"
"""The formats of a source text."""


class Ticket(TypedDict):
    """A key to the newsroom's stream, good once."""

    ticket: str
    expires_at: str


class Timeline(TypedDict):
    """The first page of a timeline, the newest entry first."""

    items: list[PublicEntry]
    next: str | None
    prev: str | None


class Token(TypedDict):
    """A token without its secret, or a browser's session."""

    id: str
    label: str
    kind: TokenKind | str
    person: str | None
    role: Role | str | None
    sites: NotRequired[dict[str, Role | str]]
    scopes: list[Scope | str]
    stories: list[str] | None
    shorthand: bool
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None


class TokenDraft(TypedDict):
    """A new token: a person's (`person`), with that person's role, or a bot's, with a role or `sites` of its own."""

    label: str
    person: NotRequired[str | None]
    role: NotRequired[Role | None]
    sites: NotRequired[dict[str, Literal["reporter", "editor"]] | None]
    scopes: NotRequired[list[Scope] | None]
    stories: NotRequired[list[str] | None]
    shorthand: NotRequired[bool]
    expires_in_days: NotRequired[int | None]


TokenKind: TypeAlias = "Literal['person', 'bot', 'session']"
"""The kinds of tokens."""


class Tokens(TypedDict):
    """All tokens ever made."""

    items: list[Token]


class Understood(TypedDict):
    """The meaning of the shorthand in a text; only the members that were in it."""

    tags: NotRequired[list[Tag]]
    authors: NotRequired[list[Author]]
    key_event: NotRequired[bool]
    importance: NotRequired[Importance | str]
    icon: NotRequired[EntryIcon | str]
    pin: NotRequired[bool]
    refused: NotRequired[list[str]]


class UnknownBlock(TypedDict):
    """A block of a type that came later than this description: show its `html`."""

    id: str
    type: str
    html: str


class UnknownEvent(TypedDict):
    """An event of a type that came later than this description: skip it, and go on from its `cursor`."""

    story: str
    seq: int
    cursor: str
    time: str
    type: str


class UnknownMessage(TypedDict):
    """A message of a type that came later than this description: ignore it."""

    type: str


class UnknownNewsroomMessage(TypedDict):
    """A message of a type that came later than this description: ignore it."""

    type: str


class UnsubscribeMessage(TypedDict):
    """Follow this story no more."""

    type: Literal["unsubscribe"]
    story: str


class UnwatchMessage(TypedDict):
    """Tell of it no more."""

    type: Literal["unwatch"]
    story: NotRequired[str]


class VideoBlock(TypedDict):
    """A film: an upload, or one by address."""

    lang: NotRequired[str]
    dir: NotRequired[TextDirection | str]
    id: str
    url: str
    renditions: NotRequired[list[Rendition]]
    type: Literal["video"]
    duration_ms: NotRequired[int]
    placeholder: NotRequired[str]
    poster: NotRequired[str]
    width: NotRequired[int]
    height: NotRequired[int]
    caption: NotRequired[str]
    credit: NotRequired[str]
    html: str


class WatchMessage(TypedDict):
    """Tell of this story, or without one of all that may be seen."""

    type: Literal["watch"]
    story: NotRequired[str]


class Watching(TypedDict):
    """Every later change of the story will be told, or with a `story` of null that of every visible story."""

    type: Literal["watching"]
    story: str | None
    slug: NotRequired[str]
    people: NotRequired[list[PresentPerson]]


class Welcome(TypedDict):
    """The person or bot that opened the stream."""

    type: Literal["welcome"]
    person: str | None
    name: str | None
    role: Role | str


class Working(TypedDict):
    """An edit of a public entry that readers do not see yet."""

    status: WorkingStatus | str
    material: bool
    publish_at: str | None
    held: bool
    fields: ContentFields


WorkingStatus: TypeAlias = "Literal['draft', 'submitted', 'scheduled']"
"""The statuses of an edit that readers do not see yet."""


class WrittenAbout(TypedDict):
    """The event that is covered."""

    name: str
    place: NotRequired[str | None]
    start: NotRequired[str | None]


class WrittenAudio(TypedDict):
    """"""

    lang: NotRequired[str | None]
    dir: NotRequired[Literal["ltr", "rtl", "auto"] | None]
    media: NotRequired[str | None]
    url: NotRequired[str | None]
    placeholder: NotRequired[str | None]
    renditions: NotRequired[list[Any] | None]
    id: NotRequired[str | None]
    type: Literal["audio"]
    duration_ms: NotRequired[int | None]
    caption: NotRequired[str | None]
    credit: NotRequired[str | None]
    html: NotRequired[str | None]


class WrittenAuthor(TypedDict):
    """An author shown with an entry."""

    id: NotRequired[str | None]
    name: str
    role: NotRequired[str | None]
    place: NotRequired[str | None]
    avatar: NotRequired[str | None]
    avatar_renditions: NotRequired[list[Any] | None]
    url: NotRequired[str | None]


class WrittenCode(TypedDict):
    """"""

    id: NotRequired[str | None]
    type: Literal["code"]
    text: str
    language: NotRequired[str | None]
    html: NotRequired[str | None]


class WrittenDivider(TypedDict):
    """"""

    id: NotRequired[str | None]
    type: Literal["divider"]
    html: NotRequired[str | None]


class WrittenEmbed(TypedDict):
    """"""

    lang: NotRequired[str | None]
    dir: NotRequired[Literal["ltr", "rtl", "auto"] | None]
    id: NotRequired[str | None]
    type: Literal["embed"]
    url: str
    provider: NotRequired[str | None]
    provider_name: NotRequired[str | None]
    author: NotRequired[str | None]
    title: NotRequired[str | None]
    category: NotRequired[str | None]
    frame: NotRequired[str | None]
    height: NotRequired[int | None]
    ratio: NotRequired[str | None]
    consent: NotRequired[bool | None]
    html: NotRequired[str | None]


class WrittenFocalPoint(TypedDict):
    """The point of a picture that stays in sight when it is cropped."""

    x: float
    y: float


class WrittenHeading(TypedDict):
    """"""

    lang: NotRequired[str | None]
    dir: NotRequired[Literal["ltr", "rtl", "auto"] | None]
    id: NotRequired[str | None]
    type: Literal["heading"]
    level: NotRequired[int]
    text: NotRequired[str | None]
    html: NotRequired[str | None]


class WrittenImage(TypedDict):
    """"""

    lang: NotRequired[str | None]
    dir: NotRequired[Literal["ltr", "rtl", "auto"] | None]
    media: NotRequired[str | None]
    url: NotRequired[str | None]
    placeholder: NotRequired[str | None]
    renditions: NotRequired[list[Any] | None]
    id: NotRequired[str | None]
    type: Literal["image"]
    focal: NotRequired[WrittenFocalPoint | None]
    width: NotRequired[int | None]
    height: NotRequired[int | None]
    alt: NotRequired[str | None]
    caption: NotRequired[str | None]
    credit: NotRequired[str | None]
    html: NotRequired[str | None]


class WrittenKeyPoint(TypedDict):
    """A key point in one sentence, and the entry with more about it."""

    text: str
    entry: NotRequired[str | None]


class WrittenLinkCard(TypedDict):
    """"""

    lang: NotRequired[str | None]
    dir: NotRequired[Literal["ltr", "rtl", "auto"] | None]
    id: NotRequired[str | None]
    type: Literal["link_card"]
    url: str
    title: NotRequired[str | None]
    description: NotRequired[str | None]
    image: NotRequired[str | None]
    html: NotRequired[str | None]


class WrittenList(TypedDict):
    """"""

    lang: NotRequired[str | None]
    dir: NotRequired[Literal["ltr", "rtl", "auto"] | None]
    id: NotRequired[str | None]
    type: Literal["list"]
    ordered: NotRequired[bool]
    start: NotRequired[int | None]
    items: list[WrittenListItem]
    html: NotRequired[str | None]


class WrittenListItem(TypedDict):
    """"""

    lang: NotRequired[str | None]
    dir: NotRequired[Literal["ltr", "rtl", "auto"] | None]
    html: str
    ordered: NotRequired[bool | None]
    items: NotRequired[list[WrittenListItem] | None]


class WrittenParagraph(TypedDict):
    """"""

    lang: NotRequired[str | None]
    dir: NotRequired[Literal["ltr", "rtl", "auto"] | None]
    id: NotRequired[str | None]
    type: Literal["paragraph"]
    html: str


class WrittenPin(TypedDict):
    """An entry that stands above the timeline."""

    entry: str
    until: NotRequired[str | None]


class WrittenPublisher(TypedDict):
    """The publisher of the story; the site if left out."""

    name: str
    url: NotRequired[str | None]
    logo: NotRequired[str | None]


class WrittenQuote(TypedDict):
    """"""

    lang: NotRequired[str | None]
    dir: NotRequired[Literal["ltr", "rtl", "auto"] | None]
    id: NotRequired[str | None]
    type: Literal["quote"]
    html: str
    who: NotRequired[str | None]
    role: NotRequired[str | None]
    url: NotRequired[str | None]


class WrittenSeo(TypedDict):
    """The title, description and picture for search engines and social networks; the story's own where left out."""

    title: NotRequired[str | None]
    description: NotRequired[str | None]
    image: NotRequired[StoryImage | None]


class WrittenSource(TypedDict):
    """The place of the first report; shown as "Source link"."""

    url: str
    name: NotRequired[str | None]


class WrittenSponsor(TypedDict):
    """The sponsor of the coverage; every link to it says so to search engines."""

    name: str
    url: NotRequired[str | None]
    label: NotRequired[str | None]


class WrittenTable(TypedDict):
    """"""

    lang: NotRequired[str | None]
    dir: NotRequired[Literal["ltr", "rtl", "auto"] | None]
    id: NotRequired[str | None]
    type: Literal["table"]
    caption: NotRequired[str | None]
    rows: list[list[WrittenTableCell]]
    html: NotRequired[str | None]


class WrittenTableCell(TypedDict):
    """"""

    lang: NotRequired[str | None]
    dir: NotRequired[Literal["ltr", "rtl", "auto"] | None]
    html: str
    header: NotRequired[bool | None]
    colspan: NotRequired[int | None]
    rowspan: NotRequired[int | None]


class WrittenTag(TypedDict):
    """A tag of an entry: `slug` in addresses and filters, `label` for people."""

    slug: NotRequired[str | None]
    label: str


class WrittenVideo(TypedDict):
    """"""

    lang: NotRequired[str | None]
    dir: NotRequired[Literal["ltr", "rtl", "auto"] | None]
    media: NotRequired[str | None]
    url: NotRequired[str | None]
    placeholder: NotRequired[str | None]
    renditions: NotRequired[list[Any] | None]
    id: NotRequired[str | None]
    type: Literal["video"]
    duration_ms: NotRequired[int | None]
    poster: NotRequired[str | None]
    width: NotRequired[int | None]
    height: NotRequired[int | None]
    caption: NotRequired[str | None]
    credit: NotRequired[str | None]
    html: NotRequired[str | None]
