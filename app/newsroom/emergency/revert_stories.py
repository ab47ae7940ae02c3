"""Undoing what a token did to a story itself, field by field, where nobody else has changed that very field since."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from app.domain.clock import Micros
from app.domain.errors import Conflict, LiveblogError
from app.domain.identifiers import EntryId
from app.domain.rights import is_public_status
from app.domain.story import BEFORE_START, NEWSROOM_ONLY, Story, StoryStatus, without_ended_pins, without_entry
from app.newsroom.context.access import CLOCK_ID
from app.newsroom.context.freezing import refuse_frozen
from app.newsroom.emergency.revert_context import REVERT, Outcome, Undoing
from app.newsroom.publication.visibility import UNPIN
from app.newsroom.stories.continuing import resolved_continues
from app.newsroom.stories.lifecycle import check_start, end_of_silence, moved_story, put_story, story_in_status
from app.storage.newsroom.entries import has_others_published, read_entry
from app.storage.newsroom.story_versions import StoryVersion
from app.storage.public.writes import read_public_revision, read_public_story_row
from app.wire.requests.stories import STORY_FIELDS

FURNITURE = frozenset({"pinned", "key_points"})
"""What names entries: to be undone after these."""

_SETTING = "settings."
_SINCE = "It has been changed since."
_NOT_KEPT = "What it was before is not kept."
_OTHERS_WROTE = "Others have published in it since: withdraw it yourself if it is to go."


@dataclass(frozen=True, slots=True)
class Trace:
    """What a token left in one field of a story."""

    before: Any
    """What others had made of the field before the token changed it last."""
    stands: bool
    """Nobody else has changed it since."""


def find_traces(versions: Sequence[StoryVersion], token: str, *, since: Micros) -> dict[str, Trace]:
    """The fields that the token changed since then, given the version before that and all that came after it.

    Of a story that it made, those that others had changed before it did.
    """
    traces: dict[str, Trace] = {}
    kept = {} if not versions or _is_by(versions[0], token, since) else _fields(versions[0])
    for earlier, version in pairwise(versions):
        was, now = _fields(earlier), _fields(version)
        is_its_own = _is_by(version, token, since)
        for name in (name for name in now if now[name] != was[name]):
            left = traces.get(name)
            if name == "status" and left is None and _is_opened_early(version, was, traces):
                traces |= {name: Trace(was[name], stands=True)}
            elif is_its_own:
                traces |= {name: Trace(kept[name], stands=True)} if name in kept else {}
            elif left is None or not left.stands or not _follows_by_itself(version, name):
                kept[name] = now[name]
                traces |= {} if left is None else {name: dataclasses.replace(left, stands=False)}
    return traces


def undo_in_story(at: Undoing, story: Story, traces: Mapping[str, Trace]) -> list[Outcome]:
    """Let the fields be again what they were, all in one change. Each is told of, undone or not."""
    known, after = _fields(story), story
    told: dict[str, Outcome] = {}
    for name in (name for name in known if name in traces):
        told[name] = Outcome(story.id, field=name, done="nothing")
        try:
            before = _as_can_be(at, after, name, traces[name].before)
            if before == known[name]:
                continue
            if not traces[name].stands:
                told[name] = Outcome(story.id, field=name, why=_SINCE)
                continue
            after = _with_field(at, after, name, before)
            done = "withdrawn" if before is StoryStatus.WITHDRAWN else "restored"
            told[name] = Outcome(story.id, field=name, done=done)
        except LiveblogError as error:
            told[name] = Outcome(story.id, field=name, why=error.detail)
    why = None if after == story else _put(at, story, after)
    if why is not None:
        told |= {name: Outcome(story.id, field=name, why=why) for name in told if told[name].done != "nothing"}
    return list(told.values())


def undo_as_a_whole(at: Undoing, story: Story, versions: Sequence[StoryVersion], written: set[int]) -> list[Outcome]:
    """What there is to tell of a story that the token made, or of changes (`written`) that `versions` do not have."""
    if versions and versions[0].action == "create" and _is_by(versions[0], at.token, at.since):
        return [_taken_out(at, story, versions)]
    lost = written - {version.version for version in versions}
    return [Outcome(story.id, why=_NOT_KEPT)] if lost else []


def _taken_out(at: Undoing, story: Story, versions: Sequence[StoryVersion]) -> Outcome:
    """What the token made goes: readers have it no more, and it does not go out by itself."""
    if story.is_shown:
        if not _led_there_alone(versions, at.token):
            return Outcome(story.id, why=_SINCE)
        if _others_published(at, story):
            return Outcome(story.id, why=_OTHERS_WROTE)
        status = StoryStatus.WITHDRAWN
    elif story.status is StoryStatus.SCHEDULED:
        status = StoryStatus.DRAFT
    else:
        return Outcome(story.id, done="nothing")
    after = moved_story(story, status, now=at.newsroom.clock())
    put_story(at.tx, at.newsroom, at.actor, at.call, story, after, action=REVERT)
    return Outcome(story.id, done="withdrawn" if status is StoryStatus.WITHDRAWN else "taken_out")


def _led_there_alone(versions: Sequence[StoryVersion], token: str) -> bool:
    """Whether nobody but the token that made the story, and the clock, has given it another status."""
    led = {later.token_id for earlier, later in pairwise(versions) if later.status is not earlier.status}
    return led <= {token, CLOCK_ID}


def _others_published(at: Undoing, story: Story) -> bool:
    row = read_public_story_row(at.tx, story.id)
    return row is not None and has_others_published(at.tx, story.id, at.token, since=row.public_since)


def _fields(of: Story | StoryVersion) -> dict[str, Any]:
    """What there is to undo in a story, in the order in which it is to be done."""
    fields = {name: of.fields.get(name) for name in STORY_FIELDS}
    end = fields.pop("coverage_end")  # leading a story to or from its end sets it
    settings = {f"{_SETTING}{name}": value for name, value in asdict(of.settings).items()}
    furniture = {"pinned": of.pinned, "key_points": of.key_points}
    return {"slug": of.slug, **fields, **settings, **furniture, "status": of.status, "coverage_end": end}


def _is_opened_early(version: StoryVersion, was: Mapping[str, Any], traces: Mapping[str, Trace]) -> bool:
    """Whether the clock let readers see the story at a time that the token had chosen."""
    start = traces.get("coverage_start")
    return version.token_id == CLOCK_ID and was["status"] in NEWSROOM_ONLY and start is not None and start.stands


def _is_by(version: StoryVersion, token: str, since: Micros) -> bool:
    return version.token_id == token and version.at >= since


def _follows_by_itself(version: StoryVersion, name: str) -> bool:
    """Whether nobody decided this: pins end, and go with their entries; a story starts, and ends in silence."""
    if version.token_id == CLOCK_ID:
        return name in {*FURNITURE, "status", "coverage_end"}
    return name in FURNITURE and version.action == UNPIN


def _as_can_be(at: Undoing, story: Story, name: str, before: Any) -> Any:
    """What the field can be again today: pins and key points name public entries, and no pin whose time is over.

    A story that readers have come to know goes as a whole; but one whose start has passed would have started.
    """
    now = at.newsroom.clock()
    if name == "status":
        if before in BEFORE_START and story.is_public and story.starts_at is not None and story.starts_at <= now:
            return StoryStatus.LIVE
        return StoryStatus.WITHDRAWN if before in NEWSROOM_ONLY and story.is_public else before
    if name not in FURNITURE or story.status is StoryStatus.WITHDRAWN:
        return before
    if name == "key_points":
        return tuple({**point, "entry": point["entry"] if _is_public(at, story, point) else None} for point in before)
    timely = (pin for pin in before if pin["until"] is None or pin["until"] > now)
    return tuple(pin for pin in timely if _is_public(at, story, pin))


def _is_public(at: Undoing, story: Story, reference: Mapping[str, Any]) -> bool:
    if reference["entry"] is None:
        return False
    known = read_public_revision(at.tx, story.id, EntryId(reference["entry"]))
    return known is not None and known[1]


def _with_field(at: Undoing, story: Story, name: str, before: Any) -> Story:
    """Raises Conflict, InvalidInput for what cannot be again."""
    now = at.newsroom.clock()
    if name.startswith(_SETTING):
        settings = dataclasses.replace(story.settings, **{name.removeprefix(_SETTING): before})
        after = dataclasses.replace(story, settings=settings)
        return dataclasses.replace(after, ends_at=end_of_silence(after, now))
    if name == "status":
        after = _in_status(at, story, StoryStatus(before))
    elif name in {"slug", *FURNITURE}:
        return dataclasses.replace(story, **{name: before})
    else:
        if name == "continues" and before is not None:
            before = resolved_continues(at.tx, before, at.actor, story=story.id)
        after = dataclasses.replace(story, fields={**story.fields, name: before})
    check_start(after, now=now)
    return after


def _in_status(at: Undoing, story: Story, status: StoryStatus) -> Story:
    """The story in a status it had, also where no ordinary way leads back: from the archive, from a withdrawal.

    Raises Conflict for what would go with others' entries in it.
    """
    now = at.newsroom.clock()
    if not story.is_public:
        return moved_story(story, status, now=now)
    if status is StoryStatus.WITHDRAWN and _others_published(at, story):
        raise Conflict("wrong_status", _OTHERS_WROTE)
    after = story_in_status(story, status, now=now)
    return after if story.is_shown else _without_absent(at, without_ended_pins(after, now=now))


def _without_absent(at: Undoing, story: Story) -> Story:
    """The story without pins of entries that have left while nobody could see it."""
    named = {reference["entry"] for reference in (*story.pinned, *story.key_points)} - {None}
    for entry in named:
        known = read_entry(at.tx, story.id, EntryId(entry))
        if known is None or not is_public_status(known):
            story = without_entry(story, EntryId(entry))
    return story


def _put(at: Undoing, story: Story, after: Story) -> str | None:
    """Keep the story and tell readers; or why that cannot be. In a freeze nothing is told, but that a story goes."""
    try:
        with at.tx.savepoint():
            if after.is_shown or not story.is_shown:
                refuse_frozen(story)
            put_story(at.tx, at.newsroom, at.actor, at.call, story, after, action=REVERT)
    except LiveblogError as error:
        return error.detail
    return None
