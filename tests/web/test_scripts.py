"""The browser's scripts, run by Node: its own tests, the shared cases, and histories nobody wrote down."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from app.web.assets import STATIC_FOLDER, Assets
from tests.needs import require
from tests.reference.histories import Life

TESTS = Path(__file__).parent / "js"
NODE = shutil.which("node")


def run_node(*files: Path, **environment: str) -> str:
    require("node", found=NODE is not None, reason="install Node.js 18 or newer to test the browser's scripts")
    command = [str(NODE), "--test", *map(str, files)]
    done = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, timeout=350, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def passed(output: str) -> int:
    found = re.search(r"^\S+ pass (\d+)$", output, re.MULTILINE)
    assert found is not None, output
    return int(found[1])


def test_the_scripts_pass_their_own_tests() -> None:
    assert passed(run_node(*sorted(TESTS.glob("*.test.mjs")))) > 0


def test_javascript_lives_through_random_histories_as_python_does(tmp_path: Path) -> None:
    cases = []
    for seed in range(100):
        life = Life(seed, page_size=4 if seed % 2 else 1000)
        life.live(120)
        cases.append(life.case)
    file = tmp_path / "histories.json"
    file.write_text(json.dumps({"cases": cases}), encoding="utf-8")
    assert passed(run_node(TESTS / "apply.test.mjs", LIVEBLOG_FIXTURES=str(file))) > len(cases)


def test_the_element_as_it_is_sent_can_be_imported_without_a_document(tmp_path: Path) -> None:
    assets = Assets()
    for path in STATIC_FOLDER.glob("**/*.js"):
        name = path.relative_to(STATIC_FOLDER).as_posix()
        asset, _ = assets.find(name)
        assert asset is not None
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(asset.content)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    use = tmp_path / "use.test.mjs"
    use.write_text(
        'import test from "node:test";\nimport assert from "node:assert/strict";\n'
        'test("imported", async () => {\n'
        '  for (const name of ["live-blog", "ticker", "host_page"]) await import(`./${name}.js`);\n'
        '  const { follow, StoryView, webAddress } = await import("./story_view.js");\n'
        '  assert.equal(webAddress("javascript:alert(1)"), null);\n'
        '  assert.equal(webAddress("https://a.example"), "https://a.example");\n'
        '  assert.equal(typeof follow, "function");\n  assert.equal(typeof StoryView, "function");\n});\n'
    )
    assert passed(run_node(use)) == 1
