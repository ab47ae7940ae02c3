"""One newsroom for all the cells of a file: a server for each would take longer than they do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.domain.clock import system_clock
from tests.api.server import running
from tests.conftest import copy_of
from tests.contracts.house import House, furnished


@pytest.fixture(scope="module")
async def house(
    anyio_backend: str, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """A newsroom with everybody in it; each test begins with what it prepares."""
    folder = tmp_path_factory.mktemp("house")
    limits: dict[str, Any] = {f"comments_per_{each}": 0 for each in ("address", "story", "site")}
    url = copy_of(migrated_sqlite, folder)
    async with running(url, folder / "data", comments="moderated", **limits) as server:
        signer, opened = server.app_state.comments.signer, system_clock()
        make, period = signer.make_form_token, signer.form_period
        with pytest.MonkeyPatch.context() as patch:  # or pages that are compared byte for byte differ every few seconds
            patch.setattr(signer, "make_form_token", lambda story, _: make(story, opened))
            patch.setattr(signer, "form_period", lambda _: period(opened))
            yield await furnished(server)
