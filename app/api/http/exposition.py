"""The metrics of one process in Prometheus' text format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum

from app.api.http.state import AppState

Number = int | float


def render_metrics(app_state: AppState) -> str:
    """Render every metric as it is now."""
    return "\n".join([*_requests(app_state), *_writing(app_state), *_reading(app_state), *_live(app_state), ""])


def _requests(app_state: AppState) -> Iterator[str]:
    counted = app_state.request_metrics
    yield from _family(
        "requests", "counter", {f'{{status="{code}"}}': n for code, n in sorted(counted.by_status.items())}
    )
    yield from _family("requests_in_flight", "gauge", {"": counted.in_flight})
    yield from _family("request_seconds", "counter", {"": round(counted.seconds, 6)})
    yield from _family("request_failures", "counter", {"": counted.failures})
    yield from _family("sent_bytes", "counter", {"": counted.bytes_sent})


def _writing(app_state: AppState) -> Iterator[str]:
    yield from _family("due_work_failures", "counter", {"": app_state.backoff.failures})


def _reading(app_state: AppState) -> Iterator[str]:
    kept = app_state.reading.representations
    yield from _family("representation_builds", "counter", {"": kept.builds})
    yield from _family("representation_hits", "counter", {"": kept.hits})
    yield from _family("representation_kept_bytes", "gauge", {"": kept.kept_bytes})


def _live(app_state: AppState) -> Iterator[str]:
    counted = app_state.hub.metrics
    for name in counted.__slots__:
        value = getattr(counted, name)
        if isinstance(value, Mapping):
            label = _LABELS.get(name, "transport")
            samples: dict[str, Number] = {f'{{{label}="{_label_value(key)}"}}': number for key, number in value.items()}
        else:
            samples = {"": value}
        published = _PUBLISHED_AS.get(name, name)
        yield from _family(f"live_{published}", "gauge" if name in _GAUGES else "counter", samples)


_PUBLISHED_AS = {"fan_outs": "passes", "fan_out_seconds": "pass_seconds"}
"""Two metrics keep the names that operators' dashboards know."""

_LABELS = {
    "resumes": "resume",
    "refusals": "status",
    "bytes_written": "framing",
    "connections_by_state": "state",
    "connections_timed_out": "state",
}
_GAUGES = frozenset(
    {"connections", "connections_by_state", "connections_slow", "waiting_polls", "lag_seconds", "overloaded"}
)


def _label_value(key: object) -> str:
    return key.name.lower() if isinstance(key, Enum) else str(key)


def _family(name: str, kind: str, samples: Mapping[str, Number]) -> Iterator[str]:
    full = f"liveblog_{name}_total" if kind == "counter" else f"liveblog_{name}"
    yield f"# TYPE {full} {kind}"
    for labels, number in samples.items():
        yield f"{full}{labels} {number}"
