"""Themes on a real server: two sites in two themes, what stops a server from starting, and what a page survives."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from app.composition.themes import load_themes
from app.settings import Settings, UnusableSettings, read_settings
from app.wire.links import Site
from tests.ports import reserved_port
from tests.processes import Installation

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 60"><rect width="300" height="60"/></svg>'
HARBOUR_CSS = ":root { --accent: #0a7d5a; }\n.masthead { background: var(--accent); }\n.entry { padding: 2rem; }\n"
FOOT = '{% extends "ours/page.html" %}{% block footer %}<footer>{{ site.name }} by night</footer>{% endblock %}'
BROKEN_LATER = "{{ ''.__class__.__mro__[1].__subclasses__() }}"


def write(folder: Path, **files: str | bytes) -> None:
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def themes_in(folder: Path) -> Path:
    write(folder / "harbour", theme_css=HARBOUR_CSS, logo_svg=SVG)
    write(folder / "dusk", theme_css=":root { --accent: #805ad5; }", templates__page_html=FOOT)
    return folder


def settings_with(tmp_path: Path, folder: Path, theme: str = "") -> Settings:
    return Settings(public_url="https://live.example", data_dir=tmp_path, theme_dir=folder, theme=theme)


BROKEN: dict[str, tuple[dict[str, str | bytes], str]] = {
    "an unknown template": ({"templates__pgae_html": "x"}, r"pgae\.html overrides no template"),
    "the newsroom's page": ({"templates__newsroom_html": "x"}, r"newsroom\.html overrides no template"),
    "a syntax error": ({"templates__page_html": "<p>\n{% if %}"}, r"page\.html, line 2: "),
    "an unknown filter": ({"templates__page_html": "\n\n{{ 1 | nope }}"}, r"page\.html, line 3: .*nope"),
    "a template of no name": (
        {"templates__page_html": '\n{% include "shop.html" %}'},
        r"page\.html, line 2: there is no template shop",
    ),
    "one made of itself": ({"templates__page_html": '{% extends "page.html" %}'}, r"page\.html, line 1: .*of itself"),
    "an import": ({"theme_css": "\n@import 'x.css';"}, r"theme\.css, line 2: @import"),
    "a remote picture": ({"theme_css": "a {\n background: url(https://x.example/a.png) }"}, r"css, line 2: url\(\)"),
    "a hidden address": ({"theme_css": "a { background: u\\72l(//x.example) }"}, r"theme\.css, line 1: "),
    "braces left open": ({"theme_css": "a {}\nb {"}, r"theme\.css, line 2: \{ is never closed"),
    "a style beyond the limit": ({"theme_css": " " * 65_537}, r"theme\.css has 65537 bytes; at most 65536"),
    "another encoding": ({"theme_css": b"/* \xe4 */"}, r"theme\.css is not UTF-8"),
    "a logo without a size": ({"logo_svg": "<svg></svg>"}, r"logo\.svg is no svg that says its width"),
    "two logos": ({"logo_svg": SVG, "logo_png": b"x"}, r"logo\.png is a second logo"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_theme_is_no_setting_and_says_where_it_is_broken(tmp_path: Path, name: str) -> None:
    files, sentence = BROKEN[name]
    write(tmp_path / "themes" / "harbour", **files)
    with pytest.raises(UnusableSettings, match=r"^LIVEBLOG_THEME_DIR: .*harbour.*" + sentence) as refused:
        load_themes(settings_with(tmp_path, tmp_path / "themes"))
    assert "\n" not in str(refused.value)


def test_a_folder_that_is_missing_and_a_theme_that_is_not_in_it_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnusableSettings, match="nowhere cannot be read: No such file"):
        load_themes(settings_with(tmp_path, tmp_path / "nowhere"))
    with pytest.raises(UnusableSettings, match="night is no theme; those there are: dusk, harbour"):
        load_themes(settings_with(tmp_path, themes_in(tmp_path / "themes"), "night"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIVEBLOG_THEME", "night")
    with pytest.raises(UnusableSettings, match="LIVEBLOG_THEME: needs LIVEBLOG_THEME_DIR"):
        read_settings()


def test_a_site_whose_theme_is_gone_is_drawn_in_the_servers(tmp_path: Path) -> None:
    themes = load_themes(settings_with(tmp_path, themes_in(tmp_path / "themes"), "harbour"))
    site = Site("Evening", "https://evening.example", None, slug="evening", theme="gone")
    assert themes.of(site).name == "harbour"
    assert not themes.are_well([site])
    assert themes.are_well([Site("Evening", "https://evening.example", None, theme="dusk")])


def test_two_sites_of_one_server_are_drawn_in_their_themes(tmp_path: Path) -> None:
    folder = themes_in(tmp_path / "themes")
    write(folder / "broken", templates__stories_html=BROKEN_LATER)
    settings = {"LIVEBLOG_THEME_DIR": str(folder), "LIVEBLOG_THEME": "harbour"}
    installation = Installation(tmp_path / "data", settings)
    installation.check("migrate")
    with reserved_port() as port, installation.serving(port) as server, server.client(installation.token) as admin:
        evening = {"slug": "evening", "name": "Evening", "url": "https://evening.example", "hosts": ["e.example"]}
        refused = admin.post("/v1/newsroom/sites", json={**evening, "theme": "night"})
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "theme_unknown")
        assert admin.post("/v1/newsroom/sites", json={**evening, "theme": "dusk"}).status_code == 201
        story = admin.post("/v1/stories", json={"title": "Night", "site": "evening"}).json()
        other = admin.post("/v1/stories", json={"title": "Day"}).json()
        ours, theirs = f"/stories/{other['slug']}", f"/stories/{story['slug']}"
        at_evening = {"host": "e.example"}
        with server.client() as reader:
            plain = reader.get(ours)
            logo = re.search(r'<img src="(/static/\w+/themes/harbour/logo.svg)" width="300" height="60"', plain.text)
            assert logo
            answer = reader.get(logo[1])
            assert (answer.headers["cache-control"], answer.text) == ("public, max-age=31536000, immutable", SVG)
            assert "sandbox" in answer.headers["content-security-policy"]
            assert sheet(plain, "harbour").endswith("/theme.css")
            assert reader.get(sheet(plain, "harbour")).text == HARBOUR_CSS
            dusk = reader.get(theirs, headers=at_evening)
            assert "Evening by night</footer>" in dusk.text
            assert "harbour" not in dusk.text
            assert "dusk/theme.css" in reader.get(f"{theirs}?embed", headers=at_evening).text
            for query in ("", "?mode=ticker"):
                fragment = reader.get(f"{ours}/fragment{query}")
                assert fragment.text.count("<link") == 1
                scoped = reader.get(sheet(fragment, "harbour")).text
                assert "--accent: var(--liveblog-accent, #0a7d5a)" in scoped
                assert ".liveblog .entry { padding: 2rem; }" in scoped
                assert ".masthead" not in scoped
                assert 'url("icons.svg")' not in scoped
            # What is cached changes with the theme.
            path = "/v1/newsroom/sites/evening"
            assert admin.patch(path, json={"theme": "harbour"}, headers={"if-match": "*"}).status_code == 200
            again = reader.get(theirs, headers={**at_evening, "if-none-match": dusk.headers["etag"]})
            assert again.status_code == 200
            assert "harbour/theme.css" in again.text
            assert "by night" not in again.text
            refused = admin.patch(path, json={"theme": "night"}, headers={"if-match": "*"})
            assert refused.status_code == 422
            # A template that reaches for what it may not: readers get our page, the operator one line and a reason.
            assert admin.get("/readyz").json() == {"status": "ready", "reasons": []}
            assert admin.patch(path, json={"theme": "broken"}, headers={"if-match": "*"}).status_code == 200
            for _ in range(2):
                listed = reader.get("/", headers=at_evening)
                assert (listed.status_code, "Night" in listed.text) == (200, True)
            assert server.log.count('"theme_failed"') == 1
            assert "\nliveblog_theme_failures_total 2\n" in admin.get("/metrics").text
            assert admin.get("/readyz").json() == {"status": "degraded", "reasons": ["theme"]}


def sheet(page: httpx.Response, theme: str) -> str:
    """Return the address of a theme's style sheet that a page links to."""
    found = re.search(rf'<link rel="stylesheet" href="([^"]*/themes/{theme}/[a-z-]+\.css)"', page.text)
    assert found, page.text
    return found[1]
