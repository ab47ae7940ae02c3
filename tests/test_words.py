"""Words that were replaced stay replaced: in names, and in the paths that documents give."""

from __future__ import annotations

import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.needs import require

ROOT = Path(__file__).parent.parent
LIST = ROOT / "tests" / "old_names.txt"
CODE = ("app/", "benchmarks/", "migrations/", "tests/")


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    """Return the path of every file of the repository that is there."""
    require("a git checkout", found=(ROOT / ".git").exists(), reason="run the suite from a clone")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def _old() -> tuple[set[str], set[str]]:
    lines = [line for line in LIST.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    paths = {line for line in lines if "/" in line}
    return paths, set(lines) - paths


def _names(source: str) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME:
            yield token.string


def test_no_name_that_was_replaced_is_in_the_code_again(tracked: list[str]) -> None:
    _, old = _old()
    assert len(old) > 50
    found = {
        (name, file)
        for file in tracked
        if file.startswith(CODE) and file.endswith(".py")
        for name in _names((ROOT / file).read_text(encoding="utf-8"))
        if name.strip("_") in old
    }
    assert sorted(found) == []


def test_no_module_that_was_moved_is_there_or_named_again(tracked: list[str]) -> None:
    old, _ = _old()
    assert [path for path in old if (ROOT / path).exists()] == []
    named = re.compile(r"(?:" + "|".join(re.escape(path) for path in sorted(old)) + r")\b")
    texts = [file for file in tracked if file.endswith((".py", ".md", ".toml")) and file != "CHANGELOG.md"]
    found = [(file, match[0]) for file in texts for match in named.finditer((ROOT / file).read_text(encoding="utf-8"))]
    assert found == []


def test_no_document_uses_a_class_name_that_was_replaced(tracked: list[str]) -> None:
    _, old = _old()
    classes = re.compile(r"`(" + "|".join(sorted(name for name in old if name[0].isupper())) + r")\b")
    documents = [file for file in tracked if file.endswith(".md")]
    found = [
        (file, match[1]) for file in documents for match in classes.finditer((ROOT / file).read_text(encoding="utf-8"))
    ]
    assert found == []
