"""What an upload needs of the machine."""

from __future__ import annotations

import pytest

from tests.pictures import require_decoder


@pytest.fixture(autouse=True)
def decoder() -> None:
    """Skip without a decoder."""
    require_decoder()
