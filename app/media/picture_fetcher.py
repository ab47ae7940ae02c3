"""Fetching a picture from another server, where a person asked for it: from public addresses, within limits.

A host is resolved once, every address it has must be public, and the connection goes to one of just these, so that a
name that changes its mind between the check and the connection (DNS rebinding) gains nothing. Redirects are followed
by hand, and checked as the first address was. Nothing is decompressed.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx

from app.media.public_addresses import FetchableAddress, NotPublic, check_address, is_public

MAX_REDIRECTS = 5
MOST_SILENCES = 4
"""Times in a row that a host may not answer; then it is asked for nothing more: its other pictures would wait too."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Returns the addresses of a host. Raises OSError where there is none."""


class NotFetched(Exception):
    """A picture that was not fetched; the message says why, as a sentence."""


@dataclass(frozen=True, slots=True)
class FetchedPicture:
    """A picture, with the type that its server says it has, and where it was in the end."""

    content: bytes
    content_type: str
    address: str


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """The limits of one picture: its bytes, and the seconds for all of it and for each connection."""

    bytes: int
    seconds: float = 30.0
    connect_seconds: float = 10.0


async def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host as the system's resolver has them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class PictureFetcher:
    """Fetches pictures, one or several at a time. Use it as an asynchronous context manager.

    `allowed` are pairs of an address and a port that count as public whatever they are: what a test listens on.
    """

    def __init__(
        self,
        limits: FetchLimits,
        *,
        agent: str,
        resolver: Resolve = resolve,
        allowed: frozenset[tuple[str, int]] = frozenset(),
        certificates: ssl.SSLContext | None = None,
    ) -> None:
        self._limits = limits
        self._resolver = resolver
        self._allowed = allowed
        self._silences: Counter[str] = Counter()
        """How often each host has not answered since it last did."""
        self._client = httpx.AsyncClient(
            headers={"User-Agent": agent, "Accept": "image/*", "Accept-Encoding": "identity"},
            verify=certificates or ssl.create_default_context(),
            timeout=httpx.Timeout(limits.seconds, connect=limits.connect_seconds),
            # One host's connection is not used for another at the same address, whose certificate nobody would check.
            limits=httpx.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=False,  # a proxy would resolve the name again, and connect where it likes
        )

    async def __aenter__(self) -> PictureFetcher:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def fetch(self, address: str) -> FetchedPicture:
        """Fetch the picture at an address. Raises NotFetched."""
        try:
            async with asyncio.timeout(self._limits.seconds):
                return await self._follow(address)
        except TimeoutError:
            raise NotFetched(f"It took longer than {self._limits.seconds:g} seconds.") from None
        except NotPublic as error:
            raise NotFetched(str(error)) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NotFetched(f"The server could not be reached, or broke off: {type(error).__name__}.") from None

    async def _follow(self, address: str) -> FetchedPicture:
        ports = frozenset(port for _, port in self._allowed)
        for _ in range(MAX_REDIRECTS + 1):
            checked = check_address(address, other_ports=ports)
            answer = await self._request(checked, address)
            if isinstance(answer, FetchedPicture):
                return answer
            following = _joined(address, answer)
            if checked.scheme == "https" and not following.startswith("https:"):
                raise NotFetched("It is redirected from https to an address that is not.")
            address = following
        raise NotFetched(f"It is redirected more than {MAX_REDIRECTS} times.")

    async def _request(self, checked: FetchableAddress, address: str) -> FetchedPicture | str:
        """Ask for a picture; return it, or where it is redirected to."""
        if self._silences[checked.host] >= MOST_SILENCES:
            raise NotFetched("Its server did not answer for other pictures: it was not asked for this one.")
        try:
            answer = await self._answer_of(checked)
        except (httpx.TimeoutException, asyncio.CancelledError):
            self._silences[checked.host] += 1
            raise
        del self._silences[checked.host]
        try:
            return await self._take(answer, address)
        finally:
            await answer.aclose()

    async def _answer_of(self, checked: FetchableAddress) -> httpx.Response:
        """Return the answer of the first of a host's addresses that can be connected to; its body has yet to come."""
        failure: httpx.TransportError | None = None
        for number in await self._resolved(checked.host, checked.port):
            host = f"[{number}]" if ":" in number else number
            request = self._client.build_request(
                "GET",
                f"{checked.scheme}://{host}:{checked.port}{checked.target}",
                headers={"Host": checked.host_header},
                extensions={"sni_hostname": checked.host},
            )
            try:
                return await self._client.send(request, stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error
        raise failure or NotFetched("Its host has no address.")

    async def _resolved(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host, all of which must be public. Raises NotPublic, NotFetched."""
        try:
            found = await self._resolver(host, port)
        except (OSError, UnicodeError):
            raise NotFetched("Its host is not known.") from None
        for number in found:
            if not is_public(number) and (number, port) not in self._allowed:
                raise NotPublic(f"{host[:80]} is at {number}, an address of a network's own.")
        return found[:4]

    async def _take(self, answer: httpx.Response, address: str) -> FetchedPicture | str:
        if answer.status_code in _REDIRECTS and "location" in answer.headers:
            return str(answer.headers["location"])[:4_096]
        if answer.status_code != httpx.codes.OK:
            raise NotFetched(f"The server answered {answer.status_code}.")
        content_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not content_type.startswith("image/"):
            raise NotFetched(f"It is no picture, but {content_type[:60] or 'of no type'}.")
        if answer.headers.get("content-encoding", "identity").lower() not in {"", "identity"}:
            raise NotFetched("It is compressed, though we asked for it as it is.")
        limit = self._limits.bytes
        length = answer.headers.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length[:20]) > limit:
            raise NotFetched(f"It has more than {limit:,} bytes.")
        taken = bytearray()
        async for piece in answer.aiter_raw():
            taken += piece
            if len(taken) > limit:
                raise NotFetched(f"It has more than {limit:,} bytes.")
        if not taken:
            raise NotFetched("There is nothing in it.")
        return FetchedPicture(bytes(taken), content_type, address)


def _joined(address: str, location: str) -> str:
    """Return where a redirect leads. Raises NotFetched."""
    try:
        return urljoin(address, location)
    except ValueError:
        raise NotFetched("It is redirected to what is no address.") from None
