"""Each block of docs/recipes.md is run, compiled or type-checked, as it stands there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.engines.playwright_browser import playwright_browser
from tests.clients.packages import PACKAGE, ROOT, require_recipe_tools
from tests.clients.stories import post
from tests.description.tools import run_tool
from tests.e2e.server import Server, make_story
from tests.loopback import html_site
from tests.needs import require

pytestmark = pytest.mark.timeout(600)  # the first run installs what the lock files name

HERE = Path(__file__).parent
RECIPES = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
BLOCKS: dict[str, str] = dict(re.findall(r"^```\w+ (\S+)\n(.*?)^```$", RECIPES, re.MULTILINE | re.DOTALL))
PAGES = ("plain.html", "ghost.html")
COMPONENTS = ("Story.vue", "Story.svelte")
COMMANDS = ("events.sh",)
CONFIG: dict[str, Any] = {
    "extends": "./tsconfig.sample.json",
    "compilerOptions": {"noUnusedLocals": False, "skipLibCheck": True},
    "include": ["recipes"],
}


def test_every_block_has_a_name_and_a_test() -> None:
    assert len(re.findall(r"^```\w", RECIPES, re.MULTILINE)) == len(BLOCKS)
    checked = {name for name in BLOCKS if name.endswith((".ts", ".tsx"))}
    assert len(checked) == 6
    assert set(BLOCKS) - checked == {*PAGES, *COMPONENTS, *COMMANDS}


@pytest.mark.slow
def test_every_block_for_a_framework_compiles_strictly() -> None:
    folder = require_recipe_tools()
    recipes = folder / "recipes"
    shutil.rmtree(recipes, ignore_errors=True)
    recipes.mkdir()
    shutil.copytree(PACKAGE / "types", folder / "types", dirs_exist_ok=True)
    shutil.copy(PACKAGE / "samples" / "react" / "tsconfig.json", folder / "tsconfig.sample.json")
    (folder / "tsconfig.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    for name in set(BLOCKS) - {*PAGES, *COMMANDS}:
        (recipes / name).write_text(BLOCKS[name], encoding="utf-8")
    compiled = run_tool(
        ["node", HERE / "compile_components.mjs", folder, *(f"recipes/{name}" for name in COMPONENTS)], folder=folder
    )
    assert compiled.returncode == 0, compiled.stderr
    checked = run_tool([folder / "node_modules" / ".bin" / "tsc", "--project", folder], folder=folder)
    assert checked.returncode == 0, checked.stdout
    (recipes / "story.ts").write_text(BLOCKS["story.ts"].replace("onUpdate:", "onUpdates:"), encoding="utf-8")
    assert run_tool([folder / "node_modules" / ".bin" / "tsc", "--project", folder], folder=folder).returncode != 0


@pytest.fixture(scope="module")
def story(server: Server) -> str:
    """A story with an entry."""
    story = make_story(server)
    post(server, story, "Polls have closed.")
    return story


def pasted(name: str, server: Server, story: str) -> str:
    """Return a block with the server and the story that it is to show."""
    block = BLOCKS[name]
    assert "https://live.example" in block
    return block.replace("https://live.example", server.url).replace("election-night", story)


def test_each_page_draws_the_story_and_what_comes(server: Server, story: str) -> None:
    trouble: list[str] = []
    with playwright_browser("chromium") as browser:
        for name in PAGES:
            with html_site(f"<!doctype html><title>A site</title>{pasted(name, server, story)}") as url:
                page = browser.new_page()
                page.on("pageerror", lambda error: trouble.append(str(error)))
                page.goto(url)
                articles = page.get_by_role("article")
                expect(articles.last).to_have_text("Polls have closed.")
                post(server, story, f"For {name}.")
                expect(articles.first).to_have_text(f"For {name}.")
                page.close()
    assert trouble == []


def test_the_stream_of_a_native_app_is_what_is_said_of_it(server: Server, story: str) -> None:
    require("curl", found=shutil.which("curl") is not None, reason="install curl")
    (command,) = pasted("events.sh", server, story).splitlines()
    with subprocess.Popen(["sh", "-c", f"exec {command}"], stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            lines: list[str] = []
            for line in running.stdout:
                lines.append(line)
                if '"caught_up"' in line:
                    break
        finally:
            running.kill()
    messages = [json.loads(line.removeprefix("data:")) for line in lines if line.startswith("data:")]
    published = [each["entry"]["body_html"] for each in messages if each["type"] == "entry.published"]
    assert "<p>Polls have closed.</p>" in published
    cursors = {line.removeprefix("id:").strip() for line in lines if line.startswith("id:")}
    assert cursors == {each["cursor"] for each in messages if "cursor" in each}
