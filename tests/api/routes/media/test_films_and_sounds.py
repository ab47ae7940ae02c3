"""Films and sounds as readers have them: shown in an entry, played from anywhere, gone when it is taken back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.api.routes.media.uploads import get, public_block
from tests.api.server import PUBLIC_URL, Server
from tests.media.pictures import write_sound, write_video

pytestmark = pytest.mark.anyio

FILMS = {
    "MP4": ("mp4", ("libx264", "aac"), "video/mp4", "video/mp4"),
    "MOV": ("mov", ("libx264", "aac"), "video/quicktime", "video/mp4"),
    "WebM": ("webm", ("libvpx", "libopus"), "video/webm", "video/webm"),
}
PIECE = 1_000


async def _is_public_and_gone_when_removed(server: Server, content: bytes, *, sent_as: str, served_as: str) -> str:
    """Publish an upload, play it in pieces, take it back; return the HTML that readers had."""
    reply = await server.admin.post("/v1/media", content=content, headers={"content-type": sent_as})
    assert reply.status_code == 201, reply.text
    media = reply.json()
    story = (await server.story())["id"]
    entry = await server.post(story, blocks=[{"type": media["kind"], "media": media["id"]}], text=None)
    block = await public_block(server, entry)
    assert block["type"] == media["kind"]
    addresses = set(re.findall(rf"{PUBLIC_URL}/media/[^\s\"<>]+", block["html"]))
    assert block["url"] in addresses
    whole = await get(server, block["url"])
    assert (whole.status_code, whole.headers["content-type"]) == (200, served_as)
    assert whole.headers["x-content-type-options"] == "nosniff"
    pieces = []
    for start in range(0, len(whole.content), PIECE):  # as players do
        part = await get(server, block["url"], range=f"bytes={start}-{start + PIECE - 1}")
        end = min(start + PIECE, len(whole.content)) - 1
        assert (part.status_code, part.headers["content-range"]) == (206, f"bytes {start}-{end}/{len(whole.content)}")
        pieces.append(part.content)
    assert b"".join(pieces) == whole.content
    for address in addresses:
        assert (await get(server, address)).status_code == 200, address
    await server.act("remove", entry)
    for address in addresses:
        assert (await get(server, address)).status_code == 404, address
    html: str = block["html"]
    return html


@pytest.mark.parametrize("name", list(FILMS))
async def test_a_film_is_played_from_anywhere_and_has_its_poster(server: Server, tmp_path: Path, name: str) -> None:
    container, codecs, sent_as, served_as = FILMS[name]
    write_video(tmp_path / "film", container, codecs, words="jabberwock")
    content = (tmp_path / "film").read_bytes()
    assert b"jabberwock" in content
    html = await _is_public_and_gone_when_removed(server, content, sent_as=sent_as, served_as=served_as)
    assert "<video" in html
    assert re.search(r'poster="[^"]+\.jpg"', html)


async def test_a_sound_is_played_from_anywhere(server: Server, tmp_path: Path) -> None:
    write_sound(tmp_path / "sound")
    content = (tmp_path / "sound").read_bytes()
    html = await _is_public_and_gone_when_removed(server, content, sent_as="audio/mpeg", served_as="audio/mpeg")
    assert "<audio" in html
