"""The greeting that a server prints once it answers: four lines or five, each ready to be opened or pasted.

Where the log is JSON it is one line of that form.
"""

from __future__ import annotations

import json
import os
import shlex
import socket
import ssl
import sys
from pathlib import Path
from typing import Literal
from urllib.parse import urlencode

import httpx
import typer

from app.jobs.demo_story import DEMO_SLUG
from app.logs import write_line

ANSWER_SECONDS = 10.0

_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""No certificates for our own socket: to read every authority there is would take 19 ms of each start."""


class Greeting:
    """The lines of the greeting. The token is printed only on request: logs are kept and read by many."""

    def __init__(
        self,
        public_url: str,
        token: str | None,
        token_file: Path | None,
        *,
        show_token: bool,
        form: Literal["console", "json"] = "console",
        serves_demo: bool = False,
    ) -> None:
        """`serves_demo`: there is a page `/demo`. `token` is None where another node has it.

        `token_file` contains it, for a line that reads it from there; None if it was set by hand.
        """
        self._form = form
        self._public_url = public_url
        self._token = token
        self._token_file = token_file
        self._show_token = show_token
        self._serves_demo = serves_demo

    async def show_when_answered(self, listener: socket.socket) -> None:
        """Print the lines once the server answers through its own socket. Raises httpx.HTTPError if it does not."""
        async with httpx.AsyncClient(
            base_url=_address(listener), timeout=ANSWER_SECONDS, trust_env=False, verify=_NO_CERTIFICATES
        ) as client:
            (await client.get("/healthz")).raise_for_status()
            has_demo = (await client.get(f"/v1/stories/{DEMO_SLUG}")).is_success
        if self._form == "json":
            write_line("serving", form="json", stream=sys.stdout, **self.members(has_demo=has_demo))
        else:
            typer.echo("\n".join(self.lines(has_demo=has_demo)))

    def lines(self, *, has_demo: bool) -> list[str]:
        """Return the lines for a person."""
        titles = {"readers_page": "Reader's page", "newsroom": "Newsroom", "token": "Token", "post": "Post"}
        members = self.members(has_demo=has_demo)
        lines = [f"{title:<13}  {members[name]}" for name, title in titles.items()]
        if "demo" in members:
            lines.append(f"{'Demo':<13}  {members['demo']}{self._demo_fragment()}")
        return lines

    def members(self, *, has_demo: bool) -> dict[str, str]:
        """Return what there is to know: the reader's page, the newsroom, the token, a command that posts, the demo."""
        members = {
            "readers_page": f"{self._public_url}{f'/stories/{DEMO_SLUG}' if has_demo else '/'}",
            "newsroom": f"{self._public_url}/newsroom",
            "token": self._token if self._show_token and self._token else self._token_location(),
            "post": self._curl(has_demo=has_demo),
        }
        return members | ({"demo": f"{self._public_url}/demo"} if self._serves_demo and has_demo else {})

    def _demo_fragment(self) -> str:
        """Return what the page takes out of its address: the token, and which process a visitor with it may kill.

        No browser sends a fragment, and no log has one.
        """
        if not self._show_token or self._token is None:
            return ""
        return f"#{urlencode({'token': self._token, 'pid': os.getpid()})}"

    def _token_location(self) -> str:
        if self._token is None:
            return "the one of the node that was first on this database; or set LIVEBLOG_ADMIN_TOKEN on every node"
        return f"in {self._token_file}" if self._token_file else "the one in LIVEBLOG_ADMIN_TOKEN"

    def _curl(self, *, has_demo: bool) -> str:
        header = f"curl -H {self._authorization()}"
        if has_demo:
            text = shlex.quote("text=Hello from the command line.")
            return f"{header} --data-urlencode {text} {self._public_url}/v1/stories/{DEMO_SLUG}/entries"
        title = shlex.quote(json.dumps({"title": "My first live blog"}))
        return f"{header} -H 'Content-Type: application/json' -d {title} {self._public_url}/v1/stories"

    def _authorization(self) -> str:
        if self._show_token and self._token is not None:
            return shlex.quote(f"Authorization: Bearer {self._token}")
        if self._token_file:
            return f'"Authorization: Bearer $(cat {shlex.quote(str(self._token_file))})"'
        return '"Authorization: Bearer $LIVEBLOG_ADMIN_TOKEN"'


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    if listener.family == socket.AF_INET6:
        return f"http://[{'::1' if host == '::' else host}]:{port}"
    return f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104 - compared, not listened on
