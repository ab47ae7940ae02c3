"""What the reader's page says beside what the story says stands in one place of the templates and one of the scripts."""

from __future__ import annotations

import re

from app.web.assets import STATIC_FOLDER

TEMPLATES = STATIC_FOLDER.parent / "templates"


def test_the_server_and_the_scripts_use_the_same_words() -> None:
    template = (TEMPLATES / "reader_words.html").read_text(encoding="utf-8")
    script = (STATIC_FOLDER / "reader_words.js").read_text(encoding="utf-8")
    said = dict(re.findall(r'set (\w+) = "([^"]+)"', template))
    in_scripts = re.findall(r'^  (\w+): "([^"]+)",$', script, re.MULTILINE)
    assert said == {re.sub(r"[A-Z]", lambda big: f"_{big[0].lower()}", name): words for name, words in in_scripts}
    drawn = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.html"))
    assert [name for name in said if f"words.{name}" not in drawn] == []
