"""The metrics of one process in Prometheus' text format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum

from app import __version__
from app.api.http.metrics.families import Number, counter, gauge, histogram, label_value
from app.api.http.state import AppState
from app.metrics.histogram import Histogram
from app.metrics.process_figures import describe_python, read_process_figures


def render_metrics(app_state: AppState) -> str:
    """Render every metric as it is now."""
    return "\n".join(
        [
            *_process(app_state),
            *_requests(app_state),
            *_writing(app_state),
            *_comments(app_state),
            *_database(app_state),
            *_upkeep(app_state),
            *_reading(app_state),
            *_media(app_state),
            *_pages(app_state),
            *_live(app_state),
            "",
        ]
    )


def _process(app_state: AppState) -> Iterator[str]:
    figures = read_process_figures()
    labels = {"version": __version__, "python": describe_python(), "node": app_state.node}
    written = ",".join(f'{name}="{label_value(text)}"' for name, text in labels.items())
    yield from gauge("build_info", {f"{{{written}}}": 1})
    yield from counter("process_cpu_seconds", {"": round(figures.cpu_seconds, 3)})
    yield from gauge("process_resident_memory_bytes", _known(figures.resident_bytes))
    yield from gauge("process_open_fds", _known(figures.open_files))
    yield from gauge("process_max_fds", {"": figures.open_files_limit})
    yield from gauge("process_start_time_seconds", {"": round(figures.started_at_seconds, 3)})
    yield from gauge("process_threads", {"": figures.threads})
    collections = enumerate(figures.collections)
    yield from counter("python_gc_collections", {f'{{generation="{age}"}}': n for age, n in collections})


def _known(number: int | None) -> dict[str, Number]:
    return {} if number is None else {"": number}


def _requests(app_state: AppState) -> Iterator[str]:
    counted = app_state.request_metrics
    yield from counter("requests", {f'{{status="{code}"}}': n for code, n in sorted(counted.by_status.items())})
    yield from gauge("requests_in_flight", {"": counted.in_flight})
    yield from counter("request_seconds", {"": round(counted.seconds, 6)})
    durations = {f'kind="{kind}"': kept for kind, kept in counted.durations.items()}
    yield from histogram("request_duration_seconds", durations)
    yield from counter("request_failures", {"": counted.failures})
    yield from counter("sent_bytes", {"": counted.bytes_sent})


def _writing(app_state: AppState) -> Iterator[str]:
    yield from counter("due_work_failures", {"": app_state.backoff.failures})
    yield from histogram("due_lateness_seconds", {"": app_state.due_lateness})


def _comments(app_state: AppState) -> Iterator[str]:
    services = app_state.comments
    refused: dict[str, Number] = {f'{{limit="{limit}"}}': n for limit, n in services.limiter.refused.items()}
    yield from counter("comments_taken", {"": services.writer.committed})
    yield from counter("comment_commits", {"": services.writer.batches})
    yield from counter("comments_limited", refused)


def _database(app_state: AppState) -> Iterator[str]:
    database = app_state.newsroom.database
    health = database.health
    troubles: dict[str, Number] = {f'{{trouble="{key}"}}': n for key, n in health.failures.items()}
    in_use, limit = database.count_connections()
    yield from gauge("database_up", {"": int(health.is_reachable)})
    yield from gauge("database_writable", {"": int(health.is_writable)})
    yield from counter("database_failures", troubles)
    yield from counter("database_closed_writes", {"": health.gate.refused})
    yield from gauge("database_connections_in_use", {"": in_use})
    yield from gauge("database_connections_limit", {"": limit})
    yield from histogram("commit_duration_seconds", {"": database.commits})


def _upkeep(app_state: AppState) -> Iterator[str]:
    """Render what tells that the process keeps up with its database, and with the time."""
    jobs = {f'{{job="{label_value(job.name)}"}}': job for job in app_state.job_figures()}
    yield from counter("job_failures", {labels: job.failures for labels, job in jobs.items()})
    yield from counter("jobs_abandoned", {labels: job.abandoned for labels, job in jobs.items()})
    yield from gauge("job_age_seconds", {labels: round(job.age_seconds, 3) for labels, job in jobs.items()})
    age_seconds = app_state.hub.stories.reconcile_age_seconds
    yield from gauge("live_reconcile_age_seconds", {"": round(age_seconds, 3)})
    clock = app_state.database_clock
    yield from gauge("clock_skew_seconds", {"": 0.0 if clock is None else clock.skew_seconds})
    writer = app_state.writer
    yield from counter("forwarded_requests", {} if writer is None else {"": writer.forwarded})
    yield from counter("forward_failures", {} if writer is None else {"": writer.failures})
    yield from gauge("writer_up", {} if writer is None else {"": int(writer.is_up)})
    broker = app_state.broker_figures()
    yield from gauge("broker_up", {"": int(broker.is_connected)})
    yield from counter("broker_refused", {"": broker.refused})
    yield from counter("broker_late", {"": broker.late})
    yield from counter("live_announcements_lost", {"": broker.announcements_lost})
    cluster = app_state.cluster
    yield from gauge("cluster_processes", {} if cluster is None else {"": cluster.process_count})
    yield from gauge("cluster_connections", {} if cluster is None else {"": cluster.connection_count})
    room = app_state.disk_room
    yield from gauge("disk_free_bytes", {f'{{folder="{label_value(name)}"}}': n for name, n in room.free_bytes.items()})
    backup_at = room.backup_at_seconds
    yield from gauge("last_backup_timestamp_seconds", {} if backup_at is None else {"": backup_at})


def _reading(app_state: AppState) -> Iterator[str]:
    caches = (app_state.reading.representations, app_state.reading.pages)
    yield from counter("representation_builds", {"": sum(each.builds for each in caches)})
    yield from counter("representation_hits", {"": sum(each.hits for each in caches)})
    yield from gauge("representation_kept_bytes", {"": sum(each.kept_bytes for each in caches)})


def _media(app_state: AppState) -> Iterator[str]:
    media = app_state.media
    decoder = media.decoder.metrics
    healths = (media.files.health, media.incoming.health, media.decoder.health)
    outcomes = {"converted": decoder.converted, "refused": decoder.refused, "crashed": decoder.crashed}
    yield from counter("media_uploads", {"": media.uploads})
    yield from counter("media_decoded", {f'{{outcome="{key}"}}': n for key, n in outcomes.items()})
    yield from counter("media_turned_away", {"": decoder.turned_away})
    yield from gauge("media_waiting", {"": media.decoder.waiting})
    yield from counter("media_decoder_cpu_seconds", {"": round(decoder.cpu_seconds, 3)})
    yield from counter("media_store_failures", {"": sum(each.failures for each in healths)})
    yield from counter("media_visibility_reads", {"": app_state.reading.media.reads})


def _pages(app_state: AppState) -> Iterator[str]:
    yield from counter("theme_failures", {"": app_state.theme_failures()})


def _live(app_state: AppState) -> Iterator[str]:
    counted = app_state.hub.metrics
    for name in counted.__slots__:
        value = getattr(counted, name)
        if isinstance(value, Histogram):
            yield from histogram(f"live_{_PUBLISHED_AS.get(name, name)}", {"": value})
            continue
        if isinstance(value, Mapping):
            label = _LABELS.get(name, "transport")
            samples: dict[str, Number] = {f'{{{label}="{_label_of(key)}"}}': number for key, number in value.items()}
        else:
            samples = {"": value}
        published = _PUBLISHED_AS.get(name, name)
        yield from (gauge if name in _GAUGES else counter)(f"live_{published}", samples)


_PUBLISHED_AS = {"fan_outs": "passes", "fan_out_seconds": "pass_seconds", "deliveries": "delivery_seconds"}
"""The names of metrics that are not their fields': two that operators' dashboards know, and one with its unit."""

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


def _label_of(key: object) -> str:
    return key.name.lower() if isinstance(key, Enum) else str(key)
