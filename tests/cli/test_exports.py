"""A story is taken out of one installation and brought into another, and readers get the same of both."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.wire.export_lines import LineWriter
from tests.pictures import png, require_decoder
from tests.ports import reserved_port
from tests.processes import Installation

PATHS = (
    "/v1/stories",
    "/v1/stories/night",
    "/v1/stories/first-slug",
    "/v1/stories/night?body=blocks",
    "/v1/stories/night/entries?limit=100&body=both",
    "/v1/stories/night/entries?limit=3&order=oldest",
    "/v1/stories/night/entries?key_event=true",
    "/v1/stories/night/entries?tag=koln",
    "/v1/stories/night/changes?after=0",
    "/v1/stories/night/corrections",
    "/v1/stories/night/comments",
    "/v1/stories/night/structured-data",
    "/v1/stories/night/feed.atom",
    "/v1/stories/night/feed.rss",
    "/v1/stories/night/feed.json",
    "/stories/night",
    "/stories/night/fragment",
)


def fill(api: httpx.Client, *, pictures: bool) -> str:
    """Write a story in which what can happen to entries has happened; return its id."""
    draft = {
        "title": "Election night", "slug": "first-slug", "standfirst": "What we know", "tags": [{"label": "Elections"}],
        "intro": {"text": "An *intro*."}, "authors": [{"name": "Ada Lind"}],
    }  # fmt: skip
    story = str(api.post("/v1/stories", json=draft).json()["id"])
    path = f"/v1/stories/{story}/entries"

    def post(**members: object) -> str:
        reply = api.post(path, json=members)
        assert reply.status_code == 201, reply.text
        return str(reply.json()["id"])

    any_version = {"If-Match": "*"}
    first = post(text="Frist.", key_event=True, tags=[{"label": "Köln"}])
    api.patch(f"{path}/{first}", json={"text": "First."}, headers=any_version)
    api.post(f"{path}/{first}/corrections", json={"text": "It was the first."})
    retracted, removed, hidden = post(text="Wrong."), post(text="Gone."), post(text="Hidden.")
    api.post(f"{path}/{retracted}/retract", json={"reason": "Another town."})
    api.post(f"{path}/{removed}/remove", json={})
    api.post(f"{path}/{hidden}/unpublish", json={})
    post(
        text="> Words\n\nhttps://www.youtube.com/watch?v=dQw4w9WgXcQ\n\n| a | b |\n|---|---|\n| 1 | 2 |", headline="All"
    )
    post(text="A draft.", status="draft")
    if pictures:
        media = api.post("/v1/media", content=png(), headers={"content-type": "image/png"}).json()["id"]
        post(blocks=[{"type": "image", "media": media, "alt": "A hall", "caption": "The hall"}])
    discuss = {"settings": {"comments": {"mode": "moderated"}}}
    assert api.patch(f"/v1/stories/{story}", json=discuss, headers=any_version).status_code == 200
    comment = {"name": "Ann", "email": "ann@example.org", "text": "At last.", "entry": first}
    taken = api.post(f"/v1/stories/{story}/comments", json=comment)
    assert taken.status_code == 202, taken.text
    assert api.post(f"/v1/newsroom/comments/{taken.json()['id']}/approve", json={}).status_code == 200
    api.patch(f"/v1/stories/{story}", json={"settings": {"comments": {"mode": "off"}}}, headers=any_version)
    api.put(f"/v1/stories/{story}/pinned", json={"items": [{"entry": first}]})
    api.put(f"/v1/stories/{story}/key-points", json={"items": [{"text": "It began.", "entry": first}]})
    api.patch(f"/v1/stories/{story}", json={"slug": "night"}, headers=any_version)
    return story


def read_all(api: httpx.Client, entries: list[str]) -> dict[str, tuple[int, bytes]]:
    """Return every public answer about the story, without its epoch."""
    paths = [*PATHS, *(f"/v1/stories/night/entries/{entry}" for entry in entries)]
    answers = {
        path: api.get(path, headers={"Accept-Encoding": "identity", "X-Request-Id": "the-same"}) for path in paths
    }
    epoch = answers["/v1/stories/night"].json()["head"].partition(".")[0]
    return {
        path: (answer.status_code, answer.content.replace(epoch.encode(), b"EPOCH")) for path, answer in answers.items()
    }


@contextmanager
def serving(installation: Installation, port: int) -> Iterator[httpx.Client]:
    """Serve an installation, and open a client of it with the operator's rights."""
    with installation.serving(port) as server, server.client(installation.token) as api:
        yield api


