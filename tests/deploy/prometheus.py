"""Prometheus and its promtool, on the files of deploy/ and on what it scrapes of a real server."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml  # type: ignore[import-untyped] # as in tests/compose.py

from tests.commands import ROOT
from tests.loopback import NO_CERTIFICATES
from tests.needs import require
from tests.ports import reserved_port
from tests.waiting import await_true

ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yaml"
DASHBOARD = ROOT / "deploy" / "grafana" / "liveblog.json"
SETTINGS = ROOT / "docs" / "settings.md"
START_SECONDS = 60.0
TARGETS = '["10.0.0.11:8000", "10.0.0.12:8000"]'
TOKEN_FILE = "/etc/prometheus/liveblog-metrics-token"


def read_alerts() -> list[dict[str, Any]]:
    """Return the rules of alerts.yaml, in their order."""
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def read_panels() -> list[dict[str, Any]]:
    """Return the panels of the dashboard."""
    panels: list[dict[str, Any]] = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    return panels


def read_panel_expressions() -> list[str]:
    """Return what the panels ask for, as Grafana sends it: with a value in the place of its variable."""
    asked = [target["expr"].replace("$__rate_interval", "1m") for panel in read_panels() for target in panel["targets"]]
    assert not [each for each in asked if "$" in each], "a variable that is not known here"
    return asked


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run promtool to its end."""
    command = [require_program("promtool"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=START_SECONDS, check=False)


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A running Prometheus."""

    client: httpx.Client

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Return the samples that an expression has now."""
        found: list[dict[str, Any]] = self._ask("query", query=expression)["result"]
        return found

    def series(self) -> list[dict[str, str]]:
        """Return the labels of every series that it has of our servers, the name of the metric among them."""
        found: list[dict[str, str]] = self._ask("series", **{"match[]": '{job="liveblog"}'})
        return found

    def unanswered(self, expressions: Iterable[str]) -> list[str]:
        """Return the expressions that have no sample now."""
        return [each for each in expressions if not self.query(each)]

    def rules(self) -> list[dict[str, Any]]:
        """Return its rules, with what became of each."""
        return [rule for group in self._ask("rules")["groups"] for rule in group["rules"]]

    def _ask(self, what: str, **parameters: str) -> Any:
        answer = self.client.get(f"/api/v1/{what}", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]


@contextmanager
def run_prometheus(folder: Path, server_port: int, token: str) -> Iterator[Prometheus]:
    """Run Prometheus with our alerts, until the end of the block, on a server that it scrapes as our settings tell."""
    program, log = require_program("prometheus"), folder / "prometheus.log"
    config = write_config(folder, server_port, token)
    with reserved_port() as port, log.open("wb") as output:
        options = (f"--config.file={config}", f"--storage.tsdb.path={folder}/prometheus")
        command = [program, *options, f"--web.listen-address=127.0.0.1:{port}"]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=folder)
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, verify=NO_CERTIFICATES)

        def is_ready() -> bool:
            assert process.poll() is None, log.read_text(errors="replace")
            try:
                return client.get("/-/ready").status_code == 200
            except httpx.TransportError:
                return False

        try:
            with client:
                await_true(is_ready, seconds=START_SECONDS, or_say=lambda: log.read_text(errors="replace"))
                yield Prometheus(client)
        finally:
            process.kill()
            process.wait(timeout=START_SECONDS)


def write_config(folder: Path, server_port: int, token: str) -> Path:
    """Write the configuration that docs/settings.md shows, for a server of this machine, with our alerts."""
    shown = re.search(
        r"^```\n(scrape_configs:\n.*?)^```", SETTINGS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert shown is not None
    assert TARGETS in shown[1]
    assert TOKEN_FILE in shown[1]
    (folder / "token").write_text(token, encoding="utf-8")
    scraping = shown[1].replace(TARGETS, f'["127.0.0.1:{server_port}"]').replace(TOKEN_FILE, f"{folder}/token")
    config = folder / "prometheus.yml"
    pace = "global: {scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 2s}\n"
    config.write_text(f"{pace}rule_files: [{ALERTS}]\n{scraping}", encoding="utf-8")
    return config


def require_program(name: str) -> str:
    """Return a program of Prometheus; without it the test is skipped, or fails where everything is required."""
    program = shutil.which(name)
    require(name, found=program is not None, reason="install the prometheus package")
    assert program is not None
    return program
