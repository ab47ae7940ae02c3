"""The same spellings through a real server and its own reading of requests: pages, sockets and event streams."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.contracts.spellings import SPELLINGS, TRICKS
from tests.contracts.tables import read_table
from tests.e2e.server import Server, make_story, serving

UPGRADE = """\
Connection: Upgrade\r
Upgrade: websocket\r
Sec-WebSocket-Version: 13\r
Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r
"""


SLUG = "election-night-2026"


def answered(server: Server, path: str, headers: str = "") -> str:
    """The status of the answer to exactly this path."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: live.example\r\n{headers}\r\n".encode())
        return connection.recv(4096).split(b" ", 2)[1].decode()


def test_a_server_answers_each_spelling_as_the_table_says(database_url: str, tmp_path: Path) -> None:
    with serving(database_url, tmp_path) as server:
        story = make_story(server, slug=SLUG)
        assert "\n".join(wrong_answers(server, story)) == ""
        assert answered(server, f"/v1/stories/{story}/live", UPGRADE) == "101"
        assert server.stop() == 0, server.log
        assert "Traceback" not in server.log
        assert '"error"' not in server.log


def wrong_answers(server: Server, story: str) -> list[str]:
    """What is answered otherwise than the table says."""
    wrong = []
    for trick, cells in read_table(TRICKS).items():
        spelt = SPELLINGS[trick.path](story)
        for path, headers, column in (
            (f"/v1/stories/{spelt}", "", "story"),
            (f"/v1/newsroom/stories/{spelt}", "Authorization: Bearer nonsense\r\n", "stranger"),
            (f"/stories/{SPELLINGS[trick.path](SLUG)}", "", "slug"),
            (f"/v1/stories/{spelt}/events", "", "stream"),
            (f"/v1/stories/{spelt}/live", UPGRADE, "socket"),
        ):
            found = answered(server, path, headers)
            if found != cells[column]:
                wrong.append(f"{trick.path} for a {column}: {found}, not {cells[column]}")
    return wrong
