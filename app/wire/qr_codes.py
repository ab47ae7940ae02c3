"""Addresses as pictures that a phone's camera reads."""

from __future__ import annotations

import io

import segno

SCALE = 4
"""Pixels to a module: 6 cm on an ordinary screen, which a camera reads at arm's length."""


def encode_qr_svg(url: str) -> str:
    """The address as an SVG element, black on white whatever page it is put into."""
    return segno.make(url, micro=False).svg_inline(scale=SCALE, light="#fff")


def encode_qr_text(url: str) -> str:
    """The address in block characters, for a terminal, whose colours it sets itself."""
    drawn = io.StringIO()
    segno.make(url, micro=False).terminal(drawn, compact=True)
    return drawn.getvalue()
