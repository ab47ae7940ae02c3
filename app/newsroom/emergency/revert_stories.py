"""Reverting what a token did to a story itself, field by field, where nobody else has changed that very field since."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from app.domain.clock import Micros
from app.domain.errors import Conflict, LiveblogError, NotFound
from app.domain.identifiers import EntryId
from app.domain.rights import is_public_status
from app.domain.sites import DEFAULT_SITE
from app.domain.story import BEFORE_START, NEWSROOM_ONLY, Story, StoryStatus, without_ended_pins, without_entry
from app.newsroom.context.access import CLOCK_ID
from app.newsroom.context.freezing import refuse_frozen
from app.newsroom.emergency.revert_context import REVERT, Outcome, RevertContext
from app.newsroom.publication.visibility import UNPIN
from app.newsroom.stories.continuing import lock_continued
from app.newsroom.stories.lifecycle import check_start, end_of_silence, put_story, story_in_status, transition_story
from app.storage.newsroom.entries import has_others_published, read_entry
from app.storage.newsroom.sites import lock_site
from app.storage.newsroom.story_versions import StoryVersion
from app.storage.public.writes import read_public_revision, read_public_story_row
from app.wire.requests.stories import STORY_DEFAULTS, STORY_FIELDS

ENTRY_REFERENCES = frozenset({"pinned", "key_points"})
"""The fields that name entries: to be reverted after these."""

_SETTING = "settings."
_SINCE = "It has been changed since."
_NOT_KEPT = "What it was before is not kept."
_OTHERS_WROTE = "Others have published in it since: withdraw it yourself if it is to go."


@dataclass(frozen=True, slots=True)
class Trace:
    """A token's change to one field of a story."""

    before: Any
    """The value that others had given the field before the token changed it last."""
    is_newest: bool
    """Nobody else has changed it since."""


def find_traces(versions: Sequence[StoryVersion], token: str, *, since: Micros) -> dict[str, Trace]:
    """Find the fields that the token changed since then, given the version before that and all versions after it.

    Of a story that it created, those that others had changed before it did.
    """
    traces: dict[str, Trace] = {}
    kept = {} if not versions or _is_by(versions[0], token, since) else _fields(versions[0])
    for earlier, version in pairwise(versions):
        was, now = _fields(earlier), _fields(version)
        is_its_own = _is_by(version, token, since)
        for name in (name for name in now if now[name] != was[name]):
            left = traces.get(name)
            if name == "status" and left is None and _is_published_early(version, was, traces):
                traces |= {name: Trace(was[name], is_newest=True)}
            elif is_its_own:
                traces |= {name: Trace(kept[name], is_newest=True)} if name in kept else {}
            elif left is None or not left.is_newest or not _follows_by_itself(version, name):
                kept[name] = now[name]
                traces |= {} if left is None else {name: dataclasses.replace(left, is_newest=False)}
    return traces


def revert_fields(context: RevertContext, traces: Mapping[str, Trace]) -> list[Outcome]:
    """Restore the fields, all in one change. Returns an outcome for each, reverted or not."""
    story, known, after = context.story, _fields(context.story), context.story
    outcomes: dict[str, Outcome] = {}
    for name in (name for name in known if name in traces):
        outcomes[name] = Outcome(story.id, field=name, done="nothing")
        try:
            before = _restorable(context.in_story(after), name, traces[name].before)
            if before == known[name]:
                continue
            if not traces[name].is_newest:
                outcomes[name] = Outcome(story.id, field=name, why=_SINCE)
                continue
            after = _with_field(context.in_story(after), name, before)
            done = "withdrawn" if before is StoryStatus.WITHDRAWN else "restored"
            outcomes[name] = Outcome(story.id, field=name, done=done)
        except LiveblogError as error:
            outcomes[name] = Outcome(story.id, field=name, why=error.detail)
    why = None if after == story else _put(context, after)
    if why is not None:
        failed = [name for name, outcome in outcomes.items() if outcome.done != "nothing"]
        outcomes |= {name: Outcome(story.id, field=name, why=why) for name in failed}
    return list(outcomes.values())


def revert_whole_story(context: RevertContext, versions: Sequence[StoryVersion], written: set[int]) -> list[Outcome]:
    """Take out a story that the token created; report changes of it (`written`) that `versions` do not have."""
    if versions and versions[0].action == "create" and _is_by(versions[0], context.token, context.since):
        return [_take_out(context, versions)]
    lost = written - {version.version for version in versions}
    return [Outcome(context.story.id, why=_NOT_KEPT)] if lost else []


def _take_out(context: RevertContext, versions: Sequence[StoryVersion]) -> Outcome:
    """Withdraw a story that the token created from readers, or unschedule it."""
    story = context.story
    if story.is_shown:
        if not _was_alone(versions, context.token):
            return Outcome(story.id, why=_SINCE)
        if _others_published(context):
            return Outcome(story.id, why=_OTHERS_WROTE)
        status = StoryStatus.WITHDRAWN
    elif story.status is StoryStatus.SCHEDULED:
        status = StoryStatus.DRAFT
    else:
        return Outcome(story.id, done="nothing")
    put_story(context, transition_story(story, status, now=context.now), action=REVERT)
    return Outcome(story.id, done="withdrawn" if status is StoryStatus.WITHDRAWN else "taken_out")


def _was_alone(versions: Sequence[StoryVersion], token: str) -> bool:
    """Return whether nobody but the token that created the story, and the clock, has given it another status."""
    tokens = {later.token_id for earlier, later in pairwise(versions) if later.status is not earlier.status}
    return tokens <= {token, CLOCK_ID}


