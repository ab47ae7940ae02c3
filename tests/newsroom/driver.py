"""A newsroom for tests: real use cases on a real database, a clock that stands still, checks that can be foretold."""

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
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.due.backoff import Backoff
from app.newsroom.due.due_work import run_due_work
from app.newsroom.emergency import freeze as emergency
from app.newsroom.entries import create as entries
from app.newsroom.entries import edit as editing
from app.newsroom.entries import release as releasing
from app.newsroom.entries import review as reviewing
from app.newsroom.entries import withdrawal as taking_back
from app.newsroom.people import people, tokens
from app.newsroom.stories import lifecycle as stories
from app.newsroom.stories import pins_and_key_points as furniture
from app.storage.database.transactions import Database
from app.storage.newsroom.audit import AuditFilter, list_audit
from app.wire.announcement import Announcement
from app.wire.encoding import BodyVariant
from app.wire.links import Links, Site
from app.wire.requests.entries import EntryDraft, EntryPatch, ExternalEntry
from app.wire.requests.people import Freeze, PersonDraft, TokenDraft
from app.wire.requests.stories import KeyPoints, Pins, StoryDraft, StoryPatch

OPERATOR = "operator-secret-of-forty-characters-0000"
LINKS = Links("https://live.example", Site("The Post", "https://post.example", None))
START = Micros(1_790_000_000_000_000)
HOUR = 3_600_000_000


class ForetoldRandom:
    """Letters that are a function of purpose and object alone; ids are as random as ever."""

    def uuid(self, purpose: str, key: str) -> str:
        return str(uuid.uuid4())

    def letters(self, purpose: str, key: str, length: int) -> str:
        return "".join(BASE62[byte % 62] for byte in self._digest(purpose, key)[:length])

    def _digest(self, purpose: str, key: str) -> bytes:
        return hashlib.sha512(f"{purpose}:{key}".encode()).digest()


