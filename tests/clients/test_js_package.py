"""The npm package: the page's own files with true types; installed from its tarball, it follows a killed server."""

from __future__ import annotations

import json
import posixpath
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import IO, Any

import pytest
from playwright.sync_api import expect

from app import __version__
from tests.browser.engines.playwright_browser import playwright_browser
from tests.clients.packages import PACKAGE, ROOT, SAMPLES, require_sample, run_script
from tests.clients.stories import fresh, post
from tests.description.client_types import TYPESCRIPT
from tests.description.tools import run_tool
from tests.e2e.server import Server, make_story

pytestmark = pytest.mark.timeout(600)  # the first run installs what the lock files name

HERE = Path(__file__).parent
STATIC = ROOT / "app" / "web" / "static"
MODULES = {
    "dist/client.js": "client",
    "dist/live-blog.js": "live-blog",
    "react.js": "react",
    "dist/apply.js": "apply",
    "dist/transports.js": "transports",
}
"""The modules that are exported, with their declarations."""


@pytest.fixture(scope="module")
def react(tarball: Path) -> Path:
    """The React sample with the packed package."""
    return require_sample("react", tarball)


@pytest.fixture
def story(server: Server) -> str:
    """A story with a few entries."""
    story = make_story(server)
    post(server, story, "Polls have closed.", "First results.")
    return story


def test_the_package_has_the_files_of_the_page_byte_by_byte_and_needs_no_other(tarball: Path) -> None:
    with tarfile.open(tarball) as packed:
        files = {each.name.removeprefix("package/"): packed.extractfile(each) for each in packed.getmembers()}
        contents = {name: file.read() for name, file in files.items() if file is not None}
    scripts = {name.removeprefix("dist/"): text for name, text in contents.items() if name.startswith("dist/")}
    own = {path.removeprefix("dist/") for path in MODULES if path.startswith("dist/")}
    assert own | {"transport_choice.js", "story_view.js", "ticker.js", "embeds/frames.js"} <= set(scripts)
    assert not {name for name in scripts if name.startswith(("newsroom", "replies", "demo")) or name == "reader.js"}
    imported = re.compile(rb'\b(?:from|import)\s*\(?\s*"(\.[^"]+)"')
    for name, text in scripts.items():
        for path in imported.findall(text):
            assert posixpath.normpath(posixpath.join(posixpath.dirname(name), path.decode())) in scripts, (name, path)
        assert b"import.meta" not in text, f"{name}: in a bundle that is another place"
    for name, text in scripts.items():
        assert text == (STATIC / name).read_bytes(), name
    described = json.loads(contents["package.json"])
    assert "dependencies" not in described
    assert described["version"] == __version__
    for exported in described["exports"].values():
        for path in exported.values() if isinstance(exported, dict) else [exported]:
            assert path.removeprefix("./") in contents
    assert TYPESCRIPT.read_bytes() == contents["types/shapes.d.ts"]


def test_every_lock_names_each_package_by_its_hash_and_has_no_address() -> None:
    for folder in (PACKAGE, *(PACKAGE / "samples" / name for name in SAMPLES)):
        packages = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
        ours = {"", "../..", "node_modules/liveblog-client"}
        for name, package in packages.items():
            if name not in ours:
                assert "resolved" not in package, name
                assert package["integrity"].startswith("sha512-"), name


def test_what_a_module_exports_is_declared_and_nothing_else(react: Path) -> None:
    for module, types in MODULES.items():
        script = f"import * as all from './node_modules/liveblog-client/{module}'; console.log(Object.keys(all))"
        done = run_tool(["node", "--input-type=module", "--eval", script], folder=react)
        assert done.returncode == 0, done.stderr
        exported = set(re.findall(r"'(\w+)'", done.stdout))
        declared = (PACKAGE / "types" / f"{types}.d.ts").read_text(encoding="utf-8")
        assert set(re.findall(r"export declare (?:function|class) (\w+)", declared)) == exported


def test_the_types_compile_strictly_and_refuse_what_is_misspelt(react: Path) -> None:
    shutil.copy(HERE / "types_check.ts", react / "src" / "types_check.ts")
    run_script(react, "check")


def test_a_program_in_node_follows_a_server_that_is_killed_and_started_again(
    react: Path, server: Server, story: str
) -> None:
    shutil.copy(HERE / "follow_in_node.mjs", react / "follow_in_node.mjs")
    program = subprocess.Popen(
        ["node", "follow_in_node.mjs", server.url, story],
        cwd=react, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert program.stdout is not None
        _read_until("live", program.stdout)
        server.kill()
        _read_until("retrying", program.stdout)  # it asks once in a second, and a server may be back sooner
        server.start()
        post(server, story, "After the restart.")
        told, _ = program.communicate(fresh(server, story)["head"] + "\n", timeout=60)
    finally:
        program.kill()
        program.wait()
    held = json.loads(next(line for line in told.splitlines() if line.startswith("{")))
    held["timeline"].pop("bound", None)
    now = fresh(server, story)
    assert {**held, "comment_counts": now["comment_counts"]} == now


def _read_until(word: str, lines: IO[str]) -> None:
    """Read lines until one is this word."""
    for line in lines:
        if line == f"{word}\n":
            return
    raise AssertionError(f"it ended and never said {word}")


@contextmanager
def site_of(folder: Path) -> Iterator[str]:
    """Serve a folder as a site of another origin."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as site:
        thread = Thread(target=site.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{site.server_port}"
        finally:
            site.shutdown()
            thread.join()


@pytest.mark.slow
def test_the_react_sample_is_built_and_follows_a_server_that_is_killed_and_started_again(
    react: Path, server: Server, story: str
) -> None:
    run_script(react, "build")
    trouble: list[str] = []
    with playwright_browser("chromium") as browser, site_of(react / "dist") as site:
        page = browser.new_page()
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.goto(f"{site}/?origin={server.url}&story={story}")
        status, articles = page.get_by_role("status"), page.get_by_role("article")
        expect(articles).to_have_text(["First results.", "Polls have closed."])
        expect(status).to_have_text("live")
        server.kill()
        expect(status).to_have_text(re.compile("retrying|connecting"))
        server.start()
        post(server, story, "After the restart.")
        expect(articles).to_have_text(["After the restart.", "First results.", "Polls have closed."])
        expect(status).to_have_text("live")
        expect(page.locator("main")).to_have_attribute("data-head", fresh(server, story)["head"])
        page.goto(f"{site}/?origin={server.url}&story={story}&element")
        expect(page.locator("live-blog article .body").first).to_have_text("After the restart.")
        expect(page.get_by_role("status").first).to_have_text("live")
        post(server, story, "In the element.")
        expect(page.locator("live-blog article .body").first).to_have_text("In the element.")
    assert trouble == []
