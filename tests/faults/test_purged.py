"""A purge under a real server: nothing left in files and answers while it runs, and whole or resumable when killed."""

from __future__ import annotations

import random
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, text

from tests.e2e.server import ADMIN_TOKEN, Server, make_story, serving
from tests.figures import Figures
from tests.loopback import NO_CERTIFICATES
from tests.storage.dumps import find_in, read_all_bytes
from tests.waiting import await_true

TEXT, NAME = "xylophone", "Wolpertinger"
SCRUBBED_SECONDS = 20


def _purge(admin: httpx.Client, target: dict[str, Any]) -> dict[str, Any]:
    prepared = admin.post("/v1/newsroom/purge", json=target)
    assert prepared.status_code == 200, prepared.text
    done = admin.post("/v1/newsroom/purge/confirm", json={"confirm": prepared.json()["confirm"]})
    assert done.status_code == 200, done.text
    counts: dict[str, Any] = done.json()
    return counts


def _post(admin: httpx.Client, story: str, number: int = 0) -> str:
    long = " ".join([f"{TEXT} and more of the same"] * 300)
    headers = {"Idempotency-Key": f"{story}-{number}"}
    answer = admin.post(f"/v1/stories/{story}/entries", json={"text": f"{long} {number}"}, headers=headers)
    assert answer.status_code == 201, answer.text
    entry: str = answer.json()["id"]
    return entry


def test_what_was_purged_leaves_the_files_and_every_answer_while_the_server_runs(
    database_url: str, tmp_path: Path
) -> None:
    with serving(database_url, tmp_path) as server:
        story = make_story(server, slug="night")
        with (
            server.signed_in() as admin,
            httpx.Client(base_url=server.url, verify=NO_CERTIFICATES, timeout=40) as reader,
        ):
            entries = [_post(admin, story, number) for number in range(5)]
            urls = [
                f"/v1/stories/{story}",
                f"/v1/stories/{story}?body=both",
                f"/v1/stories/{story}/entries?limit=3",
                f"/v1/stories/{story}/changes?after=0",
                "/stories/night",
                "/stories/night?embed",
                *(f"/stories/night/fragment{query}" for query in ("", "?mode=ticker", "?order=oldest&ad_every=2")),
                *(f"{of}/feed.{ending}" for of in ("", "/stories/night") for ending in ("atom", "rss", "json")),
                f"/v1/stories/{story}/entries/{entries[0]}",
                f"/v1/stories/{story}/structured-data",
                f"/stories/night/entries/{entries[0]}",
                f"/oembed?url={server.url}/stories/night/entries/{entries[0]}",
            ]
            before = {url: reader.get(url) for url in urls}
            assert all(TEXT in answer.text for answer in before.values())
            for entry in entries:
                _purge(admin, {"story": story, "entry": entry})
            for url, answer in before.items():
                now = reader.get(url, headers={"If-None-Match": answer.headers["ETag"]})
                assert now.status_code in {200, 410}, "the ETag is another one"
                assert TEXT not in now.text
            log = reader.get(f"/v1/stories/{story}/changes?after=0").json()["events"]
            assert [event["cause"] for event in log if event["type"] == "entry.removed"] == ["removed"] * 5
            newsroom = admin.get(f"/v1/newsroom/stories/{story}/entries/{entries[0]}/versions")
            assert TEXT not in newsroom.text
            assert newsroom.json()["items"][0]["action"] == "purge"

            def is_scrubbed() -> bool:
                return find_in(read_all_bytes(database_url), [TEXT]) == {}

            await_true(
                is_scrubbed, seconds=SCRUBBED_SECONDS, or_say=lambda: str(find_in(read_all_bytes(database_url), [TEXT]))
            )
        assert server.stop() == 0, server.log
        assert TEXT not in server.log


