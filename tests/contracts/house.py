"""A newsroom with somebody of every kind in it, and stories and entries in every state: what the matrix is asked of."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import re
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import text

from app.domain.clock import Micros, format_time, system_clock
from app.domain.comments import Comment, CommentId, CommentStatus
from app.domain.identifiers import PersonId, StoryId
from app.domain.media import Media, MediaId, MediaWords
from app.newsroom.due.backoff import Backoff
from app.newsroom.due.due_work import run_due_work
from app.newsroom.publication.comments import show_comments
from app.storage.newsroom.comment_rules import CommentReport, insert_report
from app.storage.newsroom.comments import insert_comment
from app.storage.newsroom.media import insert_media
from tests.api.peers import ask_to_the_letter
from tests.api.server import Server
from tests.contracts.states import BEFORE, BODIES, ENTRY_STATES, HOLD_SECONDS, REOPENED, STORY_STATES
from tests.contracts.tables import Row
from tests.pictures import png

CALLERS = ("READ", "OTHER", "OWN", "MEMBER", "EDITOR", "ADMIN", "BOUND", "ABROAD")
OUTSIDE_OF_IT = ("BOUND", "ABROAD")
"""READ: a token of OWN's person that may only read. OTHER, OWN: reporters, the entry is OWN's. MEMBER: a reporter who
is an editor of the story. BOUND: an admin's token, bound to another story. ABROAD: an editor of another site alone.
The last two find no story there."""

OUTSIDERS = ("NOBODY", "NONSENSE", "EXPIRED", "REVOKED", "DISABLED")
"""Tokens of admins once; nothing of the newsroom opens to them."""

UPLOADING = "POST /v1/media"
"""The one route whose body is a file."""

_MINUTE = 60_000_000


@dataclass
class House:
    """A newsroom with somebody of every kind. `refs` is what the names in paths stand for.

    What a call has changed is made anew before the next one; what every call was refused is used again.
    """

    server: Server
    tokens: dict[str, str | None]
    people: dict[str, str]
    refs: dict[str, str] = field(default_factory=dict)
    site_frozen: bool = False
    _stories: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    _entries: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    _states: tuple[str, str] | None = None

    async def admin(self, method: str, path: str, body: Any = None) -> Any:
        """Call as the operator, who may do everything, and return the answer."""
        reply = await self.server.admin.request(method, path, json=body, headers={"if-match": "*"})
        assert reply.is_success, (method, path, reply.text)
        return reply.json()

    async def ask(
        self,
        caller: str,
        row: Row,
        *,
        body: Any = None,
        path: str | None = None,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        keep: bool = False,
    ) -> httpx.Response:
        """One call of a row, with its body unless another one is given, at its path unless it is spelt otherwise.

        With `keep`, what it has changed is not made anew.
        """
        sent = {"x-request-id": "one", "if-match": "*", **(headers or {})}
        if (token := self.tokens[caller]) is not None:
            sent["authorization"] = f"Bearer {token}"
        if query is None and row.action == "search":
            query = {"q": "polls"}
        filled = _filled(BODIES.get(row.name) if body is None else body, self.refs)
        if row.address == UPLOADING and filled is None:
            reply = await self.server.client.post(UPLOADING.split()[1], content=png(), headers=sent, params=query)
        elif path is None:
            url = self.path(row)
            reply = await self.server.client.request(row.method, url, json=filled, headers=sent, params=query)
        else:
            content = b"" if filled is None else json.dumps(filled).encode()
            sent |= {"content-type": "application/json"}
            reply = await ask_to_the_letter(self.server, row.method, path, headers=sent, content=content)
        if reply.is_success and row.method != "GET" and not keep and self._states is not None:
            await self._clear(*self._states, whole="{entry}" not in row.path)
        return reply

    def path(self, row: Row) -> str:
        """The row's path with what its names stand for now."""
        return row.path.format(**self.refs)

    async def prepare(self, row: Row, *, story: str = "live", entry: str | None = None) -> None:
        """Let the row's names stand for a story and an entry in these states, to which nothing has been done yet."""
        states = self._states = (story, entry or BEFORE.get(row.action, "published"))
        if states not in self._entries:
            await self._let_site_be(frozen=False)
            await self._set(*states)
        if "{site}" in row.path:
            await self._let_site_be(frozen=False)
            draft = {"slug": f"site-{uuid.uuid4().hex}", "name": "Another", "url": "https://another.example"}
            self.refs["site"] = (await self.admin("POST", "/v1/newsroom/sites", draft))["slug"]
        await self._let_site_be(frozen=story == "site")
        self.refs |= {
            **self._stories[states],
            **self._entries[states],
            "external": uuid.uuid4().hex,
            "tag": "results2",
            "number": "1",
        }
        if "{member}" in row.path:
            await self.admin("PUT", self.path(row), {"role": "reporter"})
        if re.search("comment|receipt|report", row.path):
            await self._prepare_comment(row)
        if "{token}" in row.path:
            made = await self.admin("POST", "/v1/newsroom/tokens", {"label": "spare", "person": self.people["OWN"]})
            self.refs["token"] = made["id"]
        if row.path.endswith("/purge/confirm"):
            target = {"story": self.refs["story"], "entry": self.refs["entry"]}
            self.refs["confirm"] = (await self.admin("POST", "/v1/newsroom/purge", target))["confirm"]
        if "{media}" in row.path:
            self.refs["media"] = await asyncio.to_thread(self._keep_media)
        if "{signed}" in row.path:
            place = f"/v1/newsroom/stories/{self.refs['story']}/entries/{self.refs['entry']}/preview"
            self.refs["signed"] = (await self.admin("POST", place))["url"].rpartition("/")[2]

    def _keep_media(self) -> str:
        """Keep an upload of OWN's, without its files."""
        media = Media(
            id=MediaId(str(uuid.uuid4())), name=uuid.uuid4().hex, version=1, kind="image", content_type="image/png",
            width=320, height=240, animated=False, duration_ms=None, placeholder=None,
            renditions=({"file": "320.webp", "type": "image/webp", "width": 320, "height": 240, "size": 9},),
            words=MediaWords(), created_at=Micros(1), created_by=PersonId(self.people["OWN"]), created_by_token="t",
            size_bytes=9, sha256="0" * 64,
        )  # fmt: skip
        with self.server.app_state.newsroom.database.transaction() as tx:
            insert_media(tx, media)
        return media.id

    async def _prepare_comment(self, row: Row) -> None:
        """A comment of the story in the state that the row needs, its receipt, a notice about it, and a block."""
        wanted = {"answer": "approved", "reports": "approved", "appeal": "rejected"}.get(row.action, "pending")
        comment = await asyncio.to_thread(self._keep_comment, CommentStatus(wanted))
        secret = self.server.app_state.comments.signer.make_receipt(comment)
        self.refs |= {"comment": comment, "shown": comment, "receipt": secret, "refused": secret, "report": comment}
        if "{block}" in row.path:
            block = await self.admin("POST", "/v1/newsroom/comment-blocks", {"network": "198.51.100.0/24"})
            self.refs["block"] = block["id"]

    def _keep_comment(self, status: CommentStatus) -> CommentId:
        now = system_clock()
        ident, story = CommentId(str(uuid.uuid4())), StoryId(self.refs["story"])
        kept = Comment(
            id=ident, story=story, entry=None, parent=None, status=status, version=1, name="Ann", email=None,
            text="Which districts?", address="203.0.113.7", created_at=now,
        )  # fmt: skip
        report = CommentReport(ident, story, ident, "illegal", "It names a witness.", None, None, None, now)
        with self.server.app_state.newsroom.database.transaction() as tx:
            insert_comment(tx, kept)
            insert_report(tx, report)
            if status is CommentStatus.APPROVED:
                show_comments(tx, [kept])
        return ident

    async def thaw(self) -> None:
        """Let the site not be frozen any more."""
        await self._let_site_be(frozen=False)

    async def _let_site_be(self, *, frozen: bool) -> None:
        if frozen is not self.site_frozen:
            await self.admin("POST", "/v1/newsroom/freeze", {"frozen": frozen})
            self.site_frozen = frozen

    async def _set(self, story_state: str, entry_state: str) -> None:
        """A story with an entry of OWN's, another one beside it, and members, all in their states."""
        states = (story_state, entry_state)
        if states not in self._stories:
            self._stories[states] = await self._begin_story(story_state)
        story = self._stories[states]["story"]
        self._entries[states] = await self._make_entry(story, entry_state)
        for change in STORY_STATES[story_state][1]:
            await self.admin("PATCH", f"/v1/stories/{story}", change)
        if story_state == "frozen":
            await self.admin("POST", "/v1/newsroom/freeze", {"story": story, "frozen": True})

    async def _clear(self, story_state: str, entry_state: str, *, whole: bool) -> None:
        """Take away what was changed: the story, or where that is as it was, the entry alone."""
        states = (story_state, entry_state)
        entry = self._entries.pop(states, None)
        if entry is None or whole or story_state not in REOPENED:
            self._stories.pop(states, None)
            return
        story = self._stories[states]["story"]
        await self._let_site_be(frozen=False)
        if story_state == "frozen":
            await self.admin("POST", "/v1/newsroom/freeze", {"story": story, "frozen": False})
        if REOPENED[story_state]:
            await self.admin("PATCH", f"/v1/stories/{story}", REOPENED[story_state])
        await self.server.admin.delete(f"/v1/stories/{story}/entries/{entry['entry']}")

    async def _begin_story(self, state: str) -> dict[str, str]:
        slug = f"story-{uuid.uuid4().hex}"
        draft = {"title": f"Title {slug}", "slug": slug, **STORY_STATES[state][0]}
        story = (await self.admin("POST", "/v1/stories", draft))["id"]
        await self.admin("PUT", f"/v1/newsroom/stories/{story}/members/{self.people['MEMBER']}", {"role": "editor"})
        beside = await self.admin("POST", f"/v1/stories/{story}/entries", {"text": "Beside it."})
        return {"story": story, "slug": slug, "beside": beside["id"]}

    async def _make_entry(self, story: str, state: str) -> dict[str, str]:
        fields, actions = ENTRY_STATES[state]
        refs = {"known": uuid.uuid4().hex, "word": f"word{uuid.uuid4().hex}", "aside": f"aside{uuid.uuid4().hex}"}
        draft = {"text": refs["word"], **fields}
        if state == "held":
            await self.admin("PATCH", f"/v1/stories/{story}", {"settings": {"hold_seconds": HOLD_SECONDS}})
        if state == "expired":
            draft["expires_at"] = format_time(Micros(system_clock() + _MINUTE))
        headers = {"authorization": f"Bearer {self.tokens['OWN']}"}
        place = f"/v1/stories/{story}/entries/by-external-id/{refs['known']}"
        reply = await self.server.client.put(place, json=draft, headers=headers)
        assert reply.is_success, reply.text
        refs["entry"] = reply.json()["id"]
        path = f"/v1/stories/{story}/entries/{refs['entry']}"
        for action, body in actions:
            await self.admin("POST", f"{path}/{action}", body)
        if state == "held":
            await self.admin("PATCH", f"/v1/stories/{story}", {"settings": {"hold_seconds": 0}})
        if state == "edited":
            await self.admin("PATCH", path, {"text": refs["aside"], "publish": False})
        if state == "expired":
            await asyncio.to_thread(self._run_what_is_due_in_a_minute)
        return refs

    def _run_what_is_due_in_a_minute(self) -> None:
        later = Micros(system_clock() + _MINUTE + 1)
        run_due_work(dataclasses.replace(self.server.app_state.newsroom, clock=lambda: later), Backoff())


