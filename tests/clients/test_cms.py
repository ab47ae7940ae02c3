"""Each block of docs/cms.md, run against a real server that goes away and comes back, or compiled as it stands."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.clients.packages import PACKAGE, ROOT, require_recipe_tools
from tests.clients.stories import fresh, post
from tests.description.tools import run_tool
from tests.e2e.server import Server, make_story
from tests.needs import require

pytestmark = pytest.mark.timeout(600)  # the first run installs what the lock files name

CMS = (ROOT / "docs" / "cms.md").read_text(encoding="utf-8")
BLOCKS: dict[str, str] = dict(re.findall(r"^```\w+ (\S+)\n(.*?)^```$", CMS, re.MULTILINE | re.DOTALL))
RUN = ("liveblog.mjs", "liveblog-source.mjs", "ghost.mjs")
COMPILED = ("LiveArticle.tsx", "article.tsx")

FOLLOW = """
import { liveStory } from "./liveblog.mjs";
import readline from "node:readline";
let asked = 0;
const real = globalThis.fetch;
globalThis.fetch = (...all) => { asked += 1; return real(...all); };
console.warn = () => {};
const began = Date.now();
for await (const line of readline.createInterface({ input: process.stdin })) {
  const [story, shift] = JSON.parse(line);
  Date.now = () => began + shift; // however long this machine takes
  console.log(JSON.stringify({ ...await liveStory(story), asked }));
}
"""


def test_every_block_has_a_name_and_a_test() -> None:
    assert len(re.findall(r"^```\w", CMS, re.MULTILINE)) == len(BLOCKS)
    assert sorted(BLOCKS) == sorted((*RUN, *COMPILED))


@pytest.fixture
def folder(server: Server, tmp_path: Path) -> Path:
    """A folder with every block, in which the server is the real one."""
    require("Node.js", found=shutil.which("node") is not None, reason="install the nodejs package")
    patient = ("GIVE_UP_MS = 1_000", "GIVE_UP_MS = 20_000")  # a machine that tests share is slow at times
    assert patient[0] in BLOCKS["liveblog.mjs"]
    for name, block in BLOCKS.items():
        text = block.replace("https://live.example", server.url).replace(*patient)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.slow
def test_a_story_is_a_second_old_at_most_and_stands_while_the_server_is_away(server: Server, folder: Path) -> None:
    story = make_story(server)
    post(server, story, "First.")
    (folder / "follow.mjs").write_text(FOLLOW, encoding="utf-8")
    with subprocess.Popen(
        ["node", "follow.mjs"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None

        def ask(seconds_later: float = 0) -> dict[str, Any]:
            assert running.stdin is not None
            assert running.stdout is not None
            running.stdin.write(json.dumps([story, seconds_later * 1_000]) + "\n")
            running.stdin.flush()
            told: dict[str, Any] = json.loads(running.stdout.readline())
            return told

        first = ask()
        assert "First." in first["html"]
        assert first["modified"] == fresh(server, story)["last_entry_at"]
        assert ask()["asked"] == 1  # within the second
        again = ask(100)
        assert (again["asked"], again["html"], again["etag"]) == (2, first["html"], first["etag"])
        post(server, story, "Second.")
        assert "Second." in ask(200)["html"]

        server.kill()
        away = [ask(300), ask(300), ask(300)]
        assert [each["asked"] for each in away] == [4, 4, 4]
        assert all("Second." in each["html"] for each in away)
        assert ask(310)["failures"] == 2
        server.start()
        with server.signed_in() as admin:
            admin.patch(
                f"/v1/stories/{story}", json={"status": "withdrawn"}, headers={"If-Match": "*"}
            ).raise_for_status()
        gone = ask(400)
        assert (gone["html"], gone["failures"]) == ("", 0)
        running.stdin.close()


def test_the_source_for_arc_answers_what_its_feature_draws(server: Server, folder: Path) -> None:
    story = make_story(server)
    post(server, story, "For Arc.")
    program = (
        'import source from "./liveblog-source.mjs";'
        f'console.log(JSON.stringify(await source.fetch({{ story: "{story}" }})));'
    )
    done = subprocess.run(
        ["node", "--input-type=module", "-e", program],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    told = json.loads(done.stdout)
    assert set(told) == {"page", "script", "html", "modified"}
    assert "For Arc." in told["html"]
    assert told["page"] == f"{server.url}/stories/{story}"


KEY_ID, SECRET = "6489", "00" * 31 + "ff"


class Ghost:
    """The Admin API of Ghost as its documentation has it: one post, whose version each change names."""

    def __init__(self) -> None:
        self.html = "<p>Before.</p>"
        self.changes = 0
        self.url = ""

    @property
    def post(self) -> dict[str, Any]:
        return {"id": "p1", "html": self.html, "updated_at": f"2026-11-29T00:00:{self.changes:02}.000Z"}

    @contextmanager
    def serving(self) -> Iterator[Ghost]:
        """Serve it on loopback."""
        ghost = self

        class Admin(BaseHTTPRequestHandler):
            def answer(self) -> None:
                status = ghost.refusal(self.path, self.headers["Authorization"])
                length = int(self.headers.get("Content-Length") or 0)
                given = json.loads(self.rfile.read(length)) if length else None
                if status == 200 and given:
                    status = ghost.take(self.path, **given["posts"][0])
                body = json.dumps({"posts": [ghost.post]}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_PUT = answer

            def log_message(self, *_: Any) -> None:
                """Log nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Admin) as site:
            thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.05})
            thread.start()
            self.url = f"http://127.0.0.1:{site.server_port}"
            yield self
            site.shutdown()
            thread.join()

    def refusal(self, path: str, authorization: str) -> int:
        """Return 401 for a token that the key has not signed, else 200."""
        scheme, _, token = authorization.partition(" ")
        signed, _, signature = token.rpartition(".")
        expected = base64.urlsafe_b64encode(hmac.digest(bytes.fromhex(SECRET), signed.encode(), hashlib.sha256)).rstrip(
            b"="
        )
        head, claims = (json.loads(base64.urlsafe_b64decode(each + "==")) for each in signed.split("."))
        is_right = (scheme, signature, head["kid"], claims["aud"]) == ("Ghost", expected.decode(), KEY_ID, "/admin/")
        return 200 if is_right and path.startswith("/ghost/api/admin/posts/p1/") else 401

    def take(self, path: str, *, html: str, updated_at: str) -> int:
        """Take a change of the version that is there, as HTML."""
        if not path.endswith("?source=html") or updated_at != self.post["updated_at"]:
            return 409
        self.html, self.changes = html, self.changes + 1
        return 200