@pytest.mark.slow
def test_every_public_answer_is_the_same_where_an_export_was_brought_in(
    installation: Installation, tmp_path: Path
) -> None:
    require_decoder()
    settings = {**installation.settings, "LIVEBLOG_PUBLIC_URL": "https://live.example"}
    here = Installation(installation.data_dir, settings)
    there = Installation(tmp_path / "there", settings)
    there.check("migrate")
    file = tmp_path / "night.ndjson"
    with reserved_port() as port, reserved_port() as other:
        with serving(here, port) as api:
            story = fill(api, pictures=True)
            done = here.run("export", "night", file, "--replies")
            assert done.returncode == 0, done.stderr
            assert file.stat().st_mode & 0o777 == 0o600
            folder = file.with_name(f"{file.name}.media")
            modes = {each: oct(each.stat().st_mode & 0o777) for each in [folder, *folder.rglob("*")]}
            assert modes == {each: "0o700" if each.is_dir() else "0o600" for each in modes}
            lines = [json.loads(line) for line in file.read_bytes().splitlines()]
            assert done.stdout == f"{file}\t{len(lines)}\n"
            assert [line["text"] for line in lines if line["kind"] == "comment"] == ["At last."]
            assert b"ann@example.org" not in file.read_bytes()
            entries = [line["entry"]["id"] for line in lines if line["kind"] == "entry"]
            before = read_all(api, entries)
            assert b"At last." in before["/stories/night"][1]
            assert here.run("export", "night", tmp_path / "pages", "--html", "--replies").returncode == 1
            assert "exists already" in here.run("export", "night", file).stderr
            audited = [item["action"] for item in api.get("/v1/newsroom/audit").json()["items"]]
            assert audited.count("export") == 1
            refused = here.run("import", file)
            assert (refused.returncode, refused.stdout) == (1, "")
            assert "A story with this id exists already." in refused.stderr
        brought = there.run("import", file)  # with no server beside it
        kinds = ("story_version", "entry", "version", "event", "comment")
        assert brought.stdout == f"{story}\tlive\t{sum(line['kind'] in kinds for line in lines)}\n"
        with serving(there, other) as api:
            assert read_all(api, entries) == before
            places = set(re.findall(rb"/media/([\w-]+/[0-9a-z]+\.webp)", before["/stories/night"][1]))
            assert {api.get(f"/media/{place.decode()}").status_code for place in places} == {200}
            again = there.run("import", file)  # with one
            assert again.stdout == f"{story}\tlive\t0\n"
            assert api.post("/v1/stories/night/entries", json={"text": "It goes on."}).status_code == 201
            audited = [item["action"] for item in api.get("/v1/newsroom/audit").json()["items"]]
            assert "import" in audited


def test_a_file_that_lies_leaves_nothing_and_says_where(installation: Installation, tmp_path: Path) -> None:
    file, damaged = tmp_path / "night.ndjson", tmp_path / "damaged.ndjson"
    with reserved_port() as port, serving(installation, port) as api:
        fill(api, pictures=False)
        installation.check("export", "night", file)
        lines = file.read_bytes().splitlines(keepends=True)
        damaged.write_bytes(b"".join([*lines[:5], lines[5].replace(b"a", b"b", 1), *lines[6:]]))
        there = Installation(tmp_path / "there", installation.settings)
        there.check("migrate")
        refused = there.run("import", damaged)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "Line 6: it, or the order of the lines, was changed" in refused.stderr
        damaged.write_bytes(b"".join(lines[:-1]))
        assert f"Line {len(lines):,}: the file ends before its end" in there.run("import", damaged).stderr
    with reserved_port() as port, serving(there, port) as api:
        assert api.get("/v1/newsroom/stories").json()["items"] == []


def test_pages_have_nothing_that_only_the_operator_may_read(installation: Installation, tmp_path: Path) -> None:
    """A reporter names an address of the newsroom as a picture: who exports may read it, and readers may not."""
    with reserved_port() as port, serving(installation, port) as api:
        address = f"http://127.0.0.1:{port}/media/../v1/newsroom/audit"
        api.post("/v1/stories", json={"title": "Night", "slug": "night", "status": "live"})
        block = {"type": "image", "url": address, "alt": "A hall"}
        assert api.post("/v1/stories/night/entries", json={"blocks": [block]}).status_code == 201
        done = installation.run("export", "night", tmp_path / "pages", "--html")
        assert done.returncode == 0, done.stderr
        read = {file: file.read_bytes() for file in (tmp_path / "pages").rglob("*") if file.is_file()}
        assert [file.name for file, content in read.items() if b'"items"' in content] == []
        assert f'<a href="{address}" rel="noopener">A hall</a>'.encode() in read[tmp_path / "pages" / "index.html"]


@pytest.mark.parametrize("another", [False, True])
def test_an_export_replaces_no_file_of_an_upload_that_is_here(
    installation: Installation, tmp_path: Path, another: bool
) -> None:
    """A file that somebody else made names a picture of ours, whose address readers know, with another beside it."""
    require_decoder()
    file, forged = tmp_path / "night.ndjson", tmp_path / "forged.ndjson"
    with reserved_port() as port, serving(installation, port) as api:
        fill(api, pictures=True)
        installation.check("export", "night", file)
        shutil.copytree(f"{file}.media", f"{forged}.media")
        writer, places = LineWriter(), []
        with forged.open("wb") as written:
            for line in map(json.loads, file.read_bytes().splitlines()):
                del line["sum"]
                if line["kind"] == "media":
                    media = line["media"]
                    media["id"] = str(uuid.uuid4()) if another else media["id"]
                    for each in media["renditions"]:
                        places.append(f"{media['name']}/{each['file']}")
                        beside = Path(f"{forged}.media", places[-1])
                        beside.write_bytes(beside.read_bytes() + b"forged")
                        each["size"] += len("forged")
                        line["digests"][each["file"]] = hashlib.sha256(beside.read_bytes()).hexdigest()
                written.write(writer.line(line))
        before = {place: api.get(f"/media/{place}").content for place in places}
        refused = installation.run("import", forged)
        assert (refused.returncode, refused.stdout) == (1, "")
        said = "Another upload has the id, or the address" if another else "A story with this id exists already"
        assert said in refused.stderr
        assert {place: api.get(f"/media/{place}").content for place in places} == before
        assert all(before.values())
