"""Alerts and dashboard beside a real server with workers, which a real Prometheus scrapes as docs/settings.md tells."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.deploy.alert_cases import CASES
from tests.deploy.prometheus import (
    Prometheus,
    read_alerts,
    read_panel_expressions,
    require_program,
    run_prometheus,
)
from tests.ports import reserved_port
from tests.processes import Installation
from tests.waiting import await_true

TOKEN = "the-metrics-of-this-server-are-for-7e1b5c90"
SCRAPED = 'sum_over_time(up{job="liveblog"}[1m]) > 2 and liveblog_processes_answering == 3'
SCRAPED_SECONDS = 60.0
OF_SEVERAL_SERVERS = ["max by (instance) (liveblog_cluster_processes)", "max(liveblog_cluster_connections)"]
"""What the dashboard asks for that a server on SQLite has not, which is alone with its database."""
ANY_OF_ITS_KIND = {"instance", "worker"}
"""Labels whose values are names of machines and processes, any of which means the same to an alert."""


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Run Prometheus beside a server that has all that it tells of: workers, their writer and a backup."""
    require_program("prometheus")
    folder = tmp_path_factory.mktemp("scraped")
    installation = Installation(folder / "data", {"LIVEBLOG_METRICS_TOKEN": TOKEN})
    installation.check("migrate")
    installation.check("backup", folder / "backup")
    with reserved_port() as port, installation.serving(port, "--workers", "2") as server:
        with run_prometheus(folder, port, TOKEN) as running:
            await_true(lambda: running.query(SCRAPED), seconds=SCRAPED_SECONDS, or_say=lambda: server.log)
            yield running
        assert server.stop(60) == 0


def _unfiltered(expression: str) -> list[str]:
    """Return the comparisons of an alert, with 0 or 1 for the answer in place of nothing and something."""
    return [re.sub(r" (==|<|>) ", r" \1 bool ", each) for each in expression.split(" or ")]


def _labels_of(series: str) -> frozenset[tuple[str, str]]:
    name, labels = series.split("{", 1)
    return _comparable({"__name__": name, **dict(re.findall(r'(\w+)="([^"]*)"', labels))})


def _comparable(labels: dict[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset((name, "" if name in ANY_OF_ITS_KIND else value) for name, value in labels.items())


def test_prometheus_evaluates_every_alert(prometheus: Prometheus) -> None:
    rules = prometheus.rules()
    assert [rule["name"] for rule in rules] == [each["alert"] for each in read_alerts()]
    assert {rule["name"]: rule["lastError"] for rule in rules if rule.get("lastError")} == {}


def test_every_alert_is_about_series_that_a_server_has(prometheus: Prometheus) -> None:
    asked = [part for rule in read_alerts() for part in _unfiltered(rule["expr"])]
    assert all(" bool " in part for part in asked)
    await_true(lambda: not prometheus.unanswered(asked), or_say=lambda: str(prometheus.unanswered(asked)))


def test_the_series_of_the_alerts_cases_are_a_servers(prometheus: Prometheus) -> None:
    real = {_comparable(labels) for labels in prometheus.series()}
    made = {each for cases in CASES.values() for case in cases for each in (*case.rings, *case.quiet)}
    assert sorted(each for each in made if _labels_of(each) not in real) == []


def test_every_panel_of_the_dashboard_shows_series_that_a_server_has(prometheus: Prometheus) -> None:
    asked = [each for each in read_panel_expressions() if each not in OF_SEVERAL_SERVERS]
    assert len(asked) == len(read_panel_expressions()) - len(OF_SEVERAL_SERVERS)
    await_true(lambda: not prometheus.unanswered(asked), or_say=lambda: str(prometheus.unanswered(asked)))