@pytest.mark.slow
def test_ghosts_post_gets_the_fragment_once_for_each_change_and_keeps_the_rest(server: Server, folder: Path) -> None:
    story = make_story(server)
    post(server, story, "For $& Ghost.")

    def run() -> int:
        given = {"GHOST": ghost.url, "GHOST_KEY": f"{KEY_ID}:{SECRET}", "POST": "p1", "STORY": story}
        return subprocess.run(
            ["node", "ghost.mjs"], cwd=folder, env={**os.environ, **given}, timeout=60, check=False
        ).returncode

    with Ghost().serving() as ghost:
        assert run() == 0
        assert ghost.html.startswith("<p>Before.</p>\n<!--kg-card-begin: html-->")
        assert "For $&amp; Ghost." in ghost.html
        assert ghost.changes == 1
        ghost.html += "<p>After.</p>"
        assert run() == 0
        assert ghost.changes == 1
        post(server, story, "More of it.")
        assert run() == 0
        assert ghost.changes == 2
        assert "More of it." in ghost.html
        assert ghost.html.count("<live-blog ") == 1
        assert ghost.html.endswith("<p>After.</p>")
        server.kill()
        held = ghost.html
        assert run() == 1
        assert (ghost.html, ghost.changes) == (held, 2)
        server.start()


@pytest.mark.slow
def test_every_block_for_next_compiles_strictly() -> None:
    folder = require_recipe_tools()
    cms = folder / "cms"
    shutil.rmtree(cms, ignore_errors=True)
    cms.mkdir()
    shutil.copy(PACKAGE / "samples" / "react" / "tsconfig.json", folder / "tsconfig.sample.json")
    config = {"extends": "../tsconfig.sample.json", "compilerOptions": {"skipLibCheck": True}, "include": ["."]}
    (cms / "tsconfig.json").write_text(json.dumps(config), encoding="utf-8")
    for name in COMPILED:
        (cms / name).write_text(BLOCKS[name], encoding="utf-8")
    (cms / "liveblog.d.mts").write_text(
        "interface Live { page: string; script: string; html: string; modified: string | null }"
        "export function liveStory(story: string): Promise<Live>;"
    )
    checked = run_tool([folder / "node_modules" / ".bin" / "tsc", "--project", cms], folder=folder)
    assert checked.returncode == 0, checked.stdout
    (cms / "article.tsx").write_text(BLOCKS["article.tsx"].replace("live={", "story={"), encoding="utf-8")
    assert run_tool([folder / "node_modules" / ".bin" / "tsc", "--project", cms], folder=folder).returncode != 0
