"""The operations of a history: a table, with a line for each.

A new one is one line more: its name, whether it is done to the story or to an entry, how often it happens, when it may,
and the call that does it.
"""

from __future__ import annotations

from tests.e2e.histories import SITES, Ask, History, Operation, Whenever
from tests.e2e.material import Json

_NOT_OUT = ("draft", "submitted", "unpublished")
_OUT = ("published", "retracted")


def always(it: History, subject: Json) -> bool:
    """At any time."""
    return True


def status(*statuses: str) -> Whenever:
    """While it has one of these."""
    return lambda it, subject: subject["status"] in statuses


def working(*statuses: str) -> Whenever:
    """While the entry has a working revision with one of these."""
    return lambda it, entry: entry["working"] is not None and entry["working"]["status"] in statuses


def either(*conditions: Whenever) -> Whenever:
    """Return a condition that holds when one of these does."""
    return lambda it, subject: any(condition(it, subject) for condition in conditions)


def holds(*, wanted: bool) -> Whenever:
    """While the story holds what is published for a while, or while it does not."""
    return lambda it, story: (story["settings"]["hold_seconds"] > 0) is wanted


def seen(*statuses: str) -> Whenever:
    """While readers see the entry, with one of these."""
    return lambda it, entry: entry["status"] in statuses and it.story["status"] != "draft"


def can_move(it: History, entry: Json) -> bool:
    """While readers see the entry, and another one to put it beside."""
    return entry in it.public and len(it.public) > 1 and it.story["status"] != "draft"


def can_be_answered(it: History, entry: Json) -> bool:
    """While readers see the entry, and the story takes comments."""
    return entry in it.public and it.story["status"] in {"live", "paused"}


open_story = status("draft", "live", "paused")
public_story = status("live", "paused", "ended")
drafted = either(status("draft"), working("draft"))
submitted = either(status("submitted"), working("submitted"))
scheduled = either(status("scheduled"), working("scheduled"))
ready = either(status(*_NOT_OUT), working("draft", "submitted", "scheduled"))


def _write(it: History, _: Json) -> Ask:
    wanted = it.chance.choice(["published"] * 4 + ["draft", "submitted"])
    return it.on_entries("POST", "", **it.material.new_entry(), status=wanted)


def _write_several(it: History, _: Json) -> Ask:
    items = [it.material.new_entry() for _ in range(it.chance.randrange(1, 4))]
    return it.on_entries("POST", ":batch", items=items)


def _write_by_wire(it: History, _: Json) -> Ask:
    name = f"wire-{it.chance.randrange(it.externals + 1)}"
    it.externals += 1
    return it.on_entries("PUT", f"/by-external-id/{name}", **it.material.content())


def _pin(it: History, _: Json) -> Ask:
    chosen = it.chance.sample(it.public, min(len(it.public), it.chance.randrange(4)))
    untils = [None, it.material.soon()]
    return it.furnish("pinned", [{"entry": entry["id"], "until": it.chance.choice(untils)} for entry in chosen])


def _set_key_points(it: History, _: Json) -> Ask:
    named = [*(entry["id"] for entry in it.public), None]
    count = it.chance.randrange(3)
    return it.furnish(
        "key-points", [{"text": it.material.text(), "entry": it.chance.choice(named)} for _ in range(count)]
    )


def _change_story(it: History, _: Json) -> Ask:
    return it.change_story(**it.material.story_fields())


def _edit(it: History, entry: Json) -> Ask:
    return it.change_entry(entry, **it.material.content(), material=it.chance.random() < 0.6)


def _edit_aside(it: History, entry: Json) -> Ask:
    return it.change_entry(entry, **it.material.content(), publish=False)


def _move(it: History, entry: Json) -> Ask:
    other = it.chance.choice([other for other in it.public if other["id"] != entry["id"]])
    return it.act(entry, "move", **{it.chance.choice(["before", "after"]): other["id"]})


def _schedule(it: History, entry: Json) -> Ask:
    return it.act(entry, "schedule", publish_at=it.material.soon())


def _let_expire(it: History, entry: Json) -> Ask:
    return it.change_entry(entry, expires_at=it.material.soon())


