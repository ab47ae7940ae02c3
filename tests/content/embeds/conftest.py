"""The providers of ours, in use again behind each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.content.embeds.providers import use_providers


@pytest.fixture(autouse=True)
def _ours_again() -> Iterator[None]:
    yield
    use_providers()
