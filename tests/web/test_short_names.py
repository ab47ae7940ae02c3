"""Scripts whose variables have short names mean what they meant, and what cannot be read is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.web.assets import STATIC_FOLDER, STORY_PAGES
from app.web.bundling.joined_scripts import scripts_of_pages
from app.web.bundling.script_tokens import UnreadableScript
from app.web.bundling.short_lines import shorten_lines
from app.web.bundling.short_names import shorten_script
from tests.web.test_scripts import TESTS, passed, run_node

ROOT = Path(__file__).parents[2]
MEANT = {
    "a member keeps its name": ("const size = window.size;", "const a=window.size;"),
    "a variable is one wherever it stands": (
        "function sum(first, second) {\n  return first + second;\n}\n",
        "function a(b,c){return b+c}",
    ),
    "a member by a variable's name is both": (
        "function of2(name) {\n  return { name, size: name.size };\n}\n",
        "function a(b){return{name:b,size:b.size}}",
    ),
    "a part that is taken out keeps its name": (
        "function f(given) {\n  const { id, size: length = 1, ...rest } = given;\n  return [id, length, rest];\n}\n",
        "function a(b){const{id:c,size:d=1,...e}=b;return[c,d,e]}",
    ),
    "keys and methods are members": (
        "const made = { close() {}, get head() { return 1; }, async ask() {}, [made]: 2, class: 3 };",
        "const a={close(){},get head(){return 1},async ask(){},[a]:2,class:3};",
    ),
    "what is chosen is no key": (
        "function f(is, one, two) {\n  return is ? one : { two } ?? two;\n}\n",
        "function a(b,c,d){return b?c:{two:d}??d}",
    ),
    "private members are of their class": (
        "class View {\n  #root = 1;\n  at = 2;\n  get root() { return this.#root + this.at; }\n}\n",
        "class a{\n#a=1;\nat=2;\nget root(){return this.#a+this.at}}",
    ),
    "a private name in a text is a text": (
        'class View {\n  #root;\n  find() { return "#root"; }\n}\n',
        'class a{\n#a;\nfind(){return"#root"}}',
    ),
    "values in a text are variables": (
        "function f(id) {\n  return `entry-${id}:${[id].map((each) => `${each}}`)}`;\n}\n",
        "function a(b){return`entry-${b}:${[b].map((c)=>`${c}}`)}`}",
    ),
    "an expression between slashes is a text": (
        'function f(id, by) {\n  return /[/"]id/.test(id) && id / by / 2;\n}\n',
        'function a(b,c){return/[/"]id/.test(b)&&b/c/2}',
    ),
    "what is caught, counted and listed is bound": (
        "function f(list) {\n  try {\n    for (const [at, { id }] of list) g(at, id);\n"
        "  } catch ({ status }) {\n    g(status);\n  }\n}\n"
        "function g() {}\n",
        "function b(c){try{for(const[d,{id:e}]of c)a(d,e)}catch({status:f}){a(f)}}\nfunction a(){}",
    ),
    "blanks stay where two signs would be another": (
        "function f(one, two) {\n  return one - -two + +one;\n}\n",
        "function a(b,c){return b- -c+ +b}",
    ),
    "what is exported keeps its name, and so does what others export": (
        'import { when as at, say } from "./words.js";\n\nexport function told(it) {\n  return say(at(it));\n}\n'
        "export const { place } = told;\n",
        'import { when as a, say as b } from "./words.js";\nexport function told(c){return b(a(c))}\n'
        "export const{place}=told;",
    ),
    "a variable of outside is not hidden": (
        "const shown = 1;\nfunction f(a) {\n  return (b) => a + b + shown;\n}\n",
        "const c=1;\nfunction d(a){return(b)=>a+b+c}",
    ),
    "what a variable hides inside stays hidden": (
        "function show(place) {\n  return (place) => place;\n}\nconst place = show(1);\n",
        "function b(a){return(a)=>a}\nconst a=b(1);",
    ),
}


@pytest.mark.parametrize(("script", "sent"), MEANT.values(), ids=MEANT.keys())
def test_names_are_short_where_they_are_a_variables_alone(script: str, sent: str) -> None:
    assert shorten_script("script.js", script) == f"{sent}\n"


@pytest.mark.parametrize(
    "script",
    [
        "var a = 1;",
        "with (a) {}",
        "const a = `over\n lines`;",
        "const a = `open",
        "const a = (1;",
        "const a = 1);",
        "const a = b;",
        "const document = 1;",
        "function f(list) {\n  for (const each of list);\n}\n",
        "const a = @b;",
        "function f() {\n  return arguments;\n}\n",
    ],
)
def test_what_is_not_known_is_refused(script: str) -> None:
    with pytest.raises(UnreadableScript):
        shorten_script("script.js", script)


def _tested_with_short_names(folder: Path, tests: list[str]) -> int:
    """Give every script of stories' pages short names, each by itself, and return how many of its tests pass."""
    static = folder / STATIC_FOLDER.relative_to(ROOT)
    for part in (STATIC_FOLDER, STATIC_FOLDER.parent / "catalogue", TESTS):
        shutil.copytree(part, folder / part.relative_to(ROOT))
    (folder / "docs").mkdir()
    shutil.copy(ROOT / "docs/apply-fixtures.json", folder / "docs")
    scripts = {path.relative_to(static).as_posix(): shorten_lines(path.read_bytes()) for path in static.glob("**/*.js")}
    named = scripts_of_pages(scripts, STORY_PAGES)
    assert {"apply.js", "client.js", "embeds/consent.js", "reading/visits.js"} <= named
    for name in named:
        (static / name).write_text(shorten_script(name, scripts[name].decode()), encoding="utf-8")
    return passed(run_node(*(folder / TESTS.relative_to(ROOT) / name for name in tests)))


def test_scripts_of_a_storys_pages_pass_their_tests_with_short_names(tmp_path: Path) -> None:
    assert _tested_with_short_names(tmp_path, ["apply.test.mjs", "consent.test.mjs", "visits.test.mjs"]) > 40


@pytest.mark.slow
def test_the_client_passes_its_tests_with_short_names(tmp_path: Path) -> None:
    tests = [
        "client.test.mjs",
        "client_transports.test.mjs",
        "outage.test.mjs",
        "element.test.mjs",
        "relative_time.test.mjs",
    ]
    assert _tested_with_short_names(tmp_path, [*tests, "time_zones.test.mjs"]) > 60
