"""What is deployed beside the server asks for metrics that there are, and sends people to pages that there are."""

from __future__ import annotations

import re

from app.api.http.metrics.families import HELP, full_name
from tests.commands import ROOT
from tests.deploy.prometheus import read_alerts, read_panel_expressions, read_panels

RUNBOOK = ROOT / "docs" / "runbook.md"
PUBLISHED = {full_name(name) for name in HELP}
_NAME = re.compile(r"\b(?:liveblog|process|python)_\w+\b")
_OF_HISTOGRAMS = re.compile(r"_(?:bucket|sum|count)$")


def _unknown(expression: str) -> list[str]:
    asked = (_OF_HISTOGRAMS.sub("", name) for name in _NAME.findall(expression))
    return [name for name in asked if name not in PUBLISHED]


def test_alerts_ask_for_metrics_that_are_published() -> None:
    alerts = read_alerts()
    assert {each["alert"]: _unknown(each["expr"]) for each in alerts if _unknown(each["expr"])} == {}
    assert len(alerts) > 15


def test_the_runbook_has_a_place_for_each_alert_and_for_no_other() -> None:
    headings = re.findall(r"^## (\w+)$", RUNBOOK.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == [each["alert"] for each in read_alerts()]


def test_alerts_say_who_is_to_be_woken_and_what_has_happened() -> None:
    for each in read_alerts():
        assert each["labels"]["severity"] in {"page", "ticket"}, each["alert"]
        assert each["annotations"]["summary"].endswith("."), each["alert"]


def test_the_dashboard_asks_for_metrics_that_are_published() -> None:
    assert [name for expression in read_panel_expressions() for name in _unknown(expression)] == []
    panels = read_panels()
    assert len({panel["id"] for panel in panels}) == len(panels) > 10


def test_every_metric_that_operations_tells_of_is_published() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert [name for name in _unknown(text) if not name.endswith("_")] == []