def _filled(body: Any, refs: dict[str, str]) -> Any:
    if isinstance(body, dict):
        return {key: _filled(value, refs) for key, value in body.items()}
    if isinstance(body, list):
        return [_filled(item, refs) for item in body]
    return body.format(**refs) if isinstance(body, str) and body.startswith("{") else body


async def furnished(server: Server) -> House:
    """A house with everybody in it."""
    house = House(server, {"NOBODY": None, "NONSENSE": "lb_bot_" + "a" * 36}, {})
    elsewhere = (await house.admin("POST", "/v1/stories", {"title": "Elsewhere", "slug": "elsewhere"}))["id"]
    there = (await house.admin("POST", f"/v1/stories/{elsewhere}/entries", {"text": "Over there."}))["id"]
    roles = {"OTHER": "reporter", "OWN": "reporter", "MEMBER": "reporter", "EDITOR": "editor", "ADMIN": "admin"}
    gone = dict.fromkeys(("EXPIRED", "REVOKED", "DISABLED"), "admin")
    for name, role in (roles | gone | {"SPARE": "reporter"}).items():
        person = await house.admin("POST", "/v1/newsroom/people", {"name": name, "role": role})
        house.people[name] = person["id"]
        made = await house.admin("POST", "/v1/newsroom/tokens", {"label": name, "person": person["id"]})
        house.tokens[name] = made["token"]
        house.refs[f"{name} token"] = made["id"]
    for name, whose, limits in (("READ", "OWN", {"scopes": ["read"]}), ("BOUND", "ADMIN", {"stories": [elsewhere]})):
        draft = {"label": name, "person": house.people[whose], **limits}
        house.tokens[name] = (await house.admin("POST", "/v1/newsroom/tokens", draft))["token"]
    await house.admin(
        "POST", "/v1/newsroom/sites", {"slug": "abroad", "name": "Abroad", "url": "https://abroad.example"}
    )
    abroad = await house.admin("POST", "/v1/newsroom/people", {"name": "ABROAD", "sites": {"abroad": "editor"}})
    made = await house.admin("POST", "/v1/newsroom/tokens", {"label": "ABROAD", "person": abroad["id"]})
    house.tokens["ABROAD"] = made["token"]
    spare, own = house.people["SPARE"], house.people["OWN"]
    house.refs |= {"else story": elsewhere, "else slug": "elsewhere", "else entry": there}
    house.refs |= {"person": spare, "member": spare, "own": own, "insider": house.people["MEMBER"]}
    house.refs |= {"name": "a" * 24, "file": "640.webp", "media": str(uuid.uuid4())}
    await house.admin("POST", f"/v1/newsroom/tokens/{house.refs['REVOKED token']}/revoke")
    await house.admin("POST", f"/v1/newsroom/people/{house.people['DISABLED']}/disable")
    await asyncio.to_thread(expire, server, house.refs["EXPIRED token"])
    return house


def expire(server: Server, token: str) -> None:
    """Let a token's time be over."""
    with server.app_state.newsroom.database.transaction() as tx:
        tx.connection.execute(text("UPDATE tokens SET expires_at = 1 WHERE id = :token"), {"token": token})
