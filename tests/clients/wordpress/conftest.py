"""A real WordPress with the plugin, beside a real server, both per module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.wordpress.wordpress import WordPress, require_wordpress, wordpress_site
from tests.e2e.server import Server


@pytest.fixture(scope="module")
def site(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    """WordPress with the plugin, and an article with a story that the plugin has made."""
    require_wordpress()
    bot = {"label": "WordPress", "role": "editor", "scopes": ["read", "publish"]}
    with server.signed_in() as admin:
        made = admin.post("/v1/newsroom/tokens", json=bot).raise_for_status().json()
    with wordpress_site(tmp_path_factory.mktemp("wordpress"), server=server.url, token=made["token"]) as running:
        yield running
