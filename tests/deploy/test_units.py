"""The systemd unit and the Kubernetes manifests, held to what reads them and to our own limits."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped] # it has no types
import yaml  # type: ignore[import-untyped] # as in tests/compose.py

from app.server.stopping import LAST_RESORT_SECONDS
from app.server.workers.restarting import STOP_SECONDS
from app.settings import Settings
from tests.commands import ROOT
from tests.deploy.front import write_changed
from tests.needs import require

PYTHON = "/opt/liveblog/.venv/bin/python"
EXPOSED_AT_MOST = 20
"""Of a hundred, by systemd's own measure."""
READY_PATHS = {"readinessProbe": "/readyz", "livenessProbe": "/healthz", "startupProbe": "/healthz"}


def _systemd_analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    require("systemd-analyze", found=program is not None, reason="install the systemd package")
    assert program is not None
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=False)


def _unit(folder: Path) -> Path:
    changes = {PYTHON: "/usr/bin/env", "WorkingDirectory=/opt/liveblog": "WorkingDirectory=/"}
    return write_changed("systemd/liveblog.service", folder, changes)


def _settings_of_unit() -> dict[str, str]:
    text = (ROOT / "deploy" / "systemd" / "liveblog.service").read_text(encoding="utf-8")
    return dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))


def test_systemd_reads_the_unit_without_a_complaint(tmp_path: Path) -> None:
    checked = _systemd_analyze("verify", "--man=no", _unit(tmp_path))
    assert (checked.returncode, checked.stderr) == (0, "")


def test_systemd_finds_little_that_the_unit_leaves_open(tmp_path: Path) -> None:
    options = ("--offline=true", f"--threshold={EXPOSED_AT_MOST}", "--no-pager")
    judged = _systemd_analyze("security", *options, _unit(tmp_path))
    assert judged.returncode == 0, judged.stdout[-2000:]


def test_the_unit_gives_a_stop_longer_than_the_longest_drain_takes() -> None:
    (longest,) = [each.le for each in Settings.model_fields["drain_seconds"].metadata if hasattr(each, "le")]
    unit = _settings_of_unit()
    assert int(unit["TimeoutStopSec"]) > 2 * (longest + STOP_SECONDS), "workers, and after them their writer"
    assert unit["ExecReload"] == "/bin/kill -HUP $MAINPID"
    assert (unit["Restart"], unit["KillMode"], unit["KillSignal"]) == ("always", "mixed", "SIGTERM")
    assert int(unit["LimitNOFILE"]) > 100_000


def _manifests() -> dict[str, dict[str, Any]]:
    files = sorted((ROOT / "deploy" / "kubernetes").glob("*.yaml"))
    found = [each for file in files for each in yaml.safe_load_all(file.read_text(encoding="utf-8"))]
    return {each["kind"]: each for each in found}


def test_kubernetes_knows_every_field_of_the_manifests() -> None:
    """Their schemas, of the newest release and of one three years older: names and types, not what a cluster admits."""
    manifests = _manifests()
    assert set(manifests) == {"ConfigMap", "Deployment", "PodDisruptionBudget", "Secret", "Service"}
    for version in (kubernetes_validate.latest_version(), "1.28"):
        for manifest in manifests.values():
            kubernetes_validate.validate(manifest, version, strict=True)


def test_labels_ports_and_secrets_of_the_manifests_fit_each_other() -> None:
    manifests = _manifests()
    deployment = manifests["Deployment"]["spec"]
    labels = deployment["template"]["metadata"]["labels"]
    (container,) = deployment["template"]["spec"]["containers"]
    (init,) = deployment["template"]["spec"]["initContainers"]
    for selector in (
        deployment["selector"]["matchLabels"],
        manifests["Service"]["spec"]["selector"],
        manifests["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
    ):
        assert selector.items() <= labels.items()
    (port,) = container["ports"]
    assert port["containerPort"] == 8000
    assert manifests["Service"]["spec"]["ports"][0]["targetPort"] == port["name"]
    referred = [next(iter(each.values()))["name"] for each in container["envFrom"]]
    assert referred == [manifests["ConfigMap"]["metadata"]["name"], manifests["Secret"]["metadata"]["name"]]
    assert (init["image"], init["envFrom"], init["args"]) == (container["image"], container["envFrom"], ["migrate"])
    mounted = {each["name"] for each in container["volumeMounts"]}
    assert mounted == {each["name"] for each in deployment["template"]["spec"]["volumes"]}


def test_the_manifests_set_what_there_is_to_set() -> None:
    manifests = _manifests()
    given = {**manifests["ConfigMap"]["data"], **manifests["Secret"]["stringData"]}
    names = {f"LIVEBLOG_{name.upper()}" for name in Settings.model_fields}
    assert set(given) <= names
    assert not {name for name in manifests["ConfigMap"]["data"] if re.search("TOKEN|DATABASE|KEY", name)}


def test_a_pod_is_given_the_time_that_its_end_takes() -> None:
    manifests = _manifests()
    pod = manifests["Deployment"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    for probe, path in READY_PATHS.items():
        assert container[probe]["httpGet"] == {"path": path, "port": "http"}
        assert container[probe]["timeoutSeconds"] > 1, "/readyz answers within a second"
    sleep, before_seconds = container["lifecycle"]["preStop"]["exec"]["command"]
    assert sleep == "sleep"
    drain_seconds = int(manifests["ConfigMap"]["data"]["LIVEBLOG_DRAIN_SECONDS"])
    assert pod["terminationGracePeriodSeconds"] > int(before_seconds) + drain_seconds + LAST_RESORT_SECONDS
    assert pod["enableServiceLinks"] is False
