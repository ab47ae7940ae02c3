"""The types of the clients in clients/, made from the description: TypeScript by openapi-typescript, Python here.

`python -m tests.description.client_types` makes them anew (`make client-types`); a test holds them to the description.
"""

from __future__ import annotations

import keyword
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

from app.storage.upkeep.migrations import migrate
from app.wire.encoding import encode_json
from tests.commands import ROOT
from tests.description.recorder import Json, name_of
from tests.description.tools import install_node_tools, run_tool
from tests.e2e.server import serving

TYPESCRIPT = ROOT / "clients" / "js" / "types" / "shapes.d.ts"
PYTHON = ROOT / "clients" / "python" / "liveblog_client" / "shapes.py"
LINE_LENGTH = 120
_SIMPLE = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_PYTHON_HEAD = '''\
"""The shape of every request, answer and live message. Made by `make client-types` from the server's description.

A text that is one of today's values is `Known | str`, because a later server may send others; and a message, event or
block of a `type` that is in none of the unions may come as well: have a branch for it.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict
'''


def make_typescript(document: Json, folder: Path) -> str:
    """Return the declarations of every shape of a description, each by its name; `folder` is for passing files."""
    given, made = folder / "shapes.json", folder / "shapes.d.ts"
    shapes = {name: document[name] for name in ("openapi", "info")} | {"paths": {}}
    shapes["components"] = {"schemas": document["components"]["schemas"]}
    given.write_bytes(encode_json(shapes))
    options = ["--root-types", "--root-types-no-schema-prefix", "--output", str(made)]
    done = run_tool([install_node_tools() / "openapi-typescript", given, *options], folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return made.read_text(encoding="utf-8")


def make_python(document: Json) -> str:
    """Return a module with a TypedDict, a Literal or a union for every shape of a description, each by its name."""
    schemas: Json = document["components"]["schemas"]
    parts = [part for name, schema in sorted(schemas.items()) for part in _declaration(name, schema)]
    return _formatted("\n\n".join([_PYTHON_HEAD, *parts]) + "\n")


def write_types(document: Json) -> None:
    """Write the types of all clients to their places."""
    with tempfile.TemporaryDirectory() as folder:
        TYPESCRIPT.write_text(make_typescript(document, Path(folder)), encoding="utf-8")
    PYTHON.write_text(make_python(document), encoding="utf-8")


def _declaration(name: str, schema: Json) -> Iterator[str]:
    description = textwrap.fill(schema.get("description", ""), LINE_LENGTH - 8).replace("\n", "\n    ")
    if "properties" in schema:
        required = set(schema.get("required", ()))
        kinds = {
            member: kind if member in required else f"NotRequired[{kind}]"
            for member, described in schema["properties"].items()
            for kind in [_type_of(described)]
        }
        if all(member.isidentifier() and not keyword.iskeyword(member) for member in kinds):
            members = [f"    {member}: {kind}" for member, kind in kinds.items()]
            yield f'class {name}(TypedDict):\n    """{description}"""\n\n' + "\n".join(members)
        else:  # of JSON-LD: a class cannot have them; the types are texts, for some come later
            members = [f"    {member!r}: {kind!r}," for member, kind in kinds.items()]
            yield f"{name} = TypedDict({name!r}, {{\n" + "\n".join(members) + f'\n}})\n"""{description}"""'
    else:
        yield f'{name}: TypeAlias = "{_type_of(schema)}"' + (f'\n"""{description}"""' if description else "")


def _type_of(schema: Json) -> str:
    match schema:
        case {"$ref": str(reference)}:
            return name_of(reference)
        case {"const": value}:
            return f"Literal[{value!r}]"
        case {"enum": values}:
            return f"Literal[{', '.join(map(repr, values))}]"
        case {"oneOf": members} | {"anyOf": members}:
            known = [_type_of(each) for each in members if not name_of(each.get("$ref", "")).startswith("Unknown")]
            return " | ".join(dict.fromkeys(known))
        case {"type": "array", "items": dict(items)}:
            return f"list[{_type_of(items)}]"
        case {"type": "array"}:
            return "list[Any]"
        case {"type": "object", "additionalProperties": dict(values)}:
            return f"dict[str, {_type_of(values) if values else 'Any'}]"
        case {"type": "object"}:
            return "dict[str, Any]"
        case {"type": str(kind)}:
            return _SIMPLE[kind]
    return "Any"


def _formatted(module: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--quiet", "--stdin-filename", str(PYTHON), "-"]
    return subprocess.run(
        command, input=module, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    ).stdout


def _described() -> Json:
    """Return the description that a server of this source serves."""
    folder = Path(tempfile.mkdtemp())
    try:
        url = f"sqlite:///{folder / 'liveblog.db'}"
        migrate(url)
        with serving(url, folder) as server, server.reader() as reader:
            document: Json = reader.get("/openapi.json").raise_for_status().json()
        return document
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    write_types(_described())
