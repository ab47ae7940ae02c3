"""The hold on a server that has the SQLite file to be copied: it is asked to take no writes, again and again."""

from __future__ import annotations

import secrets
import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from app.cli.control import BASE_URL, Refused, refusal_of
from app.cli.copying.controls import HOLD_SECONDS, PATH
from app.storage.copying.sources import DatabaseNotCopied

RENEW_SECONDS = HOLD_SECONDS / 6
CALL_SECONDS = 20.0
_LAPSED = "The server has taken writes again, since it had not heard of this command for too long: copy again."


@contextmanager
def hold_server(control: Path) -> Generator[ServerHold]:
    """Let the server at a control socket take no writes until the end of the block, or for good. Raises Refused."""
    with _client(control) as server:
        hold = ServerHold(server, f"{PATH}/{secrets.token_hex(16)}")
        hold.begin()
        try:
            yield hold
        finally:
            hold.end()


def reopen_by_server(control: Path) -> bool:
    """Let the server take writes again; return whether its database was closed. Raises Refused."""
    with _client(control) as server:
        return bool(_ask(server, "DELETE", PATH)["was_closed"])


class ServerHold:
    """A server that holds its writes back, told from a thread that the command is still there."""

    def __init__(self, server: httpx.Client, path: str) -> None:
        self._server = server
        self._path = path
        self._is_ended = threading.Event()
        self._failure: str | None = None
        self._renewing = threading.Thread(target=self._renew, name="hold", daemon=True)

    def begin(self) -> None:
        """Ask for it; when this returns no write is under way any more."""
        _ask(self._server, "POST", self._path)
        self._renewing.start()

    def require_held(self) -> None:
        """Raise DatabaseNotCopied once the server cannot be asked, or has taken writes again."""
        if self._failure is not None:
            raise DatabaseNotCopied(self._failure)

    def finish(self) -> None:
        """Let the server close its database for good. Raises DatabaseNotCopied."""
        self._stop_renewing()
        self.require_held()
        if not _ask(self._server, "POST", f"{self._path}/finish")["is_held"]:
            raise DatabaseNotCopied(_LAPSED)

    def end(self) -> None:
        """Let the server take writes again, unless its database is closed."""
        self._stop_renewing()
        with suppress(httpx.HTTPError):  # it has ended, or takes them by itself in a moment
            self._server.request("DELETE", self._path)

    def _stop_renewing(self) -> None:
        self._is_ended.set()
        self._renewing.join()

    def _renew(self) -> None:
        while not self._is_ended.wait(RENEW_SECONDS):
            try:
                if not _ask(self._server, "PUT", self._path)["is_held"]:
                    self._failure = _LAPSED
                    return
            except (httpx.HTTPError, Refused) as error:
                self._failure = f"The server that was to take no writes cannot be asked any more ({error}): copy again."
                return


def _client(control: Path) -> httpx.Client:
    # No certificates: to read every authority there is would take 19 ms, for a socket of our own.
    transport = httpx.HTTPTransport(uds=str(control), verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    return httpx.Client(transport=transport, base_url=BASE_URL, timeout=CALL_SECONDS, trust_env=False)


def _ask(server: httpx.Client, method: str, path: str) -> Any:
    answer = server.request(method, path)
    if not answer.is_success:
        raise Refused(refusal_of(answer))
    return answer.json()