@pytest.mark.slow
@pytest.mark.parametrize("what", ["entry", "story"])
def test_a_purge_that_is_killed_is_whole_for_readers_and_its_text_goes_with_the_next(
    database_url: str, tmp_path: Path, figures: Figures, what: str
) -> None:
    """Killed at a moment before the commit or after it; the last round is killed right behind the answer."""
    rounds = figures.choose(quick=2, suite=6, prove=60)
    chance = random.Random(12)
    with serving(database_url, tmp_path) as server:
        for number in range(rounds):
            story = make_story(server, slug=f"night-{number}")
            with server.signed_in() as admin:
                entries = [_post(admin, story, each) for each in range(20)]
                target = {"story": story, "entry": entries[7]} if what == "entry" else {"story": story}
                confirm = admin.post("/v1/newsroom/purge", json=target).json()["confirm"]
            killed = _confirm_and_kill(server, confirm, None if number == rounds - 1 else chance.uniform(0.0, 0.08))
            visible, purged = _visible_and_purged(database_url, story)
            assert (visible, purged) in {(20, 0), (19, 1)} if what == "entry" else {(20, 0), (0, purged)}, killed
            assert not (killed == "answered" and purged == 0), "an acknowledged purge is on disk"
            server.start()
            with server.signed_in() as admin:
                _purge(admin, {"story": story})
        await_true(
            lambda: find_in(read_all_bytes(database_url), [TEXT]) == {},
            seconds=SCRUBBED_SECONDS,
            or_say=lambda: server.log,
        )
        assert server.stop() == 0, server.log


@pytest.mark.slow
def test_a_persons_purge_that_is_killed_goes_on_from_there(database_url: str, tmp_path: Path, figures: Figures) -> None:
    rounds = figures.choose(quick=2, suite=6, prove=40)
    chance = random.Random(12)
    with serving(database_url, tmp_path) as server:
        stories = [make_story(server, slug=f"night-{number}") for number in range(8)]
        for _ in range(rounds):
            with server.signed_in() as admin:
                added = {"name": NAME, "role": "reporter", "byline": f"By {NAME}", "email": "jabberwock@post.example"}
                person = admin.post("/v1/newsroom/people", json=added).json()["id"]
                author = {"id": person, "name": f"By {NAME}"}
                for story in stories:
                    for _each in range(3):
                        body = {"text": "Counted.", "authors": [author]}
                        assert admin.post(f"/v1/stories/{story}/entries", json=body).status_code == 201
                target = {"person": person, "bylines": True}
                confirm = admin.post("/v1/newsroom/purge", json=target).json()["confirm"]
            _confirm_and_kill(server, confirm, chance.uniform(0.0, 0.1))
            server.start()
            with server.signed_in() as admin:
                _purge(admin, target)
        await_true(
            lambda: find_in(read_all_bytes(database_url), [NAME, "jabberwock"]) == {},
            seconds=SCRUBBED_SECONDS,
            or_say=lambda: str(find_in(read_all_bytes(database_url), [NAME, "jabberwock"])),
        )
        assert server.stop() == 0, server.log


def _confirm_and_kill(server: Server, confirm: str, seconds: float | None) -> str:
    """Confirm, and kill the server after so many seconds, or at the answer; return what was answered."""
    answers: list[str] = []

    def ask() -> None:
        with (
            suppress(httpx.TransportError),
            httpx.Client(
                base_url=server.url,
                verify=NO_CERTIFICATES,
                headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
                timeout=40,
            ) as admin,
        ):
            answer = admin.post("/v1/newsroom/purge/confirm", json={"confirm": confirm})
            answers.append("answered" if answer.status_code == 200 else answer.text)

    asking = threading.Thread(target=ask)
    asking.start()
    if seconds is None:
        asking.join(timeout=30)
    else:
        time.sleep(seconds)  # the moment of the kill is what is tried
    server.kill()
    asking.join(timeout=30)
    assert set(answers) <= {"answered"}
    return answers[0] if answers else "killed"


def _visible_and_purged(database_url: str, story: str) -> tuple[int, int]:
    """Count both at one moment: what a killed server has sent to commit, PostgreSQL may be about to."""
    query = """SELECT (SELECT count(*) FROM public_entries WHERE story_id = :story AND visible),
      (SELECT count(*) FROM entries WHERE story_id = :story AND purged_at > 0)"""
    engine = create_engine(database_url)
    with engine.connect() as connection:
        visible, purged = connection.execute(text(query), {"story": story}).one()
    engine.dispose()
    return visible, purged
