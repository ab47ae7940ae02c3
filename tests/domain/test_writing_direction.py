"""The direction of a language, by its script, its region, or what is usual for it."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from app.domain.writing_direction import Direction, direction_of
from tests.needs import require

RTL = """
ar ar-EG ar-001 AR arz ary ckb dv fa fa-AF prs ps he he-IL iw yi ji sd ug ur ur-IN ks bal azb lrc mzn glk nqo syr arc
pnb az-Arab pa-Arab ku-Arab uz-Arab kk-Arab ms-Arab en-Hebr ff-Adlm ff-Adlm-GN man-Nkoo en-Syrc dv-Thaa ur-Aran az-IR
pa-PK ku-IQ uz-AF kk-CN tr-Arab ar-Arab-u-nu-latn
""".split()

LTR = """
en de fr es it pt nl nb nn no pl uk ru tr ja zh zh-Hant-TW ko hi bn ta th vi el hy ka az ku pa uz kk ms ff ha
ar-Latn ar-Latn-EG fa-Cyrl he-Latn ur-Deva sd-Deva sd-IN ug-KZ en-IL en-u-arab und az-Latn-IR
""".split()


@pytest.mark.parametrize(
    ("language", "direction"), [*((each, "rtl") for each in RTL), *((each, "ltr") for each in LTR)]
)
def test_a_language_is_written_in_this_direction(language: str, direction: Direction) -> None:
    assert direction_of(language) == direction


def test_the_table_agrees_with_unicode_as_node_has_it() -> None:
    node = shutil.which("node") or ""
    require("node", found=bool(node), reason="install Node.js 18 or newer to ask it for the scripts of languages")
    script = """
      const tags = JSON.parse(process.argv[1]);
      console.log(JSON.stringify(tags.map((tag) => new Intl.Locale(tag).maximize().script ?? null)));
    """
    tags = [tag for tag in [*RTL, *LTR] if not tag.startswith(("und", "ar-Arab-u"))]
    run = subprocess.run([node, "-e", script, json.dumps(tags)], capture_output=True, check=True, timeout=60)
    for tag, name in zip(tags, json.loads(run.stdout), strict=True):
        if name is not None:
            assert direction_of(tag) == direction_of(f"und-{name}"), (tag, name)
