"""The script that draws and follows a story, joined out of its modules: the same, in one, for whoever loads it."""

from __future__ import annotations

import posixpath
import re
import shutil
from pathlib import Path

import pytest

from app.web import bundling
from app.web.assets import JOINED, STATIC_FOLDER, STORY_PAGES, Assets
from app.web.bundling.joined_scripts import JoinedScripts, UnjoinableScript, imports_of

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
    joined = JoinedScripts(SCRIPTS, joined="view.js", pages=("page.js",)).write("view.js").decode()
    assert joined == (
        "function a(){return 1}\n"
        'const b="https://one.example";\n'
        "function c(){return a()+1}\n"
        "export { a as one, c as view };\n"
    )


def test_what_the_page_loads_later_shares_the_joined_script_and_others_keep_their_own() -> None:
    joined = JoinedScripts(SCRIPTS, joined="view.js", pages=("page.js",))
    more = b'import { one } from "../view.js";\nimport { other } from "./other.js";\n'
    assert joined.write("later/more.js") == more
    assert joined.write("page.js") == b'import { view } from "./view.js";\nimport("./later/more.js");\n'
    assert joined.write("later/other.js") == b"export const other=1;\n", "shortened, and not led elsewhere"
    assert joined.sources.keys() == {"view.js", "page.js", "later/more.js", "later/other.js"}


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
def test_a_script_that_would_mean_something_else_when_joined_is_refused_once_it_is_asked_for(script: bytes) -> None:
    joined = JoinedScripts(SCRIPTS | {"view.js": script}, joined="view.js", pages=("page.js",))
    with pytest.raises(UnjoinableScript):
        joined.write("view.js")


def test_the_names_that_a_page_preloads_are_those_that_the_written_scripts_import() -> None:
    assets = Assets()
    for name in assets.imported(STORY_PAGES, later=True) | set(STORY_PAGES):
        script = assets.file(name).content.decode()
        imported = re.findall(r'^ ?import [^;"]*"(\.[^"]+)";$', script, re.MULTILINE)
        loaded_later = re.findall(r'\bimport\("(\.[^"]+)"\)', script)
        folder = posixpath.dirname(name)
        found = {posixpath.normpath(posixpath.join(folder, each)) for each in imported}
        assert found <= assets.imported([name])
        assert assets.imported([name]) == found.union(*(assets.imported([each]) for each in found)), name
        later = {posixpath.normpath(posixpath.join(folder, each)) for each in loaded_later}
        assert later <= assets.imported([name], later=True), name


def test_an_address_changes_with_the_code_that_joins_scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = Assets().version
    for path in bundling.__path__:
        shutil.copytree(path, tmp_path / "bundling")
    monkeypatch.setattr(bundling, "__path__", [str(tmp_path / "bundling")])
    assert Assets().version == release
    code = tmp_path / "bundling" / "short_names.py"
    code.write_text(code.read_text().replace("a third of", "a half of"), encoding="utf-8")
    assert Assets().version != release


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
