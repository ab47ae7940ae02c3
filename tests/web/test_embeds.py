"""What the pages send for embeds: places in the style, small scripts that are loaded late, a policy."""

from __future__ import annotations

import re
from dataclasses import replace

from app.content.embeds.forms import HEIGHTS, RATIOS
from app.content.embeds.providers import providers_in_use
from app.web.assets import STATIC_FOLDER, Assets
from app.web.headers import NEWSROOM_POLICY, preview_policy, reader_policy
from app.wire.links import Site

SITE = Site(name="The Courier", url="https://courier.example", logo=None)
STYLE = (STATIC_FOLDER / "reader.css").read_text(encoding="utf-8")


def test_every_shape_a_frame_may_have_has_its_place_before_any_script() -> None:
    scripted = STYLE.partition("@media (scripting: enabled) {\n  :is(#story, #preview, live-blog) .lb-embed")[2]
    scripted = scripted.partition("\n}\n")[0]
    ratios = dict(re.findall(r'\.lb-embed\[data-ratio="([0-9/]+)"\] \{ aspect-ratio: ([0-9 /]+); \}', scripted))
    heights = dict(re.findall(r'\.lb-embed\[data-height="(\d+)"\] \{ min-height: (\d+)px; \}', scripted))
    assert ratios == {ratio: ratio.replace("/", " / ") for ratio in RATIOS}
    assert heights == {str(height): str(height) for height in HEIGHTS}


def _source(name: str) -> str:
    return (STATIC_FOLDER / name).read_text(encoding="utf-8")


def test_what_shows_embeds_is_small_and_loaded_once_there_is_one() -> None:
    assets = Assets()
    names = ["players.js", "embeds/frames.js", "embeds/consent.js", "embeds/frame_heights.js"]
    hook, frames, consent, heights = (len(asset.brotli) for name in names for asset, _ in [assets.find(name)] if asset)
    assert hook <= 192, "with the page"
    assert frames + consent <= 2_048, "once there is an embed"
    assert heights <= 704, "once there is one that has no ratio"
    known = {each.removeprefix("embeds/") for each in names[1:]}
    assert {path.name for path in (STATIC_FOLDER / "embeds").iterdir()} == known
    assert "frame_heights.js" not in "".join(re.findall("^import .*$", _source("embeds/frames.js"), re.MULTILINE))
    page = (STATIC_FOLDER.parent / "templates" / "story.html").read_text(encoding="utf-8")
    assert "embeds/" not in page
    statically = re.compile(r'from "\./embeds/')
    assert [path.name for path in STATIC_FOLDER.glob("*.js") if statically.search(path.read_text("utf-8"))] == []


def test_pages_may_frame_known_providers_alone_and_the_newsroom_nothing() -> None:
    sources = providers_in_use().frame_sources
    for policy in (reader_policy(SITE), reader_policy(replace(SITE, frame_ancestors=("'self'",))), preview_policy()):
        framed = [each.strip() for each in policy.split(";") if each.strip().startswith("frame-src")]
        assert framed == [f"frame-src {sources}"]
        assert "script-src 'self';" in policy
    assert "*" not in sources
    assert "http:" not in sources
    assert "frame-src" not in NEWSROOM_POLICY
    assert "default-src 'none'" in NEWSROOM_POLICY


def test_no_script_of_ours_loads_one_of_another_host() -> None:
    for path in (STATIC_FOLDER / "embeds").iterdir():
        script = path.read_text(encoding="utf-8")
        assert "createElement" not in script
        assert "https://" not in script
        assert '"script"' not in script