def _retract(it: History, entry: Json) -> Ask:
    return it.act(entry, "retract", reason=it.material.text())


def _correct(it: History, entry: Json) -> Ask:
    return it.act(entry, "corrections", text=it.material.text())


def _purge(it: History, entry: Json) -> Ask:
    return Ask("POST", "/v1/newsroom/purge", {"story": it.story_id, "entry": entry["id"]})


def commented(it: History, subject: Json) -> bool:
    """Once a reader has sent a comment."""
    return bool(it.comments)


def _comment(it: History, _: Json) -> Ask:
    return it.comment(text=it.material.text())


def _comment_on(it: History, entry: Json) -> Ask:
    return it.comment(text=it.material.text(), entry=entry["id"])


OPERATIONS = (
    Operation("comment", "story", 3, status("live", "paused"), _comment),
    Operation("comment on it", "entry", 3, can_be_answered, _comment_on),
    Operation("approve a comment", "story", 6, commented, lambda it, _: it.moderate("approve")),
    Operation("remove a comment", "story", 1, commented, lambda it, _: it.moderate("remove")),
    Operation("write", "story", 20, open_story, _write),
    Operation("write several", "story", 5, open_story, _write_several),
    Operation("write by wire", "story", 10, open_story, _write_by_wire),
    Operation("change the story", "story", 5, always, _change_story),
    Operation("give to a site", "story", 2, always, lambda it, _: it.change_story(site=it.chance.choice(SITES))),
    Operation("pin", "story", 5, public_story, _pin),
    Operation("set key points", "story", 4, public_story, _set_key_points),
    Operation("pause", "story", 2, status("live"), lambda it, _: it.change_story(status="paused")),
    Operation("go on", "story", 8, status("paused"), lambda it, _: it.change_story(status="live")),
    Operation("end", "story", 2, status("live", "paused"), lambda it, _: it.change_story(status="ended")),
    Operation("reopen", "story", 15, status("ended"), lambda it, _: it.change_story(status="live")),
    Operation("hold", "story", 2, holds(wanted=False), lambda it, _: it.change_story(settings={"hold_seconds": 1})),
    Operation("let go", "story", 8, holds(wanted=True), lambda it, _: it.change_story(settings={"hold_seconds": 0})),
    Operation("edit", "entry", 16, status(*_NOT_OUT, *_OUT), _edit),
    Operation("edit aside", "entry", 5, status("published"), _edit_aside),
    Operation("submit", "entry", 6, drafted, lambda it, entry: it.act(entry, "submit")),
    Operation("return", "entry", 6, submitted, lambda it, entry: it.act(entry, "return")),
    Operation("reject", "entry", 3, status("submitted"), lambda it, entry: it.act(entry, "reject")),
    Operation("publish", "entry", 9, ready, lambda it, entry: it.act(entry, "publish")),
    Operation("discard", "entry", 6, working("draft", "submitted"), lambda it, entry: it.act(entry, "discard")),
    Operation("schedule", "entry", 4, either(drafted, submitted), _schedule),
    Operation("cancel", "entry", 8, scheduled, lambda it, entry: it.act(entry, "cancel")),
    Operation("let expire", "entry", 2, status(*_OUT), _let_expire),
    Operation("keep", "entry", 2, status(*_OUT), lambda it, entry: it.change_entry(entry, expires_at=None)),
    Operation("unpublish", "entry", 4, status(*_OUT), lambda it, entry: it.act(entry, "unpublish")),
    Operation("retract", "entry", 4, seen("published"), _retract),
    Operation("reinstate", "entry", 8, seen("retracted"), lambda it, entry: it.act(entry, "reinstate")),
    Operation("correct", "entry", 4, seen(*_OUT), _correct),
    Operation("move", "entry", 6, can_move, _move),
    Operation("remove", "entry", 2, status(*_NOT_OUT, *_OUT), lambda it, entry: it.act(entry, "remove")),
    Operation("purge", "entry", 2, always, _purge),
    Operation(
        "delete", "entry", 2, status(*_NOT_OUT, *_OUT), lambda it, entry: it.on_entries("DELETE", f"/{entry['id']}")
    ),
)
