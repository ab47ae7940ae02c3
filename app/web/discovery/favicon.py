"""The icon at the address that browsers and search engines ask of any site: our own, in the form of an `.ico`."""

from __future__ import annotations

import struct

from app.web.assets import STATIC_FOLDER

SIZE = 192
"""Four times 48 pixels, of which search engines want a multiple."""


def read_favicon() -> bytes:
    """Return an icon file with the one picture in it, as it is."""
    picture = (STATIC_FOLDER / "newsroom_shell" / f"icon-{SIZE}.png").read_bytes()
    head = struct.pack("<HHH", 0, 1, 1)
    entry = struct.pack("<BBBBHHII", SIZE, SIZE, 0, 0, 1, 32, len(picture), len(head) + 16)
    return head + entry + picture
