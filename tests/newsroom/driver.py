"""The newsroom's driver for tests: real use cases on a real database, called in one line each.

Its clock stands still but for the second that each write takes, and its random letters are a function of what they are
for, so that cursors and checks are the same in every run. `driver.events()` is what readers were sent.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from app.domain.clock import Micros
from app.domain.identifiers import BASE62
from app.newsroom.context.access import digest_of
from app.newsroom.context.newsroom import AdminToken, Call, Newsroom, Reply
from app.newsroom.due.backoff import Backoff
from app.newsroom.due.due_work import run_due_work
from app.newsroom.emergency.freeze import set_freeze
from app.newsroom.entries.create import create_entry, upsert_entry
from app.newsroom.entries.edit import edit_entry
from app.newsroom.entries.release import cancel_entry, discard_working_revision, publish_entry, schedule_entry
from app.newsroom.entries.review import reject_entry, return_entry, submit_entry
from app.newsroom.entries.withdrawal import correct_entry, reinstate_entry, remove_entry, retract_entry, unpublish_entry
from app.newsroom.erasure.legal_holds import set_hold
from app.newsroom.erasure.purge import confirm_purge, prepare_purge
from app.newsroom.people import people, tokens
from app.newsroom.stories.lifecycle import create_story, edit_story
from app.newsroom.stories.pins_and_key_points import pin_entries, set_key_points
from app.storage.database.transactions import Database
from app.storage.newsroom.audit import AuditFilter, list_audit
from app.wire.announcement import Announcement
from app.wire.encoding import BodyVariant
from app.wire.links import Links, Site
from app.wire.requests.entries import EntryDraft, EntryPatch, ExternalEntry
from app.wire.requests.erasure import LegalHoldChange, PurgeDraft
from app.wire.requests.people import Freeze, PersonDraft, TokenDraft
from app.wire.requests.stories import KeyPoints, Pins, StoryDraft, StoryPatch

OPERATOR = "operator-secret-of-forty-characters-0000"
LINKS = Links("https://live.example", Site("The Post", "https://post.example", None))
START = Micros(1_790_000_000_000_000)
HOUR = 3_600_000_000


class ForetoldRandom:
    """A random source whose letters are a function of purpose and object alone; its ids are random."""

    def uuid(self, purpose: str, key: str) -> str:
        return str(uuid.uuid4())

    def base62(self, purpose: str, key: str, length: int) -> str:
        return "".join(BASE62[byte % 62] for byte in self._digest(purpose, key)[:length])

    def _digest(self, purpose: str, key: str) -> bytes:
        return hashlib.sha512(f"{purpose}:{key}".encode()).digest()


@dataclass
class NewsroomDriver:
    """Calls the use cases as one caller and records the announcements; `now` moves with each write, or by the test."""

    database: Database
    token: str = OPERATOR
    person: str | None = None
    is_session: bool = False
    now: int = START
    announcements: list[Announcement] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.newsroom = Newsroom(
            self.database, lambda: Micros(self.now), ForetoldRandom(), LINKS, AdminToken(digest_of(OPERATOR))
        )
        announcements = self.announcements
        self.database.subscribe(lambda commit: announcements.extend(commit.announcements))
        self.backoff = Backoff()
        self.made = 0
        self.deleted_files: list[str] = []

    def call(self, **conditions: Any) -> Call:
        return Call(credentials=self.token, is_session=self.is_session, **conditions)

    def as_holder_of(self, token: str) -> NewsroomDriver:
        """Return a driver of the same newsroom for another caller; both record its announcements."""
        other = NewsroomDriver(self.database, token, now=self.now)
        other.announcements = self.announcements
        return other

    def story(self, title: str = "Election night", **fields: Any) -> dict[str, Any]:
        return body(create_story(self.newsroom, self.call(), StoryDraft(title=title, **fields)))

    def patch_story(self, story: str, *, if_match: str = "*", **fields: Any) -> dict[str, Any]:
        return body(edit_story(self.newsroom, self.call(if_match=if_match), story, StoryPatch(**fields)))

    def post(self, story: str, text: str | None = "Polls have closed.", **fields: Any) -> dict[str, Any]:
        self.now += 1_000_000
        return body(create_entry(self.newsroom, self.call(), story, EntryDraft(text=text, **fields)))

    def put(self, story: str, external_id: str, **fields: Any) -> dict[str, Any]:
        self.now += 1_000_000
        return body(upsert_entry(self.newsroom, self.call(), story, external_id, ExternalEntry(**fields)))

    def patch(self, entry: dict[str, Any], *, if_match: str = "*", **fields: Any) -> dict[str, Any]:
        self.now += 1_000_000
        call = self.call(if_match=if_match)
        return body(edit_entry(self.newsroom, call, entry["story"], entry["id"], EntryPatch(**fields)))

    def act(self, action: str, entry: dict[str, Any], **particulars: Any) -> dict[str, Any]:
        """Perform one of ACTIONS; what is scheduled is due in an hour unless `publish_at` says otherwise."""
        self.now += 1_000_000
        return body(ACTIONS[action](self.newsroom, self.call(), entry["story"], entry["id"], **particulars))

    def pin(self, story: str, *entries: dict[str, Any], until: str | None = None) -> dict[str, Any]:
        pins = [{"entry": entry["id"], "until": until} for entry in entries]
        return body(pin_entries(self.newsroom, self.call(), story, Pins.model_validate({"items": pins})))

    def key_points(self, story: str, *points: tuple[str, str | None]) -> dict[str, Any]:
        items = [{"text": text, "entry": entry} for text, entry in points]
        draft = KeyPoints.model_validate({"items": items})
        return body(set_key_points(self.newsroom, self.call(), story, draft))

    def freeze(self, story: str | None = None, *, frozen: bool = True) -> dict[str, Any]:
        """Freeze a story or the site, or thaw it."""
        return body(set_freeze(self.newsroom, self.call(), Freeze(story=story, frozen=frozen)))

    def hold(self, story: str, entry: str | None = None, *, held: bool = True) -> dict[str, Any]:
        """Hold a story or an entry for a court, or lift the hold."""
        return body(set_hold(self.newsroom, self.call(), LegalHoldChange(story=story, entry=entry, held=held)))

    def prepare_purge(self, **target: Any) -> dict[str, Any]:
        """Ask what a purge would take, as the first of its two steps."""
        return body(prepare_purge(self.newsroom, self.call(), PurgeDraft(**target)))

    def purge(self, **target: Any) -> dict[str, Any]:
        """Purge an entry, a story, a person or an upload, in both steps; the names of files are in `deleted_files`."""
        confirm = self.prepare_purge(**target)["confirm"]
        self.now += 1_000_000
        confirmed = confirm_purge(self.newsroom, self.call(), confirm)
        self.deleted_files += confirmed.files
        return body(confirmed.reply)

    def due(self, later: int = 0) -> int | None:
        """Advance the clock by so many microseconds and do the due work; return when more will be due."""
        self.now += later
        return run_due_work(self.newsroom, self.backoff)

    def hire(self, role: str = "reporter", *, byline: str | None = "Ada Reporter", **token: Any) -> NewsroomDriver:
        """Add a person with a token, and return their driver of this newsroom."""
        self.made += 1
        name = f"Person {self.made}"
        person = body(
            people.add_person(
                self.newsroom, self.call(), PersonDraft.model_validate({"name": name, "role": role, "byline": byline})
            )
        )
        draft = TokenDraft.model_validate({"label": f"token {self.made}", "person": person["id"], **token})
        secret = body(tokens.create_token(self.newsroom, self.call(), draft))["token"]
        hired = self.as_holder_of(secret)
        hired.person = person["id"]
        return hired

    def bot(self, role: str = "reporter", **token: Any) -> NewsroomDriver:
        """Create a bot's token, and return its driver of this newsroom."""
        draft = TokenDraft.model_validate({"label": "bot", "role": role, **token})
        return self.as_holder_of(body(tokens.create_token(self.newsroom, self.call(), draft))["token"])

    def audited(self) -> list[str]:
        """Return the actions in the audit, in order."""
        with self.database.snapshot() as tx:
            return [row.change.action for row in list_audit(tx, AuditFilter(), below=None, limit=1_000)][::-1]

    def heads(self) -> list[int]:
        """Return how many events each story has had."""
        with self.database.snapshot() as tx:
            return list(tx.connection.execute(text("SELECT head_seq FROM public_stories ORDER BY story_id")).scalars())

    def events(self) -> list[dict[str, Any]]:
        """Return every event announced so far, decoded."""
        return [json.loads(event.json(BodyVariant.HTML)) for each in self.announcements for event in each.events]

    def summary(self) -> list[tuple[str, int]]:
        """Return the types and numbers of the events announced so far."""
        return [(event["type"], event["seq"]) for event in self.events()]


ACTIONS: dict[str, Callable[..., Reply]] = {
    "submit": submit_entry,
    "return": lambda *place, note=None: return_entry(*place, note=note),
    "reject": lambda *place, note=None: reject_entry(*place, note=note),
    "publish": publish_entry,
    "schedule": lambda newsroom, *place, publish_at=None: schedule_entry(
        newsroom, *place, publish_at=Micros(newsroom.clock() + HOUR) if publish_at is None else Micros(publish_at)
    ),
    "cancel": cancel_entry,
    "discard": discard_working_revision,
    "unpublish": lambda *place, note=None: unpublish_entry(*place, note=note),
    "retract": lambda *place, reason="It was wrong.": retract_entry(*place, reason=reason),
    "reinstate": reinstate_entry,
    "remove": lambda *place, note=None: remove_entry(*place, note=note),
    "correct": lambda *place, text="A word.", severity="correction": correct_entry(
        *place, text=text, severity=severity
    ),
}


def body(reply: Reply) -> dict[str, Any]:
    """Return the decoded body of a reply."""
    decoded: dict[str, Any] = json.loads(reply.body)
    return decoded
