"""Pictures of an import: fetched where a person asked for it, from a server that a test allows, and kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.cli.imports.pictures import fetch_pictures, upload_id
from app.domain.identifiers import is_uuid4
from app.importers.foreign import SourceFile
from app.importers.sources import Source
from app.media.picture_fetcher import FetchLimits, PictureFetcher
from tests.cli.imports import Imports, importing
from tests.importers.files import made_file
from tests.loopback import NO_CERTIFICATES
from tests.pictures import png, require_decoder

pytestmark = pytest.mark.anyio


@dataclass(slots=True)
class OldSystem:
    """The other system's server of pictures; `asked` are the paths that were fetched."""

    port: int = 0
    answers: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def address(self, path: str) -> str:
        """Return the address of a picture, as the file has it."""
        return f"http://old.example:{self.port}{path}"

    def fetcher(self) -> PictureFetcher:
        """Make a fetcher that finds every name here, and may connect to nothing else."""

        async def resolve(host: str, port: int) -> list[str]:
            return ["10.0.0.1" if host == "intranet.example" else "127.0.0.1"]

        allowed = frozenset({("127.0.0.1", self.port)})
        limits = FetchLimits(100_000, 5, 5)
        return PictureFetcher(limits, agent="test", resolver=resolve, allowed=allowed, certificates=NO_CERTIFICATES)

    def files(self) -> list[SourceFile]:
        """Make a live blog that shows the pictures."""
        pictures = {
            "1": self.address("/pier.png"),
            "2": self.address("/gone.png"),
            "3": "http://intranet.example/secret.png",
            "4": self.address("/page.html"),
            "5": self.address("/pier.png"),
        }
        items: list[Any] = [
            {
                "id": number,
                "content_html": f'<figure><img src="{address}" alt="A pier"><figcaption>At noon</figcaption></figure>',
                "date_published": f"2026-11-03T20:0{number}:00Z",
            }
            for number, address in pictures.items()
        ]
        feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Storm", "home_page_url": "https://a.example/"}
        return [made_file("feed.json", {**feed, "items": items})]


@contextmanager
def _old_system() -> Iterator[OldSystem]:
    old = OldSystem(answers={"/pier.png": png(64, 48), "/page.html": b"<html>"})

    class Pictures(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            old.asked.append(self.path)
            content = old.answers.get(self.path)
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Type", "image/png")
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Pictures) as site:
        old.port = site.server_port
        thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield old
        finally:
            site.shutdown()
            thread.join()


async def _pictures(imports: Imports) -> list[dict[str, Any]]:
    slug = imports.results[0].outcome.slug
    page = (await imports.server.client.get(f"/v1/stories/{slug}/entries?body=blocks&order=oldest")).json()
    return [entry["blocks"][0] for entry in page["items"]]


async def test_pictures_are_fetched_once_and_kept_and_what_is_not_fetched_is_said_and_stays(
    sqlite_url: str, tmp_path: Path
) -> None:
    require_decoder()
    with _old_system() as old:
        async with importing(sqlite_url, tmp_path) as imports, old.fetcher() as fetcher:
            await imports.run(Source.JSON_FEED, old.files(), fetcher=fetcher)
            [result] = imports.results
            assert sorted(old.asked) == ["/gone.png", "/page.html", "/pier.png"]
            reasons = {address.rpartition("/")[2]: reason for address, reason in result.not_fetched.items()}
            assert reasons.keys() == {"gone.png", "secret.png", "page.html"}
            assert reasons["gone.png"] == "The server answered 404."
            assert "intranet.example is at 10.0.0.1" in reasons["secret.png"]
            assert "picture" in reasons["page.html"] or "file" in reasons["page.html"]
            shown = await _pictures(imports)
            assert [block["url"].startswith("https://live.example/media/") for block in shown] == [
                *(True, False, False, False, True),
            ]
            assert (shown[0]["alt"], shown[0]["caption"], shown[0]["width"]) == ("A pier", "At noon", 64)
            assert (await imports.server.client.get(shown[0]["url"])).status_code == 200

            # A later run fetches what is missing alone, and without being asked for pictures it keeps them.
            old.answers["/gone.png"] = png(32, 32)
            old.asked.clear()
            await imports.run(Source.JSON_FEED, old.files())
            assert (old.asked, imports.counts, imports.reports[0].plan) == ([], (0, 0, 5, 0), {"same": 5})
            assert await _pictures(imports) == shown


async def test_without_being_asked_nothing_is_fetched(sqlite_url: str, tmp_path: Path) -> None:
    with _old_system() as old:
        async with importing(sqlite_url, tmp_path) as imports:
            await imports.run(Source.JSON_FEED, old.files())
            assert next(block["url"] for block in await _pictures(imports)) == old.address("/pier.png")
            assert imports.reports[0].as_json()["pictures"] == 4
        assert old.asked == []


async def test_an_upload_that_the_server_does_not_answer_is_said_and_the_others_are_kept() -> None:
    with _old_system() as old:
        paths = ("/pier.png", "/quay.png", "/mole.png")
        old.answers |= dict.fromkeys(paths, png(8, 8))
        addresses = [old.address(path) for path in paths]
        failures = {upload_id(addresses[0]): httpx.ReadTimeout, upload_id(addresses[1]): httpx.ReadError}

        def answer(request: httpx.Request) -> httpx.Response:
            failure = failures.get(request.url.params["id"])
            if failure is not None:
                raise failure("away")
            return httpx.Response(201, json={})

        transport = httpx.MockTransport(answer)
        async with httpx.AsyncClient(transport=transport, base_url="http://liveblog") as api, old.fetcher() as fetcher:
            uploads, reasons = await fetch_pictures(api, fetcher, addresses, progress=lambda _, __: None)
    assert [*uploads] == [addresses[2]]
    assert reasons == {
        addresses[0]: "It was fetched, and the server did not answer: ReadTimeout.",
        addresses[1]: "It was fetched, and the server did not answer: ReadError.",
    }


def test_the_upload_of_an_address_has_one_id_which_is_an_id() -> None:
    ids = {upload_id(f"https://a.example/{number}.jpg") for number in range(50)}
    assert len(ids) == 50
    assert all(map(is_uuid4, ids))
    assert upload_id("https://a.example/1.jpg") in ids
