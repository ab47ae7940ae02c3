"""The lines are right for every way a server can have been set up."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from app.cli.greeting import Greeting

TOKEN = 'it\'s-a-token-with-$HOME-and-"quotes"-0123456789'
URL = "https://live.example"


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    file = tmp_path / "data of ours" / "admin-token"
    file.parent.mkdir()
    file.write_text(f"{TOKEN}\n")
    return file


def _arguments(line: str, **environment: str) -> list[str]:
    """Return the arguments that a shell makes of the pasted command."""
    command = line[line.index("curl ") :].replace("curl ", "printf '%s\\n' ", 1)
    path = {"PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=True, env={**path, **environment}
    )
    return done.stdout.splitlines()


def test_there_are_four_lines_with_and_without_a_demo(token_file: Path) -> None:
    greeting = Greeting(URL, TOKEN, token_file, show_token=False)
    for has_demo, page in ((True, f"{URL}/stories/demo"), (False, f"{URL}/")):
        lines = greeting.lines(has_demo=has_demo)
        assert len(lines) == 4
        assert lines[0].endswith(page)
        assert lines[1].endswith(f"{URL}/newsroom")


@pytest.mark.parametrize("has_demo", [True, False])
def test_the_command_carries_the_token_whatever_characters_it_has(token_file: Path, *, has_demo: bool) -> None:
    shown = Greeting(URL, TOKEN, token_file, show_token=True).lines(has_demo=has_demo)
    read = Greeting(URL, TOKEN, token_file, show_token=False).lines(has_demo=has_demo)
    named = Greeting(URL, TOKEN, None, show_token=False).lines(has_demo=has_demo)
    wanted = f"Authorization: Bearer {TOKEN}"
    assert _arguments(shown[3])[1] == wanted
    assert _arguments(read[3])[1] == wanted
    assert _arguments(named[3], LIVEBLOG_ADMIN_TOKEN=TOKEN)[1] == wanted
    assert TOKEN in shown[2]
    assert TOKEN not in "\n".join(read + named)


def test_the_command_posts_to_the_demo_or_makes_a_first_story(token_file: Path) -> None:
    greeting = Greeting(URL, TOKEN, token_file, show_token=True)
    assert shlex.split(greeting.lines(has_demo=True)[3])[-1] == f"{URL}/v1/stories/demo/entries"
    first = shlex.split(greeting.lines(has_demo=False)[3])
    assert first[-1] == f"{URL}/v1/stories"
    assert '{"title": "My first live blog"}' in first


@pytest.mark.parametrize("show_token", [True, False])
def test_a_node_whose_token_another_one_has_says_where_it_is_and_takes_it_from_the_environment(
    *, show_token: bool
) -> None:
    lines = Greeting(URL, None, None, show_token=show_token).lines(has_demo=True)
    assert "the node that was first" in lines[2]
    assert _arguments(lines[3], LIVEBLOG_ADMIN_TOKEN=TOKEN)[1] == f"Authorization: Bearer {TOKEN}"


def test_where_the_demo_is_served_a_fifth_line_has_its_link_with_the_token_in_the_fragment(token_file: Path) -> None:
    for show_token in (True, False):
        greeting = Greeting(URL, TOKEN, token_file, show_token=show_token, serves_demo=True)
        *others, link = greeting.lines(has_demo=True)
        assert others == Greeting(URL, TOKEN, token_file, show_token=show_token).lines(has_demo=True)
        address, _, fragment = link.split()[-1].partition("#")
        assert address == f"{URL}/demo" == greeting.members(has_demo=True)["demo"]
        given = {"token": [TOKEN], "pid": [str(os.getpid())]} if show_token else {}
        assert parse_qs(fragment) == given
        assert len(greeting.lines(has_demo=False)) == 4
