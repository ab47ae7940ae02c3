"""Fetching pictures: a server on loopback that answers as a test says, found by an injected resolver."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from app.media.picture_fetcher import MOST_SILENCES, FetchedPicture, FetchLimits, NotFetched, PictureFetcher
from tests.loopback import NO_CERTIFICATES

pytestmark = pytest.mark.anyio

PICTURE = b"\x89PNG\r\n\x1a\n" + b"p" * 500
OK = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n"
Write = Callable[[asyncio.StreamWriter], Awaitable[None]]


def _whole(head: bytes = OK, body: bytes = PICTURE) -> bytes:
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def _redirect(location: str, code: int = 302) -> bytes:
    return f"HTTP/1.1 {code} Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


@dataclass(slots=True)
class Site:
    """A server whose answers are said by path; `asked` are the requests it has had, `looked_up` the hosts."""

    port: int = 0
    answers: dict[str, bytes | Write] = field(default_factory=dict)
    asked: list[bytes] = field(default_factory=list)
    names: dict[str, list[list[str]]] = field(default_factory=dict)
    looked_up: list[str] = field(default_factory=list)

    async def resolve(self, host: str, port: int) -> list[str]:
        """Return what a name is at: of several answers each once, the last for ever."""
        self.looked_up.append(host)
        answers = self.names.get(host, [["127.0.0.1"]])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def fetcher(self, *, allowed: bool = True, most: int = 4_000, seconds: float = 5.0) -> PictureFetcher:
        """Make a fetcher that may connect to this server, and to nothing else that is not public."""
        return PictureFetcher(
            FetchLimits(most, seconds, seconds),
            agent="test",
            resolver=self.resolve,
            allowed=frozenset({("127.0.0.1", self.port)} if allowed else {("127.0.0.2", self.port)}),
            certificates=NO_CERTIFICATES,
        )

    async def fetch(self, path: str, *, host: str = "a.example", **limits: float) -> FetchedPicture:
        """Fetch a path of this server by a name."""
        async with self.fetcher(**limits) as fetcher:  # type: ignore[arg-type]
            return await fetcher.fetch(f"http://{host}:{self.port}{path}")


@asynccontextmanager
async def _serving() -> AsyncIterator[Site]:
    site = Site()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            site.asked.append(head)
            given = site.answers[head.split()[1].decode()]
            if isinstance(given, bytes):
                writer.write(given)
                await writer.drain()
            else:
                await given(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.append(asyncio.create_task(answer(reader, writer)))

    answering: list[asyncio.Task[None]] = []
    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    async with server:
        try:
            yield site
        finally:
            for task in answering:
                task.cancel()
            await asyncio.gather(*answering, return_exceptions=True)


async def test_a_picture_is_fetched_from_the_one_address_that_its_host_was_resolved_to() -> None:
    async with _serving() as site:
        site.answers["/a.png?w=2"] = _whole()
        found = await site.fetch("/a.png?w=2#x")
    assert (found.content, found.content_type) == (PICTURE, "image/png")
    assert site.looked_up == ["a.example"]
    head = site.asked[0].lower()
    assert f"host: a.example:{site.port}".encode() in head
    assert b"accept-encoding: identity" in head


async def test_a_host_with_one_address_that_is_not_public_is_never_connected_to() -> None:
    async with _serving() as site:
        site.names["a.example"] = [["127.0.0.1", "10.0.0.1"]]
        with pytest.raises(NotFetched, match=r"a\.example is at 10\.0\.0\.1, an address of a network's own"):
            await site.fetch("/a.png")
        with pytest.raises(NotFetched, match=r"127\.0\.0\.1, an address of a network's own"):
            async with site.fetcher(allowed=False) as fetcher:
                await fetcher.fetch(f"http://b.example:{site.port}/a.png")
    assert site.asked == []


async def test_a_name_that_changes_its_mind_is_asked_once_for_each_connection() -> None:
    """DNS rebinding: a public address for the check, one's own for the connection. There is no second question."""
    async with _serving() as site:
        site.answers["/a.png"] = _whole()
        site.names["a.example"] = [["127.0.0.1"], ["169.254.169.254"]]
        await site.fetch("/a.png")
        assert site.looked_up == ["a.example"]
        with pytest.raises(NotFetched, match="network's own"):
            await site.fetch("/a.png")
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("http://127.0.0.1/secret", "network's own"),
        ("http://[::1]/secret", "network's own"),
        ("http://2130706433/", "is a number"),
        ("//localhost/", "network's own"),
        ("http://own.example/", "own.example is at 10.1.2.3"),
        ("http://b.example:25/", "Port 25"),
        ("http://user:pass@b.example/", "name and password"),
        ("file:///etc/passwd", "plain http"),
        ("http://b.example/\r\nX: y", "broke off"),
        ("http://[", "no address"),
    ],
)
async def test_a_redirect_is_checked_as_the_first_address_was(target: str, sentence: str) -> None:
    async with _serving() as site:
        site.answers["/a.png"] = _redirect(target.replace("\r\n", "\x00"))
        site.names["own.example"] = [["10.1.2.3"]]
        with pytest.raises(NotFetched, match=sentence):
            await site.fetch("/a.png")
    assert len(site.asked) == 1


