"""QR codes: addresses as pictures for a phone's camera."""

from __future__ import annotations

import io

import segno

SCALE = 4
"""Pixels to a module: 6 cm on an ordinary screen, which a camera reads at arm's length."""


def encode_qr_svg(url: str) -> str:
    """Encode the address as an SVG element, black on white on a page of any colour."""
    return segno.make(url, micro=False).svg_inline(scale=SCALE, light="#fff")


def encode_qr_text(url: str) -> str:
    """Encode the address in block characters for a terminal, with its own colours."""
    drawn = io.StringIO()
    segno.make(url, micro=False).terminal(drawn, compact=True)
    return drawn.getvalue()
