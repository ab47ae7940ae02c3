"""The script that draws and follows a story, joined out of its modules: the same, in one, for whoever loads it."""

from __future__ import annotations

import posixpath
import re

import pytest

from app.web.assets import JOINED, STATIC_FOLDER, Assets
from app.web.bundling.joined_scripts import UnjoinableScript, imports_of, join_scripts

VIEW = b'import { one as first } from "./one.js";\n\nexport function view() {\n  return first() + 1; // two\n}\n'
ONE = b'export function one() {\n  return 1;\n}\nexport const ADDRESS = "https://one.example"; // it\n'
SCRIPTS = {
    "view.js": VIEW,
    "one.js": ONE,
    "page.js": b'import { view } from "./view.js";\nimport("./later/more.js");\n',
    "later/more.js": b'import { one } from "../one.js";\nimport { other } from "./other.js";\n',
    "later/other.js": b"export const other = 1;\n",
    "elsewhere.js": b'import { one } from "./one.js";\n',
}


def test_what_is_imported_stands_in_the_joined_script_which_exports_what_others_import() -> None:
    joined = join_scripts(SCRIPTS, joined="view.js", pages=("page.js",))["view.js"].decode()
    assert joined == (
        "function a(){return 1}\n"
        'const b="https://one.example";\n'
        "function c(){return a()+1}\n"
        "export { a as one, c as view };\n"
    )


def test_what_the_page_loads_later_shares_the_joined_script_and_others_keep_their_own() -> None:
    outcome = join_scripts(SCRIPTS, joined="view.js", pages=("page.js",))
    assert outcome["later/more.js"] == b'import { one } from "../view.js";\nimport { other } from "./other.js";\n'
    assert outcome["page.js"] == b'import { view } from "./view.js";\nimport("./later/more.js");\n'
    assert outcome["later/other.js"] == b"export const other=1;\n", "shortened, and not led elsewhere"
    assert {name: outcome[name] for name in ("one.js", "elsewhere.js")} == {
        name: SCRIPTS[name] for name in ("one.js", "elsewhere.js")
    }


@pytest.mark.parametrize(
    "script",
    [
        b'import * as one from "./one.js";\n',
        b'export * from "./one.js";\n',
        b"export default 1;\n",
        b"export let changing = 1;\n",
        b"const text = `over\n  lines`;\n",
        b"export const one = 1;\nexport const other = unheard;\n",
        b'import { one } from "./one.js";\nexport const one = 2;\n',
    ],
)
def test_a_script_that_would_mean_something_else_when_joined_is_refused(script: bytes) -> None:
    with pytest.raises(UnjoinableScript):
        join_scripts(SCRIPTS | {"view.js": script}, joined="view.js", pages=("page.js",))


def test_nothing_that_a_page_loads_has_a_module_of_the_joined_script_twice() -> None:
    """Words and much else are kept in a module's own variables: a second copy of it would know nothing of the first."""
    assets = Assets()
    story = assets.find(JOINED)[0]
    assert story is not None
    scripts = {path.name: path.read_bytes() for path in STATIC_FOLDER.glob("*.js")}
    asked, inside = [JOINED], set[str]()
    while asked:
        inside.add(name := asked.pop())
        asked += set(imports_of(scripts[name], name)) - inside
    assert {"client.js", "apply.js", "words.js", "entries.js", "story_view.js"} <= inside
    asked, seen = ["reader.js", "live-blog.js"], set[str]()
    while asked:
        name = asked.pop()
        asset, _ = assets.find(name)
        assert asset is not None, name
        seen.add(name)
        found = re.findall(r'(?:from |import\()"(\.{1,2}/[^"]+)"', asset.content.decode())
        names = {posixpath.normpath(posixpath.join(posixpath.dirname(name), each)) for each in found}
        assert not names & (inside - {JOINED}), name
        asked += names - seen - {JOINED}
    assert {"replies/list.js", "ticker.js", "host_page.js"} <= seen