async def test_redirects_are_followed_to_an_end_and_no_further() -> None:
    async with _serving() as site:
        site.answers |= {f"/{n}": _redirect(f"/{n + 1}", 301 + n % 2) for n in range(10)} | {"/5": _whole()}
        assert (await site.fetch("/0")).address == f"http://a.example:{site.port}/5"
        site.answers["/5"] = _redirect("/6")
        with pytest.raises(NotFetched, match="more than 5 times"):
            await site.fetch("/0")
        site.answers["/loop"] = _redirect("/loop")
        with pytest.raises(NotFetched, match="more than 5 times"):
            await site.fetch("/loop")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (_whole(body=b"p" * 4_001), "more than 4,000 bytes"),
        (OK + b"\r\n" + b"p" * 9_000, "more than 4,000 bytes"),
        (
            OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"fa0\r\n" + b"p" * 4_000 + b"\r\n1\r\np\r\n0\r\n\r\n",
            "more than 4,000",
        ),
        (_whole(OK + b"Content-Encoding: gzip\r\n", gzip.compress(b"\0" * 1_000_000, mtime=0)), "compressed"),
        (_whole(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"), "no picture, but text/html"),
        (_whole(b"HTTP/1.1 200 OK\r\n"), "no picture, but of no type"),
        (_whole(b"HTTP/1.1 404 Not Found\r\nContent-Type: image/png\r\n"), "answered 404"),
        (_whole(body=b""), "nothing in it"),
        (OK + b"Content-Length: 900\r\n\r\nshort", "broke off: RemoteProtocolError"),
        (b"SSH-2.0-OpenSSH\r\n", "broke off: RemoteProtocolError"),
        (OK + b"X: " + b"x" * 200_000 + b"\r\n\r\n", "broke off: RemoteProtocolError"),
    ],
)
async def test_what_is_no_picture_or_over_a_limit_is_refused(answer: bytes, sentence: str) -> None:
    async with _serving() as site:
        site.answers["/a.png"] = answer
        with pytest.raises(NotFetched, match=sentence):
            await site.fetch("/a.png")


async def test_a_server_that_is_slow_byte_by_byte_is_given_up_after_the_whole_time() -> None:
    """Each byte comes in time; a limit of each read alone would wait for ever."""

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"Content-Length: 4000\r\n\r\n")
        while True:
            writer.write(b"p")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with _serving() as site:
        site.answers["/a.png"] = drip
        with pytest.raises(NotFetched, match=r"longer than 0\.3 seconds"):
            await site.fetch("/a.png", seconds=0.3)


async def test_a_host_that_has_been_silent_is_not_waited_for_with_each_of_its_pictures() -> None:
    silence = asyncio.Event()

    async def say_nothing(_: asyncio.StreamWriter) -> None:
        await silence.wait()

    async with _serving() as site:
        site.answers |= {"/silent.png": say_nothing, "/a.png": _whole()}
        async with site.fetcher(seconds=0.5) as fetcher:

            async def ask(path: str, sentence: str, host: str = "a.example") -> None:
                with pytest.raises(NotFetched, match=sentence):
                    await fetcher.fetch(f"http://{host}:{site.port}{path}")

            for _ in range(MOST_SILENCES - 1):
                await ask("/silent.png", "longer than")
            await fetcher.fetch(f"http://a.example:{site.port}/a.png")  # so it is there
            for _ in range(MOST_SILENCES):
                await ask("/silent.png", "longer than|could not be reached")
            asked = len(site.asked)
            await ask("/a.png", "did not answer for other pictures")
            assert len(site.asked) == asked
            await fetcher.fetch(f"http://b.example:{site.port}/a.png")  # another host is another matter


async def test_a_host_that_does_not_answer_or_does_not_exist_is_said() -> None:
    async def nobody(host: str, port: int) -> list[str]:
        raise OSError(host)

    async with _serving() as site:
        unused = site.port
    with pytest.raises(NotFetched, match="could not be reached"):
        await site.fetch("/a.png")
    async with PictureFetcher(FetchLimits(10), agent="test", resolver=nobody, certificates=NO_CERTIFICATES) as fetcher:
        with pytest.raises(NotFetched, match="host is not known"):
            await fetcher.fetch("http://a.example/a.png")
    assert unused == site.port


async def test_no_connection_is_used_for_another_host_at_the_same_address() -> None:
    """Over TLS the certificate is that of the host for which it was opened."""
    asked: list[int] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = len(asked)
        asked.append(0)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while await reader.readuntil(b"\r\n\r\n"):
                asked[number] += 1
                writer.write(_whole())
                await writer.drain()
        writer.close()

    site = Site()
    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    async with server, site.fetcher() as fetcher:
        for host in ("a.example", "b.example"):
            assert (await fetcher.fetch(f"http://{host}:{site.port}/a.png")).content == PICTURE
        assert asked == [1, 1]
