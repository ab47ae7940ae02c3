"""ARCHITECTURE.md and tests/README.md say what is there: the sizes of folders, the four paths, the helpers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from tests.api.server import running
from tests.called import Calls, recording
from tests.live.app import current_path
from tests.live.model import story as model_story
from tests.live.sockets import BROWSER, next_messages, serving_sockets

ROOT = Path(__file__).parent.parent
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
MAX_FILES = 20
"""What a person takes in at a glance."""


def _walk(heading: str) -> list[str]:
    """Return the steps of the path under a heading, each as `app/file.py: Class.function`."""
    section = ARCHITECTURE[ARCHITECTURE.index(f"\n## {heading}\n") :]
    block = re.search(r"^```walk\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    assert block is not None, heading
    return [" ".join(line.split()[:2]) for line in block[1].splitlines()]


def _functions(path: Path) -> set[str]:
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            methods = [each for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
            found |= {f"{node.name}.{method.name}" for method in methods}
    return found


def _out_of_order(steps: Iterable[str], calls: Calls) -> list[str]:
    """Return the steps that were not called, or first called before a step that is listed above them."""
    first = {call: number for number, call in reversed(list(enumerate(calls)))}
    wrong, reached = [], -1
    for step in steps:
        number = first.get(step, -1)
        if number < reached or number == -1:
            wrong.append(step)
        else:
            reached = number
    return wrong


@pytest.mark.parametrize("heading", ["One write", "One read", "One event to every reader", "A resumed socket"])
def test_every_step_of_a_path_is_a_function_of_its_file(heading: str) -> None:
    steps = _walk(heading)
    assert len(steps) > 5
    for step in steps:
        file, function = step.split(": ")
        assert function in _functions(ROOT / file), step


@pytest.mark.anyio
async def test_one_write_and_one_read_call_what_their_paths_list_in_that_order(sqlite_url: str, tmp_path: Path) -> None:
    with recording() as calls:
        async with running(sqlite_url, tmp_path) as server:
            story = await server.story()
            await server.client.get("/v1/stories")  # so that the threads of writes exist, and are recorded
            calls.clear()
            await server.post(story["id"])
            written = Calls(calls)
            calls.clear()
            await server.client.get(f"/v1/stories/{story['slug']}")
            read = Calls(calls)
    assert _out_of_order(_walk("One write"), written) == []
    assert _out_of_order(_walk("One read"), read) == []


@pytest.mark.anyio
async def test_one_event_and_a_resumed_socket_call_what_their_paths_list_in_that_order() -> None:
    current_path.set("native")
    model = model_story(entries=2)
    async with serving_sockets(model) as (hub, _, address):
        url = f"{address}/v1/stories/{model.id}/live"
        async with connect(url, proxy=None, **BROWSER) as reader:
            await next_messages(reader, 3)
            with recording() as event:
                hub.accept(model.publish())
                await next_messages(reader, 1)
        with recording() as resumed:
            async with connect(f"{url}?after=0", proxy=None, **BROWSER) as reader:
                await next_messages(reader, 6)
    assert _out_of_order(_walk("One event to every reader"), event) == []
    assert _out_of_order(_walk("A resumed socket"), resumed) == []


def test_a_step_that_is_not_called_or_called_too_early_is_found() -> None:
    calls = Calls(["a", "b", "a", "c"])
    assert _out_of_order(["a", "b", "c"], calls) == []
    assert _out_of_order(["b", "a", "d"], calls) == ["a", "d"]


def test_no_folder_has_more_files_than_a_person_takes_in_at_a_glance() -> None:
    for folder in (path.parent for path in (ROOT / "app").rglob("__init__.py")):
        modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        assert len(modules) <= MAX_FILES, folder.relative_to(ROOT)


def test_every_package_says_what_it_is_for() -> None:
    silent = [
        path.relative_to(ROOT)
        for path in (ROOT / "app").rglob("__init__.py")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_the_page_about_the_tests_names_every_helper_and_no_other() -> None:
    told = set(
        re.findall(r"^\| `([\w/]+\.(?:py|txt|mjs))` \|", (ROOT / "tests" / "README.md").read_text(), re.MULTILINE)
    )
    files = [path for path in (ROOT / "tests").rglob("*.*") if path.suffix in {".py", ".txt", ".mjs"}]
    there = {
        path.relative_to(ROOT / "tests").as_posix()
        for path in files
        if not re.match(r"test_|.*\.test\.mjs$|__init__", path.name) and "__pycache__" not in path.parts
    }
    assert sorted(there - told) == [], "not told in tests/README.md"
    assert sorted(told - there) == [], "told in tests/README.md, but not there"
