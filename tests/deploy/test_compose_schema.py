"""compose.yaml, held to the schema of Compose: each field is one that there is, and has a value of its kind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import ROOT

CHECK = (sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec")


def _judge(file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*CHECK, file], capture_output=True, text=True, timeout=60, check=False)


def test_compose_knows_every_field() -> None:
    judged = _judge(ROOT / "compose.yaml")
    assert judged.returncode == 0, judged.stdout + judged.stderr


@pytest.mark.parametrize(
    ("right", "wrong"), [("stop_grace_period", "stop_grace_time"), ("service_healthy", "service_well")]
)
def test_a_fault_in_what_services_share_is_found(right: str, wrong: str, tmp_path: Path) -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    changed = tmp_path / "compose.yaml"
    changed.write_text(text.replace(right, wrong), encoding="utf-8")
    judged = _judge(changed)
    assert judged.returncode == 1
    assert wrong in judged.stdout, judged.stderr
