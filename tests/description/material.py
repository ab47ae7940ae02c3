"""What is written and uploaded in a night that has everything, with and without what may be absent."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.media.pictures import write_sound, write_video

Json = dict[str, Any]


FILM = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
PICTURE = "https://pictures.example/harbour.jpg"
SPOKEN = {"lang": "en-GB", "dir": "ltr"}
FULL_BLOCKS: list[Json] = [
    {"type": "paragraph", "html": "<p>Polls have closed.</p>", **SPOKEN},
    {"type": "heading", "level": 3, "text": "The count", **SPOKEN},
    {
        "type": "list",
        "ordered": True,
        "start": 3,
        "items": [{"html": "One", "ordered": False, "items": [{"html": "Half"}], **SPOKEN}],
        **SPOKEN,
    },
    {
        "type": "quote",
        "html": "<p>We are counting.</p>",
        "who": "Ada",
        "role": "clerk",
        "url": "https://town.example/",
        **SPOKEN,
    },
    {"type": "code", "text": "count += 1", "language": "python"},
    {
        "type": "image",
        "url": PICTURE,
        "width": 640,
        "height": 360,
        "alt": "The harbour",
        "caption": "At dawn",
        "credit": "Ada",
        **SPOKEN,
    },
    {
        "type": "video",
        "url": "https://pictures.example/film.mp4",
        "poster": PICTURE,
        "width": 640,
        "height": 360,
        "caption": "The count",
        "credit": "Ada",
        **SPOKEN,
    },
    {"type": "audio", "url": "https://pictures.example/sound.mp3", "caption": "The clerk", "credit": "Ada", **SPOKEN},
    {"type": "embed", "url": FILM, "title": "The film", **SPOKEN},
    {"type": "embed", "url": "https://x.com/town_hall/status/1234567890", "title": "The post"},
    {
        "type": "link_card",
        "url": "https://town.example/results",
        "title": "Results",
        "description": "All",
        "image": PICTURE,
        **SPOKEN,
    },
    {
        "type": "table",
        "caption": "Votes",
        "rows": [
            [{"html": "Ada", "header": True, "colspan": 2, **SPOKEN}],
            [{"html": "12", "rowspan": 2}, {"html": "13"}],
        ],
        **SPOKEN,
    },
    {"type": "divider"},
]
BARE_BLOCKS: list[Json] = [
    {"type": "paragraph", "html": "<p>Polls have closed.</p>"},
    {"type": "heading", "text": "The count"},
    {"type": "list", "items": [{"html": "One"}]},
    {"type": "quote", "html": "<p>We are counting.</p>"},
    {"type": "code", "text": "count"},
    {"type": "image", "url": PICTURE},
    {"type": "video", "url": "https://pictures.example/film.mp4"},
    {"type": "audio", "url": "https://pictures.example/sound.mp3"},
    {"type": "embed", "url": "https://vm.tiktok.com/ZMabcdefg/"},
    {"type": "link_card", "url": "https://town.example/results"},
    {"type": "table", "rows": [[{"html": "12"}]]},
]
AUTHOR = {
    "id": "ada",
    "name": "Ada",
    "role": "Reporter",
    "place": "Oslo",
    "avatar": PICTURE,
    "url": "https://a.example/",
}
_PICTURED = {name: value for name, value in FULL_BLOCKS[5].items() if name not in {"type", *SPOKEN}}
MARKED: Json = {"headline": "Closed", "label": "Live", "icon": "vote", "authors": [AUTHOR]}
FULL_STORY: Json = {
    "slug": "election-night-x4k2",
    "standfirst": "First results before midnight.",
    "publisher": {"name": "The Post", "url": "https://post.example", "logo": PICTURE},
    "about": {"name": "The election", "place": "Oslo", "start": "2026-11-03T08:00:00Z"},
    "tags": [{"slug": "results", "label": "Results"}],
    "image": _PICTURED,
    "intro": {"blocks": FULL_BLOCKS},
    "authors": [AUTHOR, "Bo"],
    "sponsor": {"name": "The Bank", "url": "https://bank.example/", "label": "Presented by"},
    "seo": {"title": "Results, live", "description": "All of them.", "image": _PICTURED},
    "settings": {"comments": {"mode": "moderated"}},
}


FOCAL = '{"x": 0.5, "y": 0.3}'


def film() -> bytes:
    """Make two seconds of video."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "film")
        write_video(path, "mp4", ("libx264", "aac"))
        return path.read_bytes()


def sound() -> bytes:
    """Make three seconds of sound."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "sound")
        write_sound(path)
        return path.read_bytes()
