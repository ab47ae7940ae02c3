"""The plugin's own rules in PHP without WordPress: which servers, stories and HTML; and what its files say."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.needs import require

PLUGIN = Path(__file__).parents[3] / "clients" / "wordpress"
MAIN = PLUGIN / "liveblog-story.php"
WITHOUT_WORDPRESS = """
define('ABSPATH', '/'); define('LIVEBLOG_SERVER', 'https://live.example/base/');
function add_action() {} function add_filter() {}
function register_activation_hook() {} function register_deactivation_hook() {} function register_uninstall_hook() {}
function get_option($name, $default) { return $GLOBALS['kept'] ?? $default; }
function __($text) { return $text; } function add_settings_error() {}
"""


def run(code: str, given: Any) -> Any:
    """Run PHP beside the plugin with `$given`; return what it returns."""
    require("PHP", found=shutil.which("php") is not None, reason="install the php-cli package")
    program = (
        f"{WITHOUT_WORDPRESS} require {json.dumps(str(MAIN))}; $given = json_decode(stream_get_contents(STDIN), true);"
        f"echo json_encode((function () use ($given) {{ {code} }})());"
    )
    done = subprocess.run(
        ["php", "-d", "error_reporting=-1", "-d", "display_errors=stderr", "-r", program],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return json.loads(done.stdout)


SERVERS = {
    "https://live.example": "https://live.example",
    " https://Live.Example/ ": "https://live.example",
    "https://live.example:8443/base/": "https://live.example:8443/base",
    "HTTPS://live.example": "https://live.example",
    "http://127.0.0.1:8000": "http://127.0.0.1:8000",
    "http://127.9.9.9": "http://127.9.9.9",
    "http://localhost:8000/": "http://localhost:8000",
    "http://[::1]:8000": "http://[::1]:8000",
    "https://xn--mller-kva.example": "https://xn--mller-kva.example",
    "": "",
    "live.example": "",
    "//live.example": "",
    "http://live.example": "",
    "http://127.0.0.1.evil.example": "",
    "http://localhost.evil.example": "",
    "http://10.0.0.1": "",
    "http://[::ffff:10.0.0.1]": "",
    "https://user@live.example": "",
    "https://user:secret@live.example": "",
    "https://live.example?x": "",
    "https://live.example/#x": "",
    "https://live.example/a b": "",
    'https://live.example/"><script>': "",
    "https://live.exa\nmple": "",
    "https://müller.example": "",
    "javascript://live.example/%0aalert(1)": "",
    "file:///etc/passwd": "",
}


def test_only_a_server_that_others_cannot_change_on_the_way_is_asked() -> None:
    assert run("return array_map('LiveblogStory\\\\clean_server', $given);", list(SERVERS)) == list(SERVERS.values())


STORIES: list[tuple[dict[str, Any], str | None]] = [
    ({"story": "election-night"}, "election-night/fragment"),
    ({"story": " 465df9f4-d608-42b7-bf2d-a7d28f1de5b4 "}, "465df9f4-d608-42b7-bf2d-a7d28f1de5b4/fragment"),
    ({"story": "выборы-2026"}, "%D0%B2%D1%8B%D0%B1%D0%BE%D1%80%D1%8B-2026/fragment"),
    (
        {"story": "चुनाव-नतीजे"},
        "%E0%A4%9A%E0%A5%81%E0%A4%A8%E0%A4%BE%E0%A4%B5-%E0%A4%A8%E0%A4%A4%E0%A5%80%E0%A4%9C%E0%A5%87/fragment",
    ),
    ({"story": "https://live.example/base/stories/election-night?position=x#entry-y"}, "election-night/fragment"),
    ({"story": "https://elsewhere.example/stories/a"}, "a/fragment"),  # a name, asked of our own server
    ({"story": "a", "mode": "ticker", "limit": "3"}, "a/fragment?mode=ticker&limit=3"),
    (
        {"story": "a", "order": "oldest", "lang": "pt-BR", "ad-every": 5},
        "a/fragment?order=oldest&lang=pt-BR&ad_every=5",
    ),
    ({"story": "a", "adEvery": 20, "limit": 21, "mode": "x", "order": "x", "lang": "x"}, "a/fragment?ad_every=20"),
    ({"story": "a", "limit": -1, "ad-every": "0", "lang": "en\n"}, "a/fragment"),
    ({"story": "a", "limit": [1], "lang": "<b>"}, "a/fragment"),
    ({"story": "a", "lang": ["en"], "mode": ["ticker"], "order": {}, "adEvery": {"a": 1}}, "a/fragment"),
    ({"story": ["a"]}, None),
    ({"story": {"a": "b"}}, None),
    ({"story": 7}, None),
    ({"story": ""}, None),
    ({}, None),
    ({"story": "a/b"}, None),
    ({"story": "../a"}, None),
    ({"story": "a?b"}, None),
    ({"story": "a#b"}, None),
    ({"story": "a\nb"}, None),
    ({"story": "a b"}, None),
    ({"story": "x" * 121}, None),
    ({"story": '"><script>'}, None),
    ({"story": "https://live.example/stories/%22%3E"}, None),
    ({"story": "https://live.example/stories/..%2f..%2fx"}, None),
]


def test_what_a_post_says_is_a_story_of_the_server_or_nothing() -> None:
    found = run(
        "return array_map(fn($each) => LiveblogStory\\choices($each)['address'] ?? null, $given);",
        [each for each, _ in STORIES],
    )
    base = "https://live.example/base/stories/"
    assert found == [None if expected is None else base + expected for _, expected in STORIES]


DATA = {
    "@type": "LiveBlogPosting",
    "dateModified": "2026-11-29T05:00:00.250Z",
    "headline": '[gallery] \\ "[a]" [',
    "n": [[1], ["[x]"]],
}


def test_what_wordpress_would_take_for_its_own_is_spelt_so_that_it_does_not_and_readers_see_the_same() -> None:
    scripts = f'<script type="application/ld+json">{json.dumps(DATA)}</script>'
    text = '<p>[gallery ids="1"] 7) 8) :-) x:y :lol: ;) 20:14 80 8-)</p>[x'
    drawn = f'<link href="[a]"><div class="liveblog" data-x="[1, 2]">{scripts}{text}'
    inert = run("return LiveblogStory\\inert($given);", drawn)
    markup = re.sub(r"<script.*?</script>", "", inert, flags=re.DOTALL)
    assert "[" not in markup
    assert not re.search(r"(?<=[\s>])(?:[:;]\S|8-?\))", markup)
    assert "20:14 80 " in markup
    assert html.unescape(markup) == drawn.replace(scripts, "")
    (data,) = re.findall(r"<script[^>]*>(.*?)</script>", inert)
    assert json.loads(data) == DATA
    assert not re.search(r"\[/?[a-z]", data)
    assert run("return LiveblogStory\\modified_in($given);", drawn) == 1795928400
    assert run("return LiveblogStory\\modified_in($given);", "<p>dateModified</p>") == 0


def test_the_server_of_the_configuration_stands_whatever_the_form_says_and_keeps_its_token() -> None:
    server = "https://live.example/base"
    save = "$GLOBALS['kept'] = $given['kept'] ?: null; return LiveblogStory\\clean_settings($given['form']);"
    first = run(save, {"kept": None, "form": {"token": "one", "server": "https://evil.example"}})
    assert first == {"server": server, "token": "one"}
    assert run(save, {"kept": first, "form": {"token": ""}}) == first
    assert run(save, {"kept": first, "form": first}) == first  # WordPress cleans what it makes anew twice
    assert run(save, {"kept": first, "form": {"token": ["two"]}}) == first
    assert run(save, {"kept": first, "form": {"token": "", "forget": "1"}}) == {"server": server, "token": ""}
    assert run(save, {"kept": first, "form": "nonsense"}) == first


@pytest.mark.parametrize("token", ["a" * 40, "lb_A-z0.9~", " padded "])
def test_a_token_is_one_word(token: str) -> None:
    assert run("return LiveblogStory\\clean_token($given);", token) == token.strip()


@pytest.mark.parametrize("token", ["two words", "line\nX-Header: y", "ü", "x" * 513, ""])
def test_what_is_no_token_is_none(token: str) -> None:
    assert run("return LiveblogStory\\clean_token($given);", token) == ""


def test_its_files_name_one_version_one_domain_and_the_php_that_they_need() -> None:
    text = MAIN.read_text(encoding="utf-8")
    readme = (PLUGIN / "readme.txt").read_text(encoding="utf-8")
    block = json.loads((PLUGIN / "block.json").read_text(encoding="utf-8"))
    versions = re.findall(r"^ \* Version: (.+)$|^const VERSION = '(.+)';$", text, re.MULTILINE)
    stable = re.findall(r"^Stable tag: (.+)$", readme, re.MULTILINE)
    assert {*("".join(each) for each in versions), *stable, block["version"]} == {block["version"]}
    assert len(versions) == 2
    for name in ("Requires at least", "Requires PHP"):
        assert re.findall(rf"^ \* {name}: (.+)$", text, re.MULTILINE) == re.findall(
            rf"^{name}: (.+)$", readme, re.MULTILINE
        )
    assert f"const BLOCK   = '{block['name']}';" in text
    script = (PLUGIN / "block.js").read_text(encoding="utf-8")
    assert f'const NAME = "{block["name"]}";' in script
    domains = re.findall(
        r"\b(?:__|esc_html__|esc_html_e|esc_attr__)\(\s*(?:'[^']*'|\"[^\"]*\"),\s*['\"]([^'\"]*)['\"]", text + script
    )
    assert len(domains) > 40
    assert {*domains, block["textdomain"]} == {"liveblog-story"}
    assert sorted(path.name for path in PLUGIN.iterdir()) == [
        "block.js",
        "block.json",
        "liveblog-story.php",
        "readme.txt",
    ]
