"""The tools are locked, named by no registry's address, and not silently left out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.description.tools import HERE, NODE

PROBE = "from tests.description.tools import require_node_tools; require_node_tools()"


def test_every_package_is_locked_by_its_hash_and_has_no_address() -> None:
    packages = json.loads((HERE / NODE[1]).read_text(encoding="utf-8"))["packages"]
    del packages[""]
    assert len(packages) > 100
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert package["integrity"].startswith("sha512-"), name
    lines = (HERE / "generators.lock").read_text(encoding="utf-8").splitlines()
    assert "://" not in "".join(lines)
    pinned = [number for number, line in enumerate(lines) if "==" in line]
    assert pinned
    assert all("--hash=sha256:" in lines[number + 1] for number in pinned)


@pytest.mark.parametrize(("required", "outcome"), [(None, "Skipped"), ("all", "Failed")])
def test_without_npm_they_are_skipped_with_a_reason_and_fail_where_everything_is_required(
    tmp_path: Path, required: str | None, outcome: str
) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "LIVEBLOG_TEST_REQUIRE"}
    environment |= {"PATH": str(tmp_path)} | ({} if required is None else {"LIVEBLOG_TEST_REQUIRE": required})
    command = [sys.executable, "-c", PROBE]
    done = subprocess.run(
        command, cwd=HERE.parents[1], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert f"outcomes.{outcome}" in done.stderr or outcome in done.stderr
    assert "install Node.js 20.19 or newer with npm" in done.stderr
