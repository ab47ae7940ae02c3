"""Backups that are made while everybody writes: each restores as one moment, with all that was acknowledged before."""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from liveblog_client.apply import State, seq_of
from liveblog_client.reader import Reader, Verdict, empty_state, receive
from tests.e2e.readers import fresh_state, held_state, reading_client
from tests.e2e.server import Server, make_story, serving
from tests.faults.tables import head_of, numbers_of
from tests.figures import Figures
from tests.pictures import png, require_decoder
from tests.postgres import PostgresServer
from tests.processes import Installation
from tests.storage.upkeep.archives import contents_of
from tests.waiting import await_true

pytestmark = pytest.mark.slow

Json = dict[str, Any]
WRITERS = 3
WARM_UP, WARM_UP_PICTURES = 10, 5
"""Rounds of each writer, and pictures, before each backup: so much at least it must have."""
ROUNDS_LIMIT = 20_000
"""A writer stops there, however long the backups take."""
PICTURES_LIMIT = 2_000
SEEDED, BATCH = 1_000, 100
"""Entries of a story that rests: a copy of the tables takes a while."""
SAY_SECONDS = 60
ANY = {"If-Match": "*"}


@dataclass(frozen=True, slots=True)
class Written:
    """One acknowledged write: a revision of an entry that readers have, or none any more."""

    story: str
    entry: str
    revision: int | None


@dataclass
class Writer:
    """Publishes, edits and removes without a pause, the same in two stories: first in the one, then in the other."""

    server: Server
    stories: tuple[str, str]
    name: str
    chance: random.Random
    stop: threading.Event
    acknowledged: list[Written] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)

    def write(self) -> None:
        """Write until told to stop."""
        standing: list[tuple[str, str]] = []
        with self.server.signed_in() as admin:
            for number in range(ROUNDS_LIMIT):
                if self.stop.is_set():
                    return
                first, second = (self._publish(admin, story, number) for story in self.stories)
                self.pairs.append((first, second))
                standing += zip(self.stories, (first, second), strict=True)
                if number % 3 == 0:
                    story, entry = self.chance.choice(standing)
                    body = {"text": f"{self.name} has corrected this in round {number}."}
                    edited = admin.patch(f"/v1/stories/{story}/entries/{entry}", json=body, headers=ANY)
                    assert edited.status_code == 200, edited.text
                    self.acknowledged.append(Written(story, entry, edited.json()["revision"]))
                if number % 5 == 4:
                    story, entry = standing.pop(self.chance.randrange(len(standing)))
                    removed = admin.post(f"/v1/stories/{story}/entries/{entry}/remove")
                    assert removed.status_code == 200, removed.text
                    self.acknowledged.append(Written(story, entry, None))

    def _publish(self, admin: httpx.Client, story: str, number: int) -> str:
        posted = admin.post(f"/v1/stories/{story}/entries", json={"text": f"{self.name} says {number}."})
        assert posted.status_code == 201, posted.text
        made = posted.json()
        self.acknowledged.append(Written(story, made["id"], made["revision"]))
        return str(made["id"])


@dataclass
class Upload:
    """One picture, when it was acknowledged, and when its deletion was begun and acknowledged, if it was."""

    id: str
    name: str
    kept_at: float
    deleting_at: float = float("inf")
    deleted_at: float = float("inf")


