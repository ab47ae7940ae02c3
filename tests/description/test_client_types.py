"""The types of the clients in clients/ are those that the description has now."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.description.client_types import PYTHON, TYPESCRIPT, make_python, make_typescript
from tests.description.recorder import Description
from tests.description.tools import require_node_tools

pytestmark = pytest.mark.timeout(600)  # the first run installs what package-lock.json names

STALE = "the description has changed: run `make client-types`, and commit what it made"


def test_the_typescript_types_are_those_of_the_description(description: Description, tmp_path: Path) -> None:
    require_node_tools()
    assert make_typescript(description.document, tmp_path) == TYPESCRIPT.read_text(encoding="utf-8"), STALE


def test_the_python_types_are_those_of_the_description(description: Description) -> None:
    assert make_python(description.document) == PYTHON.read_text(encoding="utf-8"), STALE


def test_a_shape_with_another_member_has_another_type(description: Description) -> None:
    schemas = dict(description.schemas)
    changed = {**schemas["Hello"], "properties": {**schemas["Hello"]["properties"], "motto": {"type": "string"}}}
    document = {**description.document, "components": {"schemas": {**schemas, "Hello": changed}}}
    assert "    motto: NotRequired[str]\n" in make_python(document)
