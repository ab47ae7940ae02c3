"""A real server, started once for a file, with nginx or Caddy in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.front import Certificate, Front, Node, make_certificate, run_caddy, run_nginx
from tests.pictures import require_decoder
from tests.ports import reserved_port
from tests.processes import Installation

NODE_SETTINGS = {
    "LIVEBLOG_PUBLIC_URL": "https://live.example",
    "LIVEBLOG_TRUSTED_PROXIES": "127.0.0.1",
    "LIVEBLOG_HEARTBEAT_SECONDS": "1",
    "LIVEBLOG_LOG_ADDRESSES": "full",
}


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Return a running server."""
    require_decoder()
    installation = Installation(tmp_path_factory.mktemp("node") / "data", NODE_SETTINGS)
    installation.check("migrate")
    with reserved_port() as port, installation.serving(port) as server:
        yield Node(server, port, installation.token)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """Return the certificate of what stands in front."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def front(
    request: pytest.FixtureRequest, node: Node, certificate: Certificate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    """Return what stands in front of two nodes: one that runs, and one that cannot be reached."""
    run = run_nginx if request.param == "nginx" else run_caddy
    with (
        reserved_port() as absent,
        reserved_port() as own,
        run(_folder(tmp_path_factory), own, certificate, nodes=(absent, node.port)),
    ):
        yield Front(own, certificate, node)


@pytest.fixture(scope="module")
def nginx(node: Node, certificate: Certificate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """Return an nginx in front of one node."""
    with reserved_port() as own, run_nginx(_folder(tmp_path_factory), own, certificate, nodes=(node.port, node.port)):
        yield Front(own, certificate, node)


@pytest.fixture
def story(node: Node) -> str:
    """Return the id of a new story."""
    with node.server.client(node.token) as admin:
        made = admin.post("/v1/stories", json={"title": "Election night"})
        assert made.status_code == 201, made.text
        return str(made.json()["id"])


def _folder(factory: pytest.TempPathFactory) -> Path:
    return factory.mktemp("front")
