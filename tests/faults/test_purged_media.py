"""Of a picture that was purged nothing is left under a real server: in no file, row, answer or line of its log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.server import make_story, serving
from tests.loopback import NO_CERTIFICATES
from tests.pictures import noise, png, require_decoder
from tests.storage.dumps import find_in, read_all_bytes
from tests.waiting import await_true

WORD = "xylophone"
HEADERS = {"content-type": "image/png"}
SCRUBBED_SECONDS = 20


@pytest.fixture(autouse=True)
def decoder() -> None:
    require_decoder()


def _upload(admin: httpx.Client, content: bytes, **words: str) -> dict[str, Any]:
    headers = {**HEADERS, "Idempotency-Key": f"upload-of-{len(content)}"}
    reply = admin.post("/v1/media", content=content, headers=headers, params=words, timeout=60)
    assert reply.status_code == 201, reply.text
    made: dict[str, Any] = reply.json()
    return made


def _purge(admin: httpx.Client, target: dict[str, Any]) -> dict[str, Any]:
    prepared = admin.post("/v1/newsroom/purge", json=target)
    assert prepared.status_code == 200, prepared.text
    done = admin.post("/v1/newsroom/purge/confirm", json={"confirm": prepared.json()["confirm"]})
    assert done.status_code == 200, done.text
    answer: dict[str, Any] = done.json()
    return answer


def _files(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, database and uploads alike."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("by", ["entry", "media"])
def test_the_bytes_and_the_words_of_a_picture_leave_the_files_and_every_answer(
    database_url: str, tmp_path: Path, by: str
) -> None:
    with serving(database_url, tmp_path) as server:
        story = make_story(server, slug="night")
        with (
            server.signed_in() as admin,
            httpx.Client(base_url=server.url, verify=NO_CERTIFICATES, timeout=40) as reader,
        ):
            media = _upload(admin, noise(200, 150), alt=f"The {WORD}", rights=f"Of {WORD}")
            other = _upload(admin, png(), alt="Harmless")
            blocks = [{"type": "image", "media": media["id"]}, {"type": "image", "media": other["id"]}]
            shown = admin.post(f"/v1/stories/{story}/entries", json={"blocks": blocks})
            kept = admin.post(f"/v1/stories/{story}/entries", json={"blocks": blocks[1:]})
            assert (shown.status_code, kept.status_code) == (201, 201)
            entry = shown.json()["id"]
            block = reader.get(f"/v1/stories/{story}/entries/{entry}?body=both").json()["blocks"][0]
            name = block["url"].split("/")[-2]
            files = [f"/media/{name}/{each['url'].rpartition('/')[2]}" for each in block["renditions"]]
            contents = [reader.get(path).content for path in files]
            middles = [content[len(content) // 2 :][:64] for content in contents]
            on_disk = b"".join(_files(server.data_dir).values())
            assert all(middle in on_disk for middle in middles)
            pages = [f"/v1/stories/{story}?body=both", f"/v1/stories/{story}/changes?after=0", "/stories/night"]
            assert all(name in reader.get(page).text for page in pages)
            done = _purge(admin, {"story": story, "entry": entry} if by == "entry" else {"media": media["id"]})
            assert [each["media"] for each in done["kept"]] == ([other["id"]] if by == "entry" else [])
            assert [path for path in _files(server.data_dir) if name in path] == [], "at once, with the answer"
            on_disk = b"".join(_files(server.data_dir).values())
            assert [middle for middle in middles if middle in on_disk] == []
            signed = media["url"][media["url"].index("/media-previews/") :]
            for path in [*files, signed]:
                assert reader.get(path).status_code == 404
            for page in pages:
                now = reader.get(page).text
                assert name not in now
                assert WORD not in now
            library = admin.get("/v1/newsroom/media").json()["items"]
            assert [each["id"] for each in library] == [other["id"]]
            assert admin.get(f"/v1/newsroom/media/{media['id']}").status_code == 404
            retried = {**HEADERS, "Idempotency-Key": f"upload-of-{len(noise(200, 150))}"}
            again = admin.post(
                "/v1/media", content=noise(200, 150), headers=retried,
                params={"alt": f"The {WORD}", "rights": f"Of {WORD}"},
            )  # fmt: skip
            assert (again.status_code, again.json()["code"]) == (410, "reply_removed")

            def left() -> dict[str, list[str]]:
                return find_in(read_all_bytes(database_url), [WORD, name])

            await_true(lambda: left() == {}, seconds=SCRUBBED_SECONDS, or_say=lambda: str(left()))
        assert server.stop() == 0, server.log
        assert WORD not in server.log
