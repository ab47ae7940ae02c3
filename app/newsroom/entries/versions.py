"""The versions of an entry, and what each of them changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.content import DIFFERENCE_WORK, compare_texts, render_text
from app.domain.clock import format_time
from app.domain.entry import EntryContent, changed_fields
from app.domain.rights import Right, require_right
from app.newsroom.context.access import authenticate
from app.newsroom.context.accounts import Accounts
from app.newsroom.context.lookup import look_up_entry, look_up_story
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.positions import parse_position
from app.storage.newsroom.entries import EntryVersion, list_versions
from app.wire.encoding import encode_json
from app.wire.newsroom_json import content_members, working_members

VERSIONS_LIMIT = 50

_POSITION_DIGITS = 9


def show_versions(
    newsroom: Newsroom,
    call: Call,
    story_ref: str,
    entry_ref: str,
    *,
    with_diff: bool = False,
    position: str | None = None,
    limit: int = VERSIONS_LIMIT,
) -> Reply:
    """Show the versions of an entry, newest first: who, when, what was done, the content then, and what that changed.

    `with_diff` adds the steps from the body before to this one, word by word. Raises MalformedInput `bad_position`.
    """
    with newsroom.database.snapshot() as tx:
        actor = authenticate(tx, newsroom, call)
        require_right(actor, Right.READ_NEWSROOM)
        entry = look_up_entry(tx, look_up_story(tx, story_ref, actor), entry_ref)
        below = parse_position(position, max_digits=_POSITION_DIGITS)
        found = list_versions(tx, entry.story, entry.id, below=below, limit=limit + 1)
        accounts = Accounts(tx, ((version.person, version.token_id) for version in found))
    following = str(found[limit - 1].version) if len(found) > limit else None
    return Reply(200, encode_json({"items": _items(found, accounts, limit, with_diff=with_diff), "next": following}))


def _items(found: Sequence[EntryVersion], accounts: Accounts, limit: int, *, with_diff: bool) -> list[dict[str, Any]]:
    """Show each version compared with the one before; the last one found of a full page serves only for that."""
    items = []
    work = DIFFERENCE_WORK
    for number, version in enumerate(found[:limit]):
        earlier = found[number + 1] if number + 1 < len(found) else None
        by = accounts.find(version.person, version.token_id)
        item = {
            **_version(version),
            "name": by.name,
            "changed": None if earlier is None else _changed(earlier, version),
        }
        if with_diff:
            body, work = (None, work) if earlier is None else _body_diff(earlier, version, work)
            item["diff"] = body
        items.append(item)
    return items


def _changed(earlier: EntryVersion, version: EntryVersion) -> list[str]:
    """Return the names of what changed in the newest content: that of the working revision if there is one."""
    status = ["status"] if earlier.status is not version.status else []
    return [*status, *changed_fields(earlier.newest_content, version.newest_content)]


def _body_diff(earlier: EntryVersion, version: EntryVersion, work: int) -> tuple[dict[str, Any], int]:
    """Return how the body's text differs, and how much work is left for the other versions."""
    found = compare_texts(_text(earlier.newest_content), _text(version.newest_content), work=work)
    return {"body": found.steps, "truncated": found.truncated}, work - found.work


def _text(content: EntryContent) -> str:
    return render_text([dict(block) for block in content.blocks])


def _version(version: EntryVersion) -> dict[str, Any]:
    return {
        "version": version.version,
        "at": format_time(version.at),
        "person": version.person,
        "token": version.token_id,
        "action": version.action,
        "status": version.status.value,
        "note": version.note,
        **content_members(version.content),
        "working": None if version.working is None else working_members(version.working),
    }
