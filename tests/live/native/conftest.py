"""Fixtures of the tests of readers' own transports."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.app import current_path


@pytest.fixture
def native_path(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Serve readers on their transports, and linger only briefly over those who are refused."""
    monkeypatch.setattr("app.live.native.connection.LINGER_SECONDS", 0.3)
    token = current_path.set("native")
    yield
    current_path.reset(token)
