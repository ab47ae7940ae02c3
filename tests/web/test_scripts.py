"""The browser's scripts, run by Node: its own tests, the shared cases, and histories nobody wrote down."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from tests.needs import require
from tests.reference.histories import Life

TESTS = Path(__file__).parent / "js"
NODE = shutil.which("node")


def _run_node(*files: Path, **environment: str) -> str:
    require("node", found=NODE is not None, reason="install Node.js 18 or newer to test the browser's scripts")
    command = [str(NODE), "--test", *map(str, files)]
    done = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, timeout=50, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _passed(output: str) -> int:
    found = re.search(r"^\S+ pass (\d+)$", output, re.MULTILINE)
    assert found is not None, output
    return int(found[1])


def test_the_scripts_pass_their_own_tests() -> None:
    assert _passed(_run_node(*sorted(TESTS.glob("*.test.mjs")))) > 0


def test_javascript_lives_through_random_histories_as_python_does(tmp_path: Path) -> None:
    cases = []
    for seed in range(100):
        life = Life(seed, page_size=4 if seed % 2 else 1000)
        life.live(120)
        cases.append(life.case)
    file = tmp_path / "histories.json"
    file.write_text(json.dumps({"cases": cases}), encoding="utf-8")
    assert _passed(_run_node(TESTS / "apply.test.mjs", LIVEBLOG_FIXTURES=str(file))) > len(cases)