@dataclass
class Photographer:
    """Uploads pictures, shows one of three, and deletes one of three."""

    server: Server
    story: str
    stop: threading.Event
    uploads: list[Upload] = field(default_factory=list)

    def work(self) -> None:
        """Work until told to stop."""
        with self.server.signed_in() as admin:
            for number in range(PICTURES_LIMIT):
                if self.stop.is_set():
                    return
                content = png(60, 40, colour=(number % 256, number // 256, 7))
                made = admin.post("/v1/media", content=content, headers={"content-type": "image/png"})
                assert made.status_code == 201, made.text
                self.uploads.append(_upload_of(made.json()))
                if number % 3 == 0:
                    block = {"blocks": [{"type": "image", "media": self.uploads[-1].id}]}
                    assert admin.post(f"/v1/stories/{self.story}/entries", json=block).status_code == 201
                elif number % 3 == 2:
                    victim = self.uploads[-2]
                    victim.deleting_at = time.monotonic()
                    assert admin.delete(f"/v1/newsroom/media/{victim.id}").status_code == 200
                    victim.deleted_at = time.monotonic()


def _upload_of(made: Json) -> Upload:
    [name] = {each["url"].split("/")[-2] for each in made["renditions"]}
    return Upload(made["id"], name, time.monotonic())


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup: when its command was started and had ended, and what had been acknowledged before."""

    file: Path
    began_at: float
    ended_at: float
    acknowledged: list[Written]
    missing: set[str]


@dataclass(frozen=True, slots=True)
class Log:
    """All events of a story as one reader heard them live, and the state after each."""

    story: str
    states: dict[int, State] = field(default_factory=dict)
    seqs: dict[tuple[str, int | None], int] = field(default_factory=dict)

    @classmethod
    def of(cls, story: str, told: Sequence[str | bytes]) -> Log:
        """Make a log of messages that must leave out none."""
        log, reader = cls(story), Reader(empty_state(story))
        for text in told:
            message = json.loads(text)
            reader, verdict = receive(reader, message)
            assert verdict not in {Verdict.RESUME, Verdict.REPLACED}, message
            if "seq" in message:
                log.states[message["seq"]] = reader.state
                entry = message.get("entry") or {"id": message.get("id"), "revision": None}
                log.seqs[entry["id"], entry["revision"]] = message["seq"]
        assert list(log.states) == list(range(1, len(log.states) + 1))
        return log


@pytest.fixture(autouse=True)
def decoder() -> None:
    require_decoder()


@contextmanager
def _recording(server: Server, story: str, told: list[str | bytes]) -> Iterator[None]:
    """Keep every message that a reader of the story is told until the end of the block, from its first event on."""
    where = f"{server.url.replace('http', 'ws', 1)}/v1/stories/{story}/live?after=0"

    def record(socket: ClientConnection) -> None:
        with suppress(ConnectionClosed):  # of one that was lost, the head is waited for in vain
            told.extend(socket)

    with connect(where, proxy=None, compression=None, max_size=None, ping_interval=None) as socket:
        thread = threading.Thread(target=record, args=[socket], daemon=True)
        thread.start()
        yield
        head = _head(server, story)
        await_true(lambda: any(head in str(each) for each in told[-50:]), or_say=lambda: f"{head}: {told[-1:]}")
    thread.join(SAY_SECONDS)


def _head(server: Server, story: str) -> str:
    with server.reader() as reader:
        head: str = reader.get(f"/v1/stories/{story}").json()["head"]
    return head


def _seed(server: Server) -> str:
    story = make_story(server, "Last night")
    with server.signed_in() as admin:
        for first in range(0, SEEDED, BATCH):
            items = [{"text": f"Entry {number}", "text_format": "plain"} for number in range(first, first + BATCH)]
            answer = admin.post(f"/v1/stories/{story}/entries:batch", json={"items": items})
            assert {item["status"] for item in answer.json()["items"]} == {201}
    return story


def _await_work(
    writers: Sequence[Writer], photographer: Photographer, working: Sequence[Future[None]], number: int
) -> None:
    """Wait until all have done enough for the backup of that number, or one has failed."""

    def is_done() -> bool:
        rounds = min(len(each.pairs) for each in writers)
        return rounds >= number * WARM_UP and len(photographer.uploads) >= number * WARM_UP_PICTURES

    await_true(lambda: is_done() or any(each.done() and each.exception() for each in working), seconds=SAY_SECONDS)


def _back_up(server: Server, file: Path, writers: Sequence[Writer]) -> Backup:
    """Run the command once, beside writers who have written and go on writing."""
    command = Installation(server.data_dir, {"LIVEBLOG_DATABASE_URL": server.database_url})
    acknowledged = [written for writer in writers for written in tuple(writer.acknowledged)]
    began_at = time.monotonic()
    printed = command.check("backup", file)
    ended_at = time.monotonic()
    assert sum(len(writer.acknowledged) for writer in writers) > len(acknowledged), "nobody wrote meanwhile"
    return Backup(file, began_at, ended_at, acknowledged, _missing(printed))


def _missing(printed: str) -> set[str]:
    """List the uploads of which a command says that files are missing."""
    lines = [line.split("\t") for line in printed.splitlines()]
    return {line[1].partition("/")[0] for line in lines if line[0] == "missing"}


@contextmanager
def _empty_database(request: pytest.FixtureRequest, database_url: str, folder: Path) -> Iterator[str]:
    """The URL of another database of the same kind, in which there is nothing, not even tables."""
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{folder / 'data' / 'liveblog.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create_database()
    try:
        yield server.url(name)
    finally:
        server.drop_database(name)


def _require_one_moment(backup: Backup, url: str, logs: Sequence[Log], writers: Sequence[Writer]) -> None:
    """Compare the tables with the file and with each other: all was there that was acknowledged, and no half of it."""
    filed, restored = contents_of(f"sqlite:///{backup.file}"), contents_of(url)
    assert {name for name in filed if filed[name] != restored[name]} <= {"control"}
    heads = {log.story: head_of(url, log.story) for log in logs}
    seqs = {log.story: log.seqs for log in logs}
    for story, head in heads.items():
        assert list(numbers_of(url, story)) == list(range(1, head + 1))
    late = [each for each in backup.acknowledged if seqs[each.story][each.entry, each.revision] > heads[each.story]]
    assert late == [], "acknowledged before the command was started"
    for writer in writers:
        for entries in writer.pairs:
            first, second = (
                seqs[story][entry, 1] <= heads[story] for story, entry in zip(writer.stories, entries, strict=True)
            )
            assert first >= second, "what was acknowledged first is there if what was written next is"


def _require_equal(server: Server, source: Server, log: Log, head: int) -> None:
    """Compare a story as a restored server tells it with what it was at that number on the server it comes from."""

    async def read() -> Json:
        async with reading_client(server.url) as client:
            return await fresh_state(client, log.story, body="html", bound=None)

    now, then = _without_host(asyncio.run(read()), server), _without_host(held_state(log.states[head]), source)
    assert now.pop("head").split(".")[1:] == then.pop("head").split(".")[1:], "the same event in a new epoch"
    assert now == then


def _without_host(state: Json, server: Server) -> Json:
    plain: Json = json.loads(json.dumps(state).replace(server.url, ""))
    return plain


def _require_pictures(server: Server, backup: Backup, uploads: Sequence[Upload], missing: set[str]) -> None:
    """Fetch every file of the pictures that were there all the time, and none of those that were deleted before."""
    kept = [each for each in uploads if each.kept_at < backup.began_at and each.deleting_at > backup.ended_at]
    gone = [each for each in uploads if each.deleted_at < backup.began_at]
    assert kept
    assert gone
    assert not {each.name for each in kept} & (backup.missing | missing)
    with server.signed_in() as admin:
        for each in kept:
            media = admin.get(f"/v1/newsroom/media/{each.id}").json()
            for rendition in media["renditions"]:
                found = admin.get(rendition["url"])
                assert (found.status_code, len(found.content)) == (200, rendition["size"]), each
        assert {admin.get(f"/v1/newsroom/media/{each.id}").status_code for each in gone} <= {404, 410}


def test_each_backup_under_load_restores_to_one_moment_with_all_that_was_acknowledged_before_it(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path, figures: Figures
) -> None:
    backups: list[Backup] = []
    told: list[list[str | bytes]] = [[], []]
    stop = threading.Event()
    with serving(database_url, tmp_path, DRAIN_SECONDS="0") as server:
        resting = _seed(server)
        stories = (make_story(server), make_story(server, "Flood watch"))
        writers = [Writer(server, stories, f"Writer {n}", random.Random(n), stop) for n in range(WRITERS)]
        photographer = Photographer(server, stories[0], stop)
        with ExitStack() as stack, ThreadPoolExecutor(WRITERS + 1) as threads:
            for story, messages in zip(stories, told, strict=True):
                stack.enter_context(_recording(server, story, messages))
            working = [threads.submit(each.write) for each in writers] + [threads.submit(photographer.work)]
            try:
                for number in range(1, 1 + figures.choose(suite=2, prove=10)):
                    _await_work(writers, photographer, working, number)
                    backups.append(_back_up(server, tmp_path / f"{number}.backup", writers))
            finally:
                stop.set()
            for each in working:
                each.result()
        assert server.stop() == 0, server.log
        assert "Traceback" not in server.log
    logs = [Log.of(story, messages) for story, messages in zip(stories, told, strict=True)]
    for number, backup in enumerate(backups):
        folder = tmp_path / f"restored-{number}"
        folder.mkdir()
        with _empty_database(request, database_url, folder) as url:
            command = Installation(folder / "data", {"LIVEBLOG_DATABASE_URL": url})
            missing = _missing(command.check("restore", backup.file))
            _require_one_moment(backup, url, logs, writers)
            heads = [head_of(url, story) for story in stories]
            with serving(url, folder, DRAIN_SECONDS="0") as other:
                for log, head in zip(logs, heads, strict=True):
                    _require_equal(other, server, log, head)
                _require_pictures(other, backup, photographer.uploads, missing)
                assert seq_of(_head(other, resting)) == 1 + SEEDED
                with other.signed_in() as admin:
                    assert admin.post(f"/v1/stories/{stories[0]}/entries", json={"text": "Go on."}).status_code == 201
                assert other.stop() == 0, other.log
            assert head_of(url, stories[0]) == heads[0] + 1
