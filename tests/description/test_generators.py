"""Generators and linters that people use take the description without a warning, and what they make works."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.description.material import FULL_BLOCKS, PICTURE
from tests.description.recorder import Description
from tests.description.tools import HERE, require_node_tools, require_python_tools, run_tool
from tests.e2e.server import ADMIN_TOKEN, Server, make_story

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),  # the first run installs what package-lock.json and generators.lock name
]


@pytest.fixture
def document(description: Description, tmp_path: Path) -> Path:
    """The description as a file, in a folder of the test's own."""
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(description.document), encoding="utf-8")
    return path


@pytest.fixture
def story(server: Server) -> str:
    """A story with an entry of many blocks, and one that was removed."""
    story = make_story(server, image={"url": PICTURE, "alt": "The harbour"})
    with server.signed_in() as admin:
        sent: tuple[dict[str, Any], ...] = ({"blocks": FULL_BLOCKS}, {"text": "Not for long."})
        entries = [admin.post(f"/v1/stories/{story}/entries", json=body).raise_for_status().json() for body in sent]
        admin.post(f"/v1/stories/{story}/entries/{entries[1]['id']}/remove").raise_for_status()
    return story


def test_redocly_finds_nothing_in_it(document: Path) -> None:
    tools = require_node_tools()
    asked: list[str | Path] = [
        tools / "redocly",
        "lint",
        document,
        "--config",
        HERE / "redocly.yaml",
        "--format",
        "json",
    ]
    done = run_tool(asked, folder=document.parent)
    found = json.loads(done.stdout)
    assert [(each["ruleId"], each["message"]) for each in found["problems"]] == []
    assert done.returncode == 0


def test_spectral_finds_nothing_in_it(document: Path) -> None:
    tools = require_node_tools()
    asked: list[str | Path] = [
        tools / "spectral",
        "lint",
        document,
        "--ruleset",
        HERE / "spectral.yaml",
        "--fail-severity",
        "hint",
    ]
    done = run_tool(asked, folder=document.parent)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_typescript_program_compiles_strictly_unless_a_field_is_misspelt_and_reads_a_story(
    document: Path, server: Server, story: str
) -> None:
    tools, folder = require_node_tools(), document.parent
    made = run_tool([tools / "openapi-typescript", document, "--output", folder / "api.ts"], folder=folder)
    assert made.returncode == 0, made.stdout + made.stderr
    assert "warn" not in (made.stdout + made.stderr).lower()
    for name in ("reader.ts", "tsconfig.json"):
        shutil.copy(HERE / name, folder / name)
    (folder / "package.json").write_text('{"type": "module"}')
    compiled = run_tool([tools / "tsc", "--project", folder], folder=folder)
    assert compiled.returncode == 0, compiled.stdout
    ran = run_tool(["node", folder / "reader.js", server.url, story, ADMIN_TOKEN], folder=folder)
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["title"] == "Election night"
    assert (told["status"], told["can"]) == ("live", True)
    assert {"image 640 The harbour", "heading 3 The count", "list 1", "other true"} <= set(told["blocks"])
    assert {line.split()[0] for line in told["events"]} == {"entry.published", "entry.removed", "story.updated"}
    assert any(told["posted"] in line for line in told["events"])


def test_a_python_client_is_made_without_a_warning_and_writes_and_reads(
    document: Path, server: Server, story: str
) -> None:
    python, folder = require_python_tools(), document.parent
    asked: list[str | Path] = [
        "generate",
        "--path",
        document,
        "--output-path",
        folder / "client",
        "--config",
        HERE / "client_config.yaml",
    ]
    command: list[str | Path] = [python.parent / "openapi-python-client", *asked, "--fail-on-warning"]
    made = run_tool(command, folder=folder)
    said = made.stdout + made.stderr
    assert made.returncode == 0, said
    assert "warning" not in said.lower()
    ran = run_tool(
        [python, HERE / "client_use.py", server.url, story, ADMIN_TOKEN],
        folder=folder,
        PYTHONPATH=str(folder / "client"),
    )
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["code"] == "token_missing"
    assert told["pictures"] == ["The harbour"]
    assert set(told["page"]) == {"PublicEntry"}
    assert {"EntryPublished", "EntryRemoved", "EntryUpdated", "StoryUpdated"} == set(told["events"])
    assert told["posted"] not in told["published"]
