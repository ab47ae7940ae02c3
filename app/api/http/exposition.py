"""The metrics of one process in Prometheus' text format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum

from app.api.http.state import AppState

Number = int | float


def render_metrics(app_state: AppState) -> str:
    """Render every metric as it is now."""
    return "\n".join(
        [
            *_requests(app_state),
            *_writing(app_state),
            *_comments(app_state),
            *_upkeep(app_state),
            *_reading(app_state),
            *_media(app_state),
            *_live(app_state),
            "",
        ]
    )


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


def _comments(app_state: AppState) -> Iterator[str]:
    services = app_state.comments
    refused: dict[str, Number] = {f'{{limit="{limit}"}}': n for limit, n in services.limiter.refused.items()}
    yield from _family("comments_taken", "counter", {"": services.writer.committed})
    yield from _family("comment_commits", "counter", {"": services.writer.batches})
    yield from _family("comments_limited", "counter", refused)


def _upkeep(app_state: AppState) -> Iterator[str]:
    """Render what tells that the process keeps up with its database, and with the time."""
    failures = app_state.newsroom.database.health.failures
    jobs = {f'{{job="{_label_value(job.name)}"}}': job for job in app_state.job_figures()}
    yield from _family("database_failures", "counter", {f'{{trouble="{key}"}}': n for key, n in failures.items()})
    yield from _family("job_failures", "counter", {labels: job.failures for labels, job in jobs.items()})
    yield from _family("jobs_abandoned", "counter", {labels: job.abandoned for labels, job in jobs.items()})
    yield from _family("job_age_seconds", "gauge", {labels: round(job.age_seconds, 3) for labels, job in jobs.items()})
    age_seconds = app_state.hub.stories.reconcile_age_seconds
    yield from _family("live_reconcile_age_seconds", "gauge", {"": round(age_seconds, 3)})
    clock = app_state.database_clock
    yield from _family("clock_skew_seconds", "gauge", {"": 0.0 if clock is None else clock.skew_seconds})


def _reading(app_state: AppState) -> Iterator[str]:
    caches = (app_state.reading.representations, app_state.reading.pages)
    yield from _family("representation_builds", "counter", {"": sum(each.builds for each in caches)})
    yield from _family("representation_hits", "counter", {"": sum(each.hits for each in caches)})
    yield from _family("representation_kept_bytes", "gauge", {"": sum(each.kept_bytes for each in caches)})


def _media(app_state: AppState) -> Iterator[str]:
    media = app_state.media
    decoder = media.decoder.metrics
    healths = (media.files.health, media.incoming.health, media.decoder.health)
    outcomes = {"converted": decoder.converted, "refused": decoder.refused, "crashed": decoder.crashed}
    yield from _family("media_uploads", "counter", {"": media.uploads})
    yield from _family("media_decoded", "counter", {f'{{outcome="{key}"}}': n for key, n in outcomes.items()})
    yield from _family("media_turned_away", "counter", {"": decoder.turned_away})
    yield from _family("media_waiting", "gauge", {"": media.decoder.waiting})
    yield from _family("media_decoder_cpu_seconds", "counter", {"": round(decoder.cpu_seconds, 3)})
    yield from _family("media_store_failures", "counter", {"": sum(each.failures for each in healths)})
    yield from _family("media_visibility_reads", "counter", {"": app_state.reading.media.reads})


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
