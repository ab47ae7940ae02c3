"""Tests and benchmarks use the hub as the server does: by its public names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("tests", "benchmarks")


def private_names_of_a_hub(source: str) -> Iterator[str]:
    """Find `hub._x`, `peer.hub._x`, `hub.stories._x` and the like."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.endswith("__"):
            chain = ast.unparse(node.value)
            if {"hub", "_hub"} & set(chain.split(".")):
                yield f"{chain}.{node.attr}"


def test_no_test_reaches_into_the_hub() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
        for name in private_names_of_a_hub(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize("source", ["hub._tasks", "(live,) = peer.hub._x", "await hub.stories._reads.fetch(ask)"])
def test_a_private_name_is_found(source: str) -> None:
    assert len(list(private_names_of_a_hub(f"async def one():\n    {source}"))) == 1


@pytest.mark.parametrize("source", ["hub.stories.open('one')", "self._hub.accept(it)", "hub.__class__", "peer._hub"])
def test_a_public_name_is_not(source: str) -> None:
    assert list(private_names_of_a_hub(source)) == []
