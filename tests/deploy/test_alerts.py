"""Alerts and dashboard, as promtool reads them: each alert rings for the series it is made for, and for no others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # as in tests/compose.py

from tests.deploy.alert_cases import CASES, Case, Series
from tests.deploy.prometheus import ALERTS, promtool, read_alerts, read_panel_expressions

EVALUATED_EACH = "30s"


def _rule(alert: str) -> dict[str, Any]:
    (rule,) = (each for each in read_alerts() if each["alert"] == alert)
    return rule


def _told(alert: str, series: Series, **expected: Any) -> dict[str, Any]:
    """Return one test for promtool: the series, and what the alert is to say at some times."""
    times = [{"eval_time": at, "alertname": alert, "exp_alerts": rung} for at, rung in expected.items()]
    values = [{"series": name, "values": each} for name, each in series.items()]
    return {"interval": "1m", "input_series": values, "alert_rule_test": times}


def _tests(alert: str, case: Case) -> list[dict[str, Any]]:
    rule = _rule(alert)
    labels, annotations = {**case.labels, **rule["labels"]}, {"summary": case.summary}
    rung = [{"exp_labels": labels, "exp_annotations": annotations}]
    not_at_once: dict[str, Any] = {"0s": []} if "for" in rule else {}
    return [_told(alert, case.rings, **not_at_once, **{case.at: rung}), _told(alert, case.quiet, **{case.at: []})]


def test_promtool_finds_nothing_wrong_with_the_rules() -> None:
    checked = promtool("check", "rules", "--lint-fatal", ALERTS)
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    assert f"{len(read_alerts())} rules found" in checked.stdout


def test_every_alert_has_cases() -> None:
    assert list(CASES) == [each["alert"] for each in read_alerts()]


@pytest.mark.parametrize("alert", CASES)
def test_an_alert_rings_for_what_it_is_made_for_and_for_nothing_less(alert: str, tmp_path: Path) -> None:
    tests = [test for case in CASES[alert] for test in _tests(alert, case)]
    file = tmp_path / "tests.yaml"
    whole = {"rule_files": [str(ALERTS)], "evaluation_interval": EVALUATED_EACH, "tests": tests}
    file.write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8")
    judged = promtool("test", "rules", file)
    assert judged.returncode == 0, judged.stdout + judged.stderr


def test_promtool_reads_every_expression_of_the_dashboard(tmp_path: Path) -> None:
    asked = read_panel_expressions()
    rules = [{"record": f"panel:{number}", "expr": expression} for number, expression in enumerate(asked)]
    file = tmp_path / "panels.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}), encoding="utf-8")
    checked = promtool("check", "rules", file)
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    assert f"{len(asked)} rules found" in checked.stdout