def _others_published(context: RevertContext) -> bool:
    tx, story = context.tx, context.story.id
    row = read_public_story_row(tx, story)
    return row is not None and has_others_published(tx, story, context.token, since=row.public_since)


def _fields(of: Story | StoryVersion) -> dict[str, Any]:
    """Return what there is to revert in a story, in the order in which it is to be done."""
    kept = {**STORY_DEFAULTS, **of.fields}
    fields = {name: kept.get(name) for name in STORY_FIELDS}
    end = fields.pop("coverage_end")  # a transition to or from the end sets it
    settings = {f"{_SETTING}{name}": value for name, value in asdict(of.settings).items()}
    site, duty = (settings.pop(f"{_SETTING}{name}") for name in ("site", "duty"))  # which are no settings to a client
    del settings[f"{_SETTING}frozen_by_editor"]  # part of a freeze, which is for people
    references = {"pinned": of.pinned, "key_points": of.key_points}
    beside = {"slug": of.slug, "site": site, "duty": duty}
    return {**beside, **fields, **settings, **references, "status": of.status, "coverage_end": end}


def _is_published_early(version: StoryVersion, was: Mapping[str, Any], traces: Mapping[str, Trace]) -> bool:
    """Return whether the clock published the story at a time that the token had chosen."""
    start = traces.get("coverage_start")
    return version.token_id == CLOCK_ID and was["status"] in NEWSROOM_ONLY and start is not None and start.is_newest


def _is_by(version: StoryVersion, token: str, since: Micros) -> bool:
    return version.token_id == token and version.at >= since


def _follows_by_itself(version: StoryVersion, name: str) -> bool:
    """Return whether nobody decided this: pins end, or their entries do; a story starts, and ends in silence."""
    if version.token_id == CLOCK_ID:
        return name in {*ENTRY_REFERENCES, "status", "coverage_end"}
    return name in ENTRY_REFERENCES and version.action == UNPIN


def _restorable(context: RevertContext, name: str, before: Any) -> Any:
    """Return what the field can be again today: pins and key points name public entries, no pin's time is over.

    A story that was published is withdrawn as a whole; but one whose start has passed would have started.
    """
    story, now = context.story, context.now
    if name == "status":
        if before in BEFORE_START and story.is_public and story.starts_at is not None and story.starts_at <= now:
            return StoryStatus.LIVE
        return StoryStatus.WITHDRAWN if before in NEWSROOM_ONLY and story.is_public else before
    if name not in ENTRY_REFERENCES or story.status is StoryStatus.WITHDRAWN:
        return before
    if name == "key_points":
        return tuple({**point, "entry": point["entry"] if _is_public(context, point) else None} for point in before)
    timely = (pin for pin in before if pin["until"] is None or pin["until"] > now)
    return tuple(pin for pin in timely if _is_public(context, pin))


def _is_public(context: RevertContext, reference: Mapping[str, Any]) -> bool:
    if reference["entry"] is None:
        return False
    known = read_public_revision(context.tx, context.story.id, EntryId(reference["entry"]))
    return known is not None and known[1]


def _with_field(context: RevertContext, name: str, before: Any) -> Story:
    """Return the story with the field restored. Raises Conflict, InvalidInput for what cannot be again."""
    story, now = context.story, context.now
    if name.startswith(_SETTING):
        settings = dataclasses.replace(story.settings, **{name.removeprefix(_SETTING): before})
        after = dataclasses.replace(story, settings=settings)
        return dataclasses.replace(after, ends_at=end_of_silence(after, now))
    if name == "site":
        if before != DEFAULT_SITE and lock_site(context.tx, before, for_use=True) is None:
            raise NotFound("site_not_found", "The site that it belonged to is no more.")
        return dataclasses.replace(story, settings=dataclasses.replace(story.settings, site=before))
    if name == "duty":
        return dataclasses.replace(story, settings=dataclasses.replace(story.settings, duty=before))
    if name == "status":
        after = _in_status(context, StoryStatus(before))
    elif name in {"slug", *ENTRY_REFERENCES}:
        return dataclasses.replace(story, **{name: before})
    else:
        if name == "continues" and before is not None:
            before = lock_continued(context, before, story=story.id)
        after = dataclasses.replace(story, fields={**story.fields, name: before})
    check_start(after, now=now)
    return after


def _in_status(context: RevertContext, status: StoryStatus) -> Story:
    """Return the story in a status it had, also where no transition leads back: from the archive, from a withdrawal.

    Raises Conflict for a story that would be withdrawn with others' entries in it.
    """
    story, now = context.story, context.now
    if not story.is_public:
        return transition_story(story, status, now=now)
    if status is StoryStatus.WITHDRAWN and _others_published(context):
        raise Conflict("wrong_status", _OTHERS_WROTE)
    after = story_in_status(story, status, now=now)
    return after if story.is_shown else _without_absent(context.in_story(without_ended_pins(after, now=now)))


def _without_absent(context: RevertContext) -> Story:
    """Return the story without pins of entries that ceased to be public while nobody could see it."""
    story = context.story
    named = {reference["entry"] for reference in (*story.pinned, *story.key_points)} - {None}
    for entry in named:
        known = read_entry(context.tx, story.id, EntryId(entry))
        if known is None or not is_public_status(known):
            story = without_entry(story, EntryId(entry))
    return story


def _put(context: RevertContext, after: Story) -> str | None:
    """Write and publish the story, or return why that cannot be. In a freeze only a withdrawal is published."""
    try:
        with context.tx.savepoint():
            if after.is_shown or not context.story.is_shown:
                refuse_frozen(context.story)
            put_story(context, after, action=REVERT)
    except LiveblogError as error:
        return error.detail
    return None
