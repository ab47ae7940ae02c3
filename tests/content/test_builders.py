"""What the builders of blocks are not to be given."""

from __future__ import annotations

import pytest

from app.content.builders import embed, link_block


def test_an_embed_needs_a_provider_and_anything_else_is_a_link_card() -> None:
    with pytest.raises(ValueError, match=r"^https://e\.org/$"):
        embed("https://e.org/")
    assert link_block("https://e.org/")["type"] == "link_card"
    assert link_block("https://youtu.be/dQw4w9WgXcQ")["type"] == "embed"
