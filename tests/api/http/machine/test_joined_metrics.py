"""The metrics of several processes as one text: nothing added up, each family told of once."""

from __future__ import annotations

from app.api.http.machine.joined_metrics import join_metrics
from app.api.http.metrics.families import counter, gauge, histogram
from app.metrics.histogram import Histogram


def _text(requests: int, *, label: str = "") -> str:
    kept = Histogram((0.1, 1.0))
    kept.observe(0.5)
    lines = [
        *counter("requests", {'{status="200"}': requests}),
        *gauge("live_connections", {'{transport="websocket"}': 2, '{transport="a b}"}': 1}),
        *gauge("disk_free_bytes", {f'{{folder="{label}"}}': 5} if label else {}),
        *histogram("request_duration_seconds", {'kind="read"': kept}),
        *gauge("broker_up", {"": 1}),
    ]
    return "\n".join([*lines, ""])


def test_each_sample_has_its_process_before_its_own_labels_and_each_family_stands_once() -> None:
    lines = join_metrics({"worker-1": _text(3), "worker-2": _text(4)}).splitlines()
    assert [line for line in lines if line.startswith("liveblog_requests_total")] == [
        'liveblog_requests_total{worker="worker-1",status="200"} 3',
        'liveblog_requests_total{worker="worker-2",status="200"} 4',
    ]
    assert [line for line in lines if line.startswith("liveblog_broker_up")] == [
        'liveblog_broker_up{worker="worker-1"} 1',
        'liveblog_broker_up{worker="worker-2"} 1',
    ]
    heads = [line for line in lines if line.startswith("#")]
    assert len(heads) == len(set(heads)) == 2 * 5
    assert 'liveblog_live_connections{worker="worker-2",transport="a b}"} 1' in lines
    assert 'liveblog_request_duration_seconds_bucket{worker="worker-1",kind="read",le="+Inf"} 1' in lines


def test_a_familys_samples_stand_together_below_its_head_whichever_process_has_any() -> None:
    lines = join_metrics({"worker-1": _text(3), "worker-2": _text(4, label="data")}).splitlines()
    head = lines.index("# TYPE liveblog_disk_free_bytes gauge")
    assert lines[head + 1] == 'liveblog_disk_free_bytes{worker="worker-2",folder="data"} 5'
    assert lines[head + 2].startswith("# HELP ")
    assert not [line for line in lines if not line]
