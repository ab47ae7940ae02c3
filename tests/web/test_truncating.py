"""The server and the browser's scripts cut a text at the same place."""

from __future__ import annotations

import json
import random
import shutil
import subprocess

from app.content import truncate_text
from app.web.assets import STATIC_FOLDER
from tests.content.text.test_graphemes import CLUSTERS
from tests.needs import require

NODE = shutil.which("node")
SCRIPT = """
import {{ truncate, countCharacters }} from "{module}";
let input = "";
for await (const piece of process.stdin) input += piece;
const cut = JSON.parse(input).map(([text, most]) => [truncate(text, most), countCharacters(text)]);
process.stdout.write(JSON.stringify(cut));
"""


def test_server_and_page_cut_at_the_same_place() -> None:
    require("node", found=NODE is not None, reason="install Node.js 18 or newer to test the browser's scripts")
    draw = random.Random(7)
    cases = [
        ("".join(draw.choices([*CLUSTERS, " ", " ", "word"], k=draw.randint(0, 30))), draw.randint(2, 25))
        for _ in range(3_000)
    ]
    script = SCRIPT.format(module=(STATIC_FOLDER / "truncate.js").as_uri())
    done = subprocess.run(
        [str(NODE), "--input-type=module", "-e", script],
        input=json.dumps(cases).encode(),
        capture_output=True,
        timeout=50,
        check=True,
    )
    found = [tuple(each) for each in json.loads(done.stdout)]
    assert found == [(truncate_text(text, most), len(text)) for text, most in cases]


def test_no_script_of_the_pages_cuts_a_text_by_half_characters() -> None:
    cut = [
        f"{path.name}: {line.strip()}"
        for path in STATIC_FOLDER.rglob("*.js")
        for line in path.read_text(encoding="utf-8").splitlines()
        if any(found in line for found in ("text.slice(", ").slice(0, ", "substring(", "substr(", "words.slice("))
    ]
    # Identifiers and slugs of ASCII, whole letters, what stands around a sign of Markdown, which is ASCII, and what an
    # error says to programmers.
    allowed = (
        "newId().slice(0, 8)",
        "toISOString().slice(0, 16)",
        "slice(0, OFFERED)",
        '"").slice(0, 80)',
        "text.slice(start + sign.length, end)",
        "text.slice(0, start)",
        "text.slice(start, end)",
        "text.slice(0, -1)",
        ")).slice(0, MOST)",
        "[...",
    )
    assert [line for line in cut if not any(each in line for each in allowed)] == []
    assert "maxlength" not in (STATIC_FOLDER.parent / "templates" / "newsroom.html").read_text(encoding="utf-8")
