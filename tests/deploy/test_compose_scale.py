"""compose.yaml's profile `scale`: two nodes that share what nodes share, and an nginx in front that knows both."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # as in tests/compose.py

from app.server.workers.restarting import STOP_SECONDS
from app.settings import Settings
from tests.commands import ROOT
from tests.compose import environment_of, read_services, seconds_of

NODES = ("node-1", "node-2")
WHOLE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def _scaled() -> dict[str, Any]:
    return {name: each for name, each in read_services().items() if each.get("profiles") == ["scale"]}


def test_what_is_started_without_the_profile_is_one_node_as_ever() -> None:
    assert set(read_services()) - set(_scaled()) == {"migrate", "liveblog"}
    assert set(_scaled()) == {"migrate-scale", *NODES, "nginx", "postgres", "valkey"}


@pytest.mark.parametrize("name", [*NODES, "migrate-scale"])
def test_nodes_share_a_database_a_broker_and_all_that_is_chosen(name: str) -> None:
    chosen = {"LIVEBLOG_SITE_NAME": "The $5 Gazette", "LIVEBLOG_ADMIN_TOKEN": "a" * 40, "POSTGRES_PASSWORD": "other"}
    given = environment_of(read_services()[name], chosen)
    assert given["LIVEBLOG_DATABASE_URL"] == "postgresql://liveblog:other@postgres/liveblog"
    assert given["LIVEBLOG_BROKER_URL"] == "redis://valkey:6379/0"
    assert (given["LIVEBLOG_SITE_NAME"], given["LIVEBLOG_ADMIN_TOKEN"]) == ("The $5 Gazette", "a" * 40)
    single = set(read_services()["liveblog"]["environment"])
    assert set(read_services()[name]["environment"]) == single, "what one node may be told, each may"


def test_the_database_is_the_one_that_the_nodes_are_given() -> None:
    made = environment_of(read_services()["postgres"], {})
    (user, password, database) = (made[f"POSTGRES_{name}"] for name in ("USER", "PASSWORD", "DB"))
    url = environment_of(read_services()["node-1"], {})["LIVEBLOG_DATABASE_URL"]
    assert url == f"postgresql://{user}:{password}@postgres/{database}"


def test_nginx_alone_is_reached_from_outside_and_is_believed_who_a_client_is() -> None:
    services = _scaled()
    assert [name for name, each in services.items() if "ports" in each] == ["nginx"]
    assert all(published.startswith("127.0.0.1:") for published in services["nginx"]["ports"])
    (network,) = services["nginx"]["networks"]
    (subnet,) = (each["subnet"] for each in WHOLE["networks"][network]["ipam"]["config"])
    trusted = environment_of(read_services()["node-1"], {})["LIVEBLOG_TRUSTED_PROXIES"]
    assert ip_network(trusted) == ip_network(subnet)
    assert WHOLE["networks"]["data"] == {"internal": True}
    assert all(services[name]["networks"] == ["data"] for name in ("postgres", "valkey", "migrate-scale"))


def test_what_a_service_waits_for_and_mounts_is_there() -> None:
    services = read_services()
    for name, service in services.items():
        for waited, how in service.get("depends_on", {}).items():
            assert waited in services, name
            is_done = how["condition"] == "service_completed_successfully"
            has_health = "healthcheck" in services[waited]
            assert is_done or has_health, f"{name} waits for {waited} for ever"
        for mount in service.get("volumes", []):
            source = mount.partition(":")[0]
            assert source in WHOLE["volumes"] or (ROOT / source).is_file(), mount
    own = [{mount for mount in services[name]["volumes"] if mount.endswith(":/data")} for name in NODES]
    assert not own[0] & own[1], "a data folder is one node's"
    assert all("media:/data/media" in services[name]["volumes"] for name in NODES)


def test_nodes_are_given_longer_than_the_longest_drain_takes() -> None:
    (longest,) = [each.le for each in Settings.model_fields["drain_seconds"].metadata if hasattr(each, "le")]
    for name in NODES:
        assert seconds_of(read_services()[name]["stop_grace_period"]) > longest + STOP_SECONDS
