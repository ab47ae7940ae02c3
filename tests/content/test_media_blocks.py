"""Blocks of uploads: what they show, the words they take over, and the addresses by which they name their files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_type_hints

import pytest

from app.content import Block, MediaFacts, MediaFile, complete_blocks, media_block, media_name, names_in_content
from app.content.blocks import BLOCK_SHAPES
from app.content.html.sanitising import IMAGE_SIZES, sanitise
from app.content.media_addresses import MEDIA_MARK, is_stored_media, is_stored_srcset
from app.domain.errors import InvalidInput
from tests.content.oracle import counted_ids

PICTURE_NAME = "p" * 22
FILM_NAME = "f" * 22
SOUND_NAME = "s" * 22
PICTURE_ADDRESS = f"{MEDIA_MARK}{PICTURE_NAME}"
FILM_ADDRESS = f"{MEDIA_MARK}{FILM_NAME}"
SOUND_ADDRESS = f"{MEDIA_MARK}{SOUND_NAME}"

PICTURE = MediaFacts(
    id="m1",
    name=PICTURE_NAME,
    kind="image",
    width=2_560,
    height=1_920,
    animated=False,
    duration_ms=None,
    placeholder="#aabbcc",
    files=(
        MediaFile("w640.webp", "image/webp", 640, 480, 1_000),
        MediaFile("w1280.webp", "image/webp", 1_280, 960, 3_000),
        MediaFile("w2560.webp", "image/webp", 2_560, 1_920, 8_000),
        MediaFile("w640.jpg", "image/jpeg", 640, 480, 1_500),
        MediaFile("w1280.jpg", "image/jpeg", 1_280, 960, 4_000),
        MediaFile("w2560.jpg", "image/jpeg", 2_560, 1_920, 9_000),
    ),
    alt="A bridge",
    caption="The bridge at dawn",
    credit="AFP",
    focal={"x": 0.25, "y": 0.5},
)
FILM = MediaFacts(
    id="m2",
    name=FILM_NAME,
    kind="video",
    width=1_920,
    height=1_080,
    animated=False,
    duration_ms=12_500,
    placeholder="#102030",
    files=(
        MediaFile("film.mp4", "video/mp4", 1_920, 1_080, 90_000),
        MediaFile("w640.jpg", "image/jpeg", 640, 360, 1_500),
        MediaFile("w1920.jpg", "image/jpeg", 1_920, 1_080, 6_000),
    ),
    caption="The crossing",
    credit="Reuters",
)
SOUND = MediaFacts(
    id="m3",
    name=SOUND_NAME,
    kind="audio",
    width=None,
    height=None,
    animated=False,
    duration_ms=3_000,
    placeholder=None,
    files=(MediaFile("sound.m4a", "audio/mp4", None, None, 7_000),),
    caption="The bells",
    credit="Jane",
)
UPLOADS = {media.id: media for media in (PICTURE, FILM, SOUND)}


def complete(*blocks: dict[str, Any]) -> list[Block]:
    return complete_blocks(blocks, new_id=counted_ids(), media=UPLOADS)


def without_members(block: Block, names: str) -> Block:
    return {name: value for name, value in block.items() if name not in names.split()}


def file_of(name: str) -> MediaFile:
    width, _, ending = name.removeprefix("w").partition(".")
    return MediaFile(name, {"jpg": "image/jpeg", "webp": "image/webp"}[ending], int(width), 10, 1)


def errors(*blocks: dict[str, Any]) -> list[tuple[str, str, str]]:
    with pytest.raises(InvalidInput) as refused:
        complete(*blocks)
    return [(error.pointer, error.code, error.detail) for error in refused.value.errors]


def test_a_picture_names_a_jpeg_for_old_clients_and_the_webp_of_each_width_for_browsers() -> None:
    made = media_block(PICTURE)
    assert made["url"] == f"{PICTURE_ADDRESS}/w1280.jpg"
    assert made["html"] == (
        f'<figure class="lb-image"><img src="{PICTURE_ADDRESS}/w1280.jpg" srcset="{PICTURE_ADDRESS}/w640.webp 640w, '
        f'{PICTURE_ADDRESS}/w1280.webp 1280w, {PICTURE_ADDRESS}/w2560.webp 2560w" sizes="{IMAGE_SIZES}" '
        'alt="A bridge" width="2560" height="1920" loading="lazy" decoding="async" data-placeholder="#aabbcc">'
        "<figcaption>The bridge at dawn <cite>AFP</cite></figcaption></figure>"
    )


def test_a_picture_has_the_words_the_focal_point_and_every_rendition_of_its_upload() -> None:
    made = media_block(PICTURE)
    assert without_members(made, "url html renditions") == {
        "type": "image",
        "media": "m1",
        "width": 2_560,
        "height": 1_920,
        "alt": "A bridge",
        "caption": "The bridge at dawn",
        "credit": "AFP",
        "focal": {"x": 0.25, "y": 0.5},
        "placeholder": "#aabbcc",
    }
    assert made["renditions"][0] == {
        "url": f"{PICTURE_ADDRESS}/w640.webp",
        "type": "image/webp",
        "width": 640,
        "height": 480,
        "size": 1_000,
    }
    assert [each["url"] for each in made["renditions"]] == [PICTURE.address(each.file) for each in PICTURE.files]


def test_a_picture_of_which_nothing_more_is_known_says_nothing_more() -> None:
    bare = replace(
        PICTURE,
        width=None,
        height=None,
        placeholder=None,
        files=(MediaFile("only.png", "image/png", None, None, 9),),
        alt="",
        caption="",
        credit="",
        focal=None,
    )
    url = f"{PICTURE_ADDRESS}/only.png"
    assert media_block(bare) == {
        "type": "image",
        "url": url,
        "media": "m1",
        "alt": "",
        "renditions": [{"url": url, "type": "image/png", "size": 9}],
        "html": f'<figure class="lb-image"><img src="{url}" alt="" loading="lazy" decoding="async"></figure>',
    }


def test_a_picture_without_a_description_is_described_by_its_caption() -> None:
    made = media_block(replace(PICTURE, alt=" "))
    assert made["alt"] == "The bridge at dawn"
    assert 'alt="The bridge at dawn"' in made["html"]


def test_the_words_kept_with_an_upload_are_text_and_not_markup() -> None:
    made = media_block(replace(PICTURE, alt='"><script>', caption="<b>1</b>\n2", credit="A & B"))
    assert 'alt="&quot;&gt;&lt;script&gt;"' in made["html"]
    assert "<figcaption>&lt;b&gt;1&lt;/b&gt;<br>2 <cite>A &amp; B</cite></figcaption>" in made["html"]


@pytest.mark.parametrize(
    ("animated", "files", "shown"),
    [
        (True, "w640.webp w1280.webp w1280.jpg", "w1280.webp"),
        (False, "w640.webp w1280.webp w640.jpg", "w640.jpg"),
        (False, "w640.webp w1280.webp w2560.webp", "w1280.webp"),
        (False, "w2560.jpg w5000.jpg", "w2560.jpg"),
        (False, "w640.jpg w1280.jpg w1281.jpg", "w1280.jpg"),
    ],
    ids=["moving", "still", "webp alone", "all too large", "at the limit"],
)
def test_the_picture_for_old_clients_is_the_largest_that_is_not_too_large(
    animated: bool, files: str, shown: str
) -> None:
    given = tuple(file_of(name) for name in files.split())
    made = media_block(replace(PICTURE, animated=animated, files=given))
    assert made["url"] == f"{PICTURE_ADDRESS}/{shown}"
    assert f'<img src="{PICTURE_ADDRESS}/{shown}"' in made["html"]


def test_a_video_shows_a_picture_until_it_plays() -> None:
    made = media_block(FILM)
    assert without_members(made, "renditions html") == {
        "type": "video",
        "url": f"{FILM_ADDRESS}/film.mp4",
        "media": "m2",
        "poster": f"{FILM_ADDRESS}/w640.jpg",
        "width": 1_920,
        "height": 1_080,
        "caption": "The crossing",
        "credit": "Reuters",
        "duration_ms": 12_500,
        "placeholder": "#102030",
    }
    assert [each["type"] for each in made["renditions"]] == ["video/mp4", "image/jpeg", "image/jpeg"]
    assert made["html"].startswith(
        f'<figure class="lb-video"><video src="{FILM_ADDRESS}/film.mp4" poster="{FILM_ADDRESS}/w640.jpg" '
        'width="1920" height="1080" controls="" preload="none"></video>'
    )


def test_a_video_of_which_there_is_no_picture_has_no_poster() -> None:
    made = media_block(replace(FILM, files=FILM.files[:1]))
    assert "poster" not in made
    assert "poster" not in made["html"]


def test_a_sound_has_its_duration_and_its_rendition() -> None:
    url = f"{SOUND_ADDRESS}/sound.m4a"
    assert media_block(SOUND) == {
        "type": "audio",
        "url": url,
        "media": "m3",
        "caption": "The bells",
        "credit": "Jane",
        "duration_ms": 3_000,
        "renditions": [{"url": url, "type": "audio/mp4", "size": 7_000}],
        "html": (
            f'<figure class="lb-audio"><audio src="{url}" controls="" preload="none"></audio>'
            "<figcaption>The bells <cite>Jane</cite></figcaption></figure>"
        ),
    }


@pytest.mark.parametrize("media", UPLOADS.values(), ids=lambda media: media.kind)
def test_the_block_of_an_upload_has_only_members_of_its_type_and_is_sanitised(media: MediaFacts) -> None:
    made = media_block(media)
    assert made.keys() <= get_type_hints(BLOCK_SHAPES[media.kind]).keys()
    assert sanitise(made["html"]) == made["html"]


@pytest.mark.parametrize("media", UPLOADS.values(), ids=lambda media: media.kind)
def test_a_block_that_only_names_an_upload_is_all_that_the_upload_gives(media: MediaFacts) -> None:
    made = complete({"type": media.kind, "media": media.id})
    assert made == [{"id": "b1", **media_block(media)}]
    assert complete(*made) == made


@pytest.mark.parametrize("media", UPLOADS.values(), ids=lambda media: media.kind)
def test_words_of_the_block_replace_those_of_its_upload_and_empty_ones_remove_them(media: MediaFacts) -> None:
    own, emptied, absent = complete(
        {"type": media.kind, "media": media.id, "caption": " Mine\r\ntwo "},
        {"type": media.kind, "media": media.id, "caption": "", "credit": ""},
        {"type": media.kind, "media": media.id, "caption": None, "credit": None},
    )
    assert (own["caption"], own["credit"]) == ("Mine\ntwo", media.credit)
    assert "<figcaption>Mine<br>two <cite>" in own["html"]
    assert (emptied["caption"], emptied["credit"]) == ("", "")
    assert complete(emptied) == [emptied]
    assert "<figcaption>" not in emptied["html"]
    assert without_members(absent, "id") == media_block(media)


def test_an_empty_description_of_a_picture_becomes_its_caption() -> None:
    described, undescribed = complete(
        {"type": "image", "media": "m1", "alt": "Mine"},
        {"type": "image", "media": "m1", "alt": ""},
    )
    assert (described["alt"], undescribed["alt"]) == ("Mine", "The bridge at dawn")


def test_the_focal_point_of_a_block_replaces_that_of_its_upload() -> None:
    own, kept = complete(
        {"type": "image", "media": "m1", "focal": {"x": 0.0, "y": 1.0}},
        {"type": "image", "media": "m1", "focal": None},
    )
    assert (own["focal"], kept["focal"]) == ({"x": 0.0, "y": 1.0}, PICTURE.focal)


def test_what_a_block_says_of_the_files_of_its_upload_is_not_believed() -> None:
    forged = {"url": "https://e.org/x", "poster": "https://e.org/y", "width": 1, "html": "<script>x</script>"}
    for media in UPLOADS.values():
        made = complete({"type": media.kind, "media": media.id, **forged, "renditions": [], "placeholder": "x"})
        assert without_members(made[0], "id") == media_block(media)


@pytest.mark.parametrize("kind", ["image", "video", "audio"])
def test_a_block_with_an_address_and_no_upload_has_nothing_of_one(kind: str) -> None:
    made = complete({"type": kind, "url": "https://e.org/a", "media": None})[0]
    assert made["url"] == "https://e.org/a"
    assert not {"media", "renditions", "placeholder", "focal", "duration_ms"} & made.keys()
    assert "srcset" not in made["html"]


@pytest.mark.parametrize("kind", ["image", "video", "audio"])
def test_an_upload_that_does_not_exist_is_pointed_at(kind: str) -> None:
    assert errors({"type": "divider"}, {"type": kind, "media": "m9"}) == [
        ("/blocks/1/media", "unknown_media", "There is no such upload.")
    ]


@pytest.mark.parametrize(("kind", "media"), [("image", FILM), ("video", SOUND), ("audio", PICTURE)])
def test_an_upload_of_another_kind_is_pointed_at_and_its_kind_is_named(kind: str, media: MediaFacts) -> None:
    detail = f"This upload is of the kind {media.kind}: write a block of that type."
    assert errors({"type": kind, "media": media.id}) == [("/blocks/0/media", "wrong_media_kind", detail)]


def test_the_errors_of_several_uploads_are_told_at_once() -> None:
    found = errors({"type": "image", "media": "m9"}, {"type": "image", "media": "m1"}, {"type": "audio", "media": "m2"})
    assert [(pointer, code) for pointer, code, _ in found] == [
        ("/blocks/0/media", "unknown_media"),
        ("/blocks/2/media", "wrong_media_kind"),
    ]


@pytest.mark.parametrize("kind", ["image", "video", "audio"])
def test_a_client_cannot_write_a_stored_address_itself(kind: str) -> None:
    found = errors({"type": kind, "url": f"{PICTURE_ADDRESS}/w640.jpg"})
    assert [(pointer, code) for pointer, code, _ in found] == [("/blocks/0/url", "invalid_address")]


def test_a_stored_address_gives_the_name_of_its_upload() -> None:
    address = PICTURE.address("w640.jpg")
    assert address == f"{PICTURE_ADDRESS}/w640.jpg"
    assert media_name(address) == PICTURE_NAME
    assert is_stored_media(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://e.org/a.jpg",
        f"media:{PICTURE_NAME}/w640.jpg",
        f"{MEDIA_MARK}short/w640.jpg",
        f"{PICTURE_ADDRESS}/../w640.jpg",
        f"{PICTURE_ADDRESS}/W640.JPG",
        f"{PICTURE_ADDRESS}/w640.jpg\n",
        f" {PICTURE_ADDRESS}/w640.jpg",
    ],
)
def test_any_other_address_names_no_upload(address: str) -> None:
    assert media_name(address) is None
    assert not is_stored_media(address)
    assert not is_stored_srcset(f"{address} 640w")


def test_the_uploads_of_a_body_are_those_of_its_blocks_and_of_the_pictures_of_its_authors() -> None:
    blocks = [
        *complete({"type": "image", "media": "m1"}, {"type": "video", "media": "m2"}, {"type": "divider"}),
        *complete({"type": "image", "url": "https://e.org/a.jpg"}),
    ]
    authors: list[dict[str, Any]] = [
        {"name": "Jane", "avatar": SOUND.address("w96.webp")},
        {"name": "Joan", "avatar": "https://e.org/joan.jpg"},
        {"name": "Jo", "avatar": None},
        {"name": "Jim"},
    ]
    assert names_in_content(blocks, authors) == {PICTURE_NAME, FILM_NAME, SOUND_NAME}
    assert names_in_content([], []) == frozenset()


SRCSET = f"{PICTURE_ADDRESS}/w640.webp 640w, {PICTURE_ADDRESS}/w1280.webp 1280w"


def test_the_sanitiser_keeps_the_attributes_of_our_own_pictures() -> None:
    tag = f'<img src="{PICTURE_ADDRESS}/a.jpg" srcset="{SRCSET}" sizes="{IMAGE_SIZES}" data-placeholder="#00ff9a">'
    assert sanitise(tag) == tag


@pytest.mark.parametrize(
    "attribute",
    [
        'srcset="https://e.org/a.jpg 640w"',
        f'srcset="{SRCSET}, https://e.org/a.jpg 2x"',
        f'srcset="{PICTURE_ADDRESS}/w640.webp"',
        'srcset=""',
        'sizes="100vw"',
        f'sizes="{IMAGE_SIZES} "',
        'data-placeholder="red"',
        'data-placeholder="#FFFFFF"',
        'data-placeholder="#ffffff;x"',
    ],
)
def test_the_sanitiser_drops_what_we_did_not_make(attribute: str) -> None:
    assert sanitise(f'<img src="https://e.org/a.jpg" {attribute}>') == '<img src="https://e.org/a.jpg">'


def test_a_stored_address_is_kept_only_where_files_are_shown() -> None:
    address = PICTURE.address("a.jpg")
    assert sanitise(f'<a href="{address}">x</a>') == '<a rel="noopener">x</a>'
    assert sanitise(f'<a href=" MEDIA:{PICTURE_NAME}/a.jpg">x</a>') == '<a rel="noopener">x</a>'
    assert sanitise(f'<blockquote cite="{address}">x</blockquote>') == "<blockquote>x</blockquote>"
    assert sanitise(f'<video src="{address}" poster="{address}"></video>') == (
        f'<video src="{address}" poster="{address}"></video>'
    )