@dataclass
class NewsroomDriver:
    """Calls the use cases as one caller; `now` moves only when a test moves it."""

    database: Database
    token: str = OPERATOR
    person: str | None = None
    is_session: bool = False
    now: int = START
    told: list[Announcement] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.newsroom = Newsroom(self.database, lambda: Micros(self.now), ForetoldRandom(), LINKS, digest_of(OPERATOR))
        told = self.told
        self.database.subscribe(lambda commit: told.extend(commit.announcements))
        self.backoff = Backoff()
        self.made = 0

    def call(self, **conditions: Any) -> Call:
        return Call(credentials=self.token, is_session=self.is_session, **conditions)

    def as_holder_of(self, token: str) -> NewsroomDriver:
        """The same newsroom, seen by another caller; what it announces is told to both."""
        other = NewsroomDriver(self.database, token, now=self.now)
        other.told = self.told
        return other

    def story(self, title: str = "Election night", **fields: Any) -> dict[str, Any]:
        return body(stories.create_story(self.newsroom, self.call(), StoryDraft(title=title, **fields)))

    def patch_story(self, story: str, *, if_match: str = "*", **fields: Any) -> dict[str, Any]:
        return body(stories.edit_story(self.newsroom, self.call(if_match=if_match), story, StoryPatch(**fields)))

    def post(self, story: str, text: str | None = "Polls have closed.", **fields: Any) -> dict[str, Any]:
        self.now += 1_000_000
        return body(entries.create_entry(self.newsroom, self.call(), story, EntryDraft(text=text, **fields)))

    def put(self, story: str, external_id: str, **fields: Any) -> dict[str, Any]:
        self.now += 1_000_000
        return body(entries.upsert_entry(self.newsroom, self.call(), story, external_id, ExternalEntry(**fields)))

    def patch(self, entry: dict[str, Any], *, if_match: str = "*", **fields: Any) -> dict[str, Any]:
        self.now += 1_000_000
        call = self.call(if_match=if_match)
        return body(editing.edit_entry(self.newsroom, call, entry["story"], entry["id"], EntryPatch(**fields)))

    def act(self, action: str, entry: dict[str, Any], **particulars: Any) -> dict[str, Any]:
        """One of ACTIONS; what is scheduled is due in an hour unless told otherwise."""
        self.now += 1_000_000
        return body(ACTIONS[action](self.newsroom, self.call(), entry["story"], entry["id"], **particulars))

    def pin(self, story: str, *entries: dict[str, Any], until: str | None = None) -> dict[str, Any]:
        pins = [{"entry": entry["id"], "until": until} for entry in entries]
        return body(furniture.pin_entries(self.newsroom, self.call(), story, Pins.model_validate({"items": pins})))

    def key_points(self, story: str, *points: tuple[str, str | None]) -> dict[str, Any]:
        items = [{"text": text, "entry": entry} for text, entry in points]
        draft = KeyPoints.model_validate({"items": items})
        return body(furniture.set_key_points(self.newsroom, self.call(), story, draft))

    def freeze(self, story: str | None = None, *, frozen: bool = True) -> dict[str, Any]:
        """Freeze a story or the site, or thaw it."""
        return body(emergency.set_freeze(self.newsroom, self.call(), Freeze(story=story, frozen=frozen)))

    def due(self, later: int = 0) -> int | None:
        """Let so many microseconds pass, then let happen what is due; when more will be."""
        self.now += later
        return run_due_work(self.newsroom, self.backoff)

    def hire(self, role: str = "reporter", *, byline: str | None = "Ada Reporter", **token: Any) -> NewsroomDriver:
        """A new person with a token, at this newsroom."""
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
        """A new bot's token, at this newsroom."""
        draft = TokenDraft.model_validate({"label": "bot", "role": role, **token})
        return self.as_holder_of(body(tokens.create_token(self.newsroom, self.call(), draft))["token"])

    def audited(self) -> list[str]:
        """What was done, as the audit has it, in order."""
        with self.database.snapshot() as tx:
            return [row.change.action for row in list_audit(tx, AuditFilter(), below=None, limit=1_000)][::-1]

    def heads(self) -> list[int]:
        """How many events each story has had."""
        with self.database.snapshot() as tx:
            return list(tx.connection.execute(text("SELECT head_seq FROM public_stories ORDER BY story_id")).scalars())

    def events(self) -> list[dict[str, Any]]:
        """Every event told so far, decoded."""
        return [json.loads(event.json(BodyVariant.HTML)) for told in self.told for event in told.events]

    def summary(self) -> list[tuple[str, int]]:
        """The types and numbers of the events told so far."""
        return [(event["type"], event["seq"]) for event in self.events()]


ACTIONS: dict[str, Callable[..., Reply]] = {
    "submit": reviewing.submit_entry,
    "return": lambda *place, note=None: reviewing.return_entry(*place, note=note),
    "reject": lambda *place, note=None: reviewing.reject_entry(*place, note=note),
    "publish": releasing.publish_entry,
    "schedule": lambda newsroom, *place, publish_at=None: releasing.schedule_entry(
        newsroom, *place, publish_at=Micros(newsroom.clock() + HOUR) if publish_at is None else Micros(publish_at)
    ),
    "cancel": releasing.cancel_entry,
    "discard": releasing.discard_working_revision,
    "unpublish": lambda *place, note=None: taking_back.unpublish_entry(*place, note=note),
    "retract": lambda *place, reason="It was wrong.": taking_back.retract_entry(*place, reason=reason),
    "reinstate": taking_back.reinstate_entry,
    "remove": lambda *place, note=None: taking_back.remove_entry(*place, note=note),
    "correct": lambda *place, text="A word.", severity="correction": taking_back.correct_entry(
        *place, text=text, severity=severity
    ),
}


def body(reply: Reply) -> dict[str, Any]:
    """What a reply says."""
    decoded: dict[str, Any] = json.loads(reply.body)
    return decoded
