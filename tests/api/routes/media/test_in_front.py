"""What stands in front of files: a CDN in their addresses, and an nginx that sends them in our place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.composition.media_files import open_files
from app.media.folder_files import FolderFiles
from app.settings import Settings, UnusableSettings
from tests.api.routes.media.uploads import PNG, get, public_block, story_with, upload
from tests.api.server import PUBLIC_URL, Server, running
from tests.pictures import png

pytestmark = pytest.mark.anyio

CDN = "https://cdn.example/pictures"
LOCATION = "/kept-media"


async def test_a_cdn_is_in_every_address_that_readers_are_sent_and_in_none_that_is_stored(
    anyio_backend: str, sqlite_url: str, tmp_path: Path
) -> None:
    async with running(sqlite_url, tmp_path / "data") as server:
        media = await upload(server)
        story, entry = await story_with(server, media)
        image = {"image": {"media": media["id"]}}
        await server.admin.patch(f"/v1/stories/{story}", json=image, headers={"if-match": "*"})
        before = await _everything(server, story, entry["id"])
        assert f"{PUBLIC_URL}/media/" in before
    async with running(sqlite_url, tmp_path / "data", media_public_url=f"{CDN}/") as server:
        after = await _everything(server, story, entry["id"])
        assert f"{PUBLIC_URL}/media/" not in after
        assert after == before.replace(f"{PUBLIC_URL}/media/", f"{CDN}/")
        shown = await public_block(server, entry)
        files = [shown["url"], *(each["url"] for each in shown["renditions"])]
        for url in files:
            found = await get(server, url.replace(CDN, "/media"))  # as the CDN asks us
            assert (found.status_code, found.headers["surrogate-key"]) == (200, f"media-{url.split('/')[-2]}")
        drafts = (await server.admin.get(f"/v1/newsroom/media/{media['id']}")).json()
        assert drafts["url"].startswith(f"{PUBLIC_URL}/media-previews/")  # nothing that is not public is anybody else's


async def _everything(server: Server, story: str, entry: str) -> str:
    """What readers are sent of a story: state, page, one entry, the changes that are in memory or in the tables."""
    place = f"/v1/stories/{story}"
    found = []
    for path in (f"{place}?body=both", f"{place}/entries", f"{place}/entries/{entry}", f"{place}/changes?after=0"):
        reply = await server.client.get(path)
        assert reply.status_code == 200, reply.text
        found.append(reply.json())
    return json.dumps(found)


async def test_nginx_is_told_where_the_file_is_and_only_while_something_public_shows_it(
    anyio_backend: str, sqlite_url: str, tmp_path: Path
) -> None:
    async with running(sqlite_url, tmp_path / "data", media_accel_redirect=f"{LOCATION}/") as server:
        media = await upload(server)
        _, entry = await story_with(server, media)
        url = (await public_block(server, entry))["url"]
        told = await get(server, url)
        assert (told.status_code, told.content) == (200, b"")
        assert told.headers["content-type"] == "image/jpeg"
        assert told.headers["cache-control"].endswith("s-maxage=2, immutable")
        assert told.headers["content-disposition"].startswith("inline; filename=")
        assert "accept-ranges" not in told.headers  # it would be sent twice
        location = told.headers["x-accel-redirect"]
        assert location.startswith(f"{LOCATION}/")
        kept = tmp_path / "data" / "media" / location.removeprefix(f"{LOCATION}/")
        size = next(each["size"] for each in media["renditions"] if each["url"].endswith(url.rsplit("/", 1)[1]))
        assert len(kept.read_bytes()) == size
        preview = await get(server, media["url"])
        assert (preview.status_code, len(preview.content)) == (200, size)
        assert "x-accel-redirect" not in preview.headers
        for forged in ("/..%2f..%2fliveblog.db", "/640.webp%2f..", "/.incoming", "/640.webp/../../x.jpg"):
            hidden = await get(server, url.rsplit("/", 1)[0].replace(PUBLIC_URL, "") + forged)
            assert hidden.status_code in {400, 404}, forged
            assert "x-accel-redirect" not in hidden.headers
        await server.act("remove", entry)
        gone = await get(server, url)
        assert (gone.status_code, "x-accel-redirect" in gone.headers) == (404, False)
        assert (await server.admin.post("/v1/media", content=png(), headers=PNG)).status_code == 201


def test_nginx_sends_files_of_a_folder_and_from_a_location_alone(tmp_path: Path) -> None:
    made = Settings(data_dir=tmp_path, media_accel_redirect=LOCATION)
    assert isinstance(open_files(made), FolderFiles)
    with pytest.raises(UnusableSettings, match="LIVEBLOG_MEDIA_ACCEL_REDIRECT"):
        open_files(Settings(data_dir=tmp_path, media_accel_redirect=LOCATION, media_url="s3://pictures"))
    for wrong in ("kept-media", "/a/../b", "/a b", "/a\r\nX: y", "https://elsewhere.example/"):
        with pytest.raises(ValueError, match="no location of nginx"):
            Settings(data_dir=tmp_path, media_accel_redirect=wrong)
