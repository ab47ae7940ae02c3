"""Undoing what a token did to a story itself, field by field, where nobody else has changed that very field since."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from app.domain.clock import Micros
from app.domain.errors import LiveblogError
from app.domain.identifiers import EntryId
from app.domain.story import Story, StoryStatus
from app.newsroom.access import CLOCK_ID
from app.newsroom.continuing import resolved_continues
from app.newsroom.freezing import refuse_closed_story, refuse_frozen
from app.newsroom.publishing import UNPIN
from app.newsroom.stories import check_start, end_of_silence, moved_story, put_story
from app.newsroom.undoing import REVERT, Outcome, Undoing
from app.storage.door import read_public_revision
from app.storage.story_versions import StoryVersion
from app.wire.stories import STORY_FIELDS

FURNITURE = frozenset({"pinned", "key_points"})
"""What names entries: to be undone after these."""

_SETTING = "settings."
_SINCE = "It has been changed since."
_NOT_KEPT = "What it was before is not kept."
_FOR_GOOD = "Readers have it, and withdrawing it is for good: withdraw it yourself if it is to go."


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
            if is_its_own:
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
            before = _as_can_be(at, story, name, traces[name].before)
            if before == known[name]:
                continue
            if not traces[name].stands:
                told[name] = Outcome(story.id, field=name, why=_SINCE)
                continue
            after = _with_field(at, after, name, before)
            told[name] = Outcome(story.id, field=name, done="restored")
        except LiveblogError as error:
            told[name] = Outcome(story.id, field=name, why=error.detail)
    why = None if after == story else _put(at, story, after)
    if why is not None:
        told |= {name: Outcome(story.id, field=name, why=why) for name in told if told[name].done == "restored"}
    return list(told.values())


def undo_as_a_whole(at: Undoing, story: Story, versions: Sequence[StoryVersion], written: set[int]) -> list[Outcome]:
    """What there is to tell of a story that the token made, or of changes (`written`) that `versions` do not have."""
    if versions and versions[0].action == "create" and _is_by(versions[0], at.token, at.since):
        return [_taken_out(at, story)]
    lost = written - {version.version for version in versions}
    return [Outcome(story.id, why=_NOT_KEPT)] if lost else []


def _taken_out(at: Undoing, story: Story) -> Outcome:
    if story.is_shown:
        return Outcome(story.id, why=_FOR_GOOD)
    if story.status is not StoryStatus.SCHEDULED:
        return Outcome(story.id, done="nothing")
    draft = moved_story(story, StoryStatus.DRAFT, now=at.room.clock())
    put_story(at.tx, at.room, at.actor, at.call, story, draft, action=REVERT)
    return Outcome(story.id, done="taken_out")


def _fields(of: Story | StoryVersion) -> dict[str, Any]:
    """What there is to undo in a story, in the order in which it is to be done."""
    fields = {name: of.fields.get(name) for name in STORY_FIELDS}
    end = fields.pop("coverage_end")  # leading a story to or from its end sets it
    settings = {f"{_SETTING}{name}": value for name, value in asdict(of.settings).items()}
    furniture = {"pinned": of.pinned, "key_points": of.key_points}
    return {"slug": of.slug, **fields, **settings, **furniture, "status": of.status, "coverage_end": end}


def _is_by(version: StoryVersion, token: str, since: Micros) -> bool:
    return version.token_id == token and version.at >= since


def _follows_by_itself(version: StoryVersion, name: str) -> bool:
    """Whether nobody decided this: pins end, and go with their entries."""
    return name in FURNITURE and (version.action == UNPIN or version.token_id == CLOCK_ID)


def _as_can_be(at: Undoing, story: Story, name: str, before: Any) -> Any:
    """What the field can be again today: pins and key points name public entries, and no pin whose time is over."""
    if name not in FURNITURE:
        return before
    if name == "key_points":
        return tuple({**point, "entry": point["entry"] if _is_public(at, story, point) else None} for point in before)
    now = at.room.clock()
    timely = (pin for pin in before if pin["until"] is None or pin["until"] > now)
    return tuple(pin for pin in timely if _is_public(at, story, pin))


def _is_public(at: Undoing, story: Story, reference: Mapping[str, Any]) -> bool:
    if reference["entry"] is None:
        return False
    known = read_public_revision(at.tx, story.id, EntryId(reference["entry"]))
    return known is not None and known[1]


def _with_field(at: Undoing, story: Story, name: str, before: Any) -> Story:
    """Raises Conflict, InvalidInput for what cannot be again."""
    now = at.room.clock()
    if name.startswith(_SETTING):
        settings = dataclasses.replace(story.settings, **{name.removeprefix(_SETTING): before})
        after = dataclasses.replace(story, settings=settings)
        return dataclasses.replace(after, ends_at=end_of_silence(after, now))
    if name == "status":
        after = moved_story(story, StoryStatus(before), now=now)
    elif name in {"slug", *FURNITURE}:
        return dataclasses.replace(story, **{name: before})
    else:
        if name == "continues" and before is not None:
            before = resolved_continues(at.tx, before, at.actor, story=story.id)
        after = dataclasses.replace(story, fields={**story.fields, name: before})
    check_start(after, now=now)
    return after


def _put(at: Undoing, story: Story, after: Story) -> str | None:
    """Keep the story and tell readers; or why that cannot be."""
    try:
        with at.tx.savepoint():
            refuse_frozen(story)
            refuse_closed_story(story, after)
            put_story(at.tx, at.room, at.actor, at.call, story, after, action=REVERT)
    except LiveblogError as error:
        return error.detail
    return None
