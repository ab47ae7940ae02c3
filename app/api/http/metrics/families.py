"""The text format of Prometheus, and the sentence that `/metrics` says of each metric."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.metrics.histogram import Histogram

Number = int | float

HELP: dict[str, str] = {
    "build_info": "The release that runs, the Python it runs on and the node's name; always 1.",
    "processes": "Processes that this machine is to have: workers, and a writer beside them.",
    "processes_answering": "Processes that told of themselves now.",
    "processes_replaced_total": "Processes that were replaced, by cause: died, hung, leaked, rolled.",
    "process_cpu_seconds_total": "Processor time that the process used, in seconds.",
    "process_resident_memory_bytes": "Memory of the process that is in the machine's memory.",
    "process_open_fds": "File descriptors that are open, each reader's connection among them.",
    "process_max_fds": "File descriptors that the process may open.",
    "process_start_time_seconds": "When the process began, in seconds since 1970.",
    "process_threads": "Threads of Python.",
    "python_gc_collections_total": "Garbage collections, by generation.",
    "requests_total": "HTTP requests that were answered, by status; live connections are not among them.",
    "requests_in_flight": "HTTP requests that are being answered now, waiting polls among them.",
    "request_seconds_total": "Time that answering took, in seconds, waiting polls' waits included.",
    "request_duration_seconds": "Time that a request's answer took, by kind; `wait` are polls and streams.",
    "request_failures_total": "Requests in which something of ours broke; the log has the cause.",
    "sent_bytes_total": "Bytes of the bodies of answers.",
    "due_work_failures_total": "Attempts to publish or end what is due that failed.",
    "due_lateness_seconds": "How long after its time what is scheduled was published or ended.",
    "comments_taken_total": "Readers' comments that were committed.",
    "comment_commits_total": "Commits of readers' comments; those that arrive together share one.",
    "comments_limited_total": "Readers' comments that were refused for arriving too fast, by limit.",
    "database_up": "1 if the database answered the last time it was asked.",
    "database_writable": "1 if the database stored what it was last asked to store.",
    "database_failures_total": "Transactions that the database ended, by trouble.",
    "database_closed_writes_total": "Writes refused while the database was copied to another, or after it had moved.",
    "database_connections_in_use": "Connections that transactions have now.",
    "database_connections_limit": "Connections that transactions may have at most.",
    "commit_duration_seconds": "Time that COMMIT took, of writes that changed something.",
    "job_failures_total": "Attempts of background jobs that failed, by job.",
    "jobs_abandoned_total": "Attempts of background jobs that hung and are not waited for, by job.",
    "job_age_seconds": "Time since a background job last succeeded, by job.",
    "live_reconcile_age_seconds": "Time since the stories in memory were last compared with the tables.",
    "clock_skew_seconds": "How far this machine's clock is ahead of the database's.",
    "disk_free_bytes": "Bytes that we may still write, by folder; absent while the disk says nothing.",
    "last_backup_timestamp_seconds": "When `liveblog backup` last ended well on this machine; absent before the first.",
    "forwarded_requests_total": "Requests that this process sent on to the one that writes.",
    "forward_failures_total": "Requests of those that the process which writes did not answer, or not to their end.",
    "writer_up": "1 if the process that writes answers this one; absent where this one writes itself.",
    "broker_up": "1 if this process hears of other processes' commits, or has none to hear of.",
    "broker_late_total": "Times that a write was answered before a process of this machine had applied it.",
    "broker_refused_total": "Messages of other processes that were not what they said: forged, old or damaged.",
    "cluster_processes": "Processes of the database that are heard of, this one among them.",
    "cluster_connections": "Readers' live connections at all of them, as each said within the last 15 seconds.",
    "representation_builds_total": "Answers that were encoded.",
    "representation_hits_total": "Answers that were taken from memory.",
    "representation_kept_bytes": "Bytes of the answers in memory.",
    "media_uploads_total": "Uploads that were kept.",
    "media_decoded_total": "Uploads that the decoder ended, by outcome.",
    "media_turned_away_total": "Uploads that were refused since too many waited for the decoder.",
    "media_waiting": "Uploads that wait for the decoder now.",
    "media_decoder_cpu_seconds_total": "Processor time of the decoder's processes, in seconds.",
    "media_store_failures_total": "Calls of the stores of files, and of the decoder's program, that failed.",
    "media_visibility_reads_total": "Reads of whether a file is public.",
    "theme_failures_total": "Pages that a theme's templates could not draw, and readers got in ours.",
    "live_connections": "Readers' live connections now, by transport.",
    "live_connections_opened_total": "Readers' live connections that were opened, by transport.",
    "live_connections_by_state": "Connections now, by what they are at.",
    "live_connections_timed_out_total": "Connections that the time limit of their state ended, by state.",
    "live_connections_stalled_total": "Readers cut off since they took nothing for too long.",
    "live_connections_slow": "Readers who are behind now.",
    "live_connections_shed_total": "Readers sent away since the process was late.",
    "live_lag_seconds": "How late the event loop or a fan-out was when it was last looked at.",
    "live_overloaded": "1 while readers are turned away since the process is late.",
    "live_refusals_total": "Connections that were refused before they were a reader's, by status.",
    "live_waiting_polls": "Long polls that wait now.",
    "live_announcements_total": "Announcements of commits that arrived, from this process and others.",
    "live_announcements_lost_total": "Announcements that the broker could not hand on; reconciling finds their events.",
    "live_announcements_heard_total": "Announcements of other processes that were taken whole, without a read.",
    "live_heads_heard_total": "Heads that other processes told of by their number alone.",
    "live_events_accepted_total": "Events that stories in memory took in.",
    "live_messages_sent_total": "Messages written to readers.",
    "live_bytes_written_total": "Bytes written to readers, by framing.",
    "live_passes_total": "Fan-outs: a story's new events, written to its readers.",
    "live_pass_seconds_total": "Time that fan-outs took, in seconds.",
    "live_delivery_seconds": "Time from a commit in this process until its event was written to the last reader.",
    "live_resumes_total": "Subscriptions that began, by how the reader was brought to the head.",
    "live_resumes_from_ring_total": "Resumptions answered from memory alone.",
    "live_reads_shared_total": "Reads of the tables that served several readers.",
    "live_reads_changes_total": "Reads of changes for readers who are behind.",
    "live_reads_snapshot_total": "Reads of snapshots for readers who begin.",
    "live_reads_find_total": "Reads that looked for a story.",
    "live_reads_failed_total": "Reads for readers that failed; they are tried again.",
    "live_gaps_total": "Announcements that arrived before an earlier one; the tables told what was missing.",
    "live_resets_total": "Stories whose log was found to be another, whose readers began anew.",
    "live_reconciles_total": "Comparisons of the stories in memory with the tables.",
    "live_reconciles_failed_total": "Comparisons that failed.",
}
"""For each metric, without the `liveblog_` before it, what it counts."""

_OF_EVERY_PROCESS = ("process_", "python_")
"""Metrics that have the names which any program in Python publishes them under, so that every dashboard has them."""


def counter(name: str, samples: Mapping[str, Number]) -> Iterator[str]:
    """Render a total, named without its `_total`; `samples` has a number for each set of labels, `""` for none."""
    return _family(f"{name}_total", "counter", samples)


def gauge(name: str, samples: Mapping[str, Number]) -> Iterator[str]:
    """Render what is so now, as `counter` does."""
    return _family(name, "gauge", samples)


def histogram(name: str, kept: Mapping[str, Histogram]) -> Iterator[str]:
    """Render durations; `kept` has a histogram for each label, such as `kind="read"`, `""` for none."""
    full = full_name(name)
    yield from _head(name, "histogram")
    for label, each in kept.items():
        before = f"{label}," if label else ""
        counts = each.cumulative()
        for bound, count in zip(each.bounds, counts, strict=False):
            yield f'{full}_bucket{{{before}le="{bound}"}} {count}'
        yield f'{full}_bucket{{{before}le="+Inf"}} {counts[-1]}'
        labels = f"{{{label}}}" if label else ""
        yield f"{full}_sum{labels} {round(each.total_seconds, 6)}"
        yield f"{full}_count{labels} {counts[-1]}"


def label_value(text: str) -> str:
    """Return a text as it may stand between the quotes of a label."""
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _family(name: str, kind: str, samples: Mapping[str, Number]) -> Iterator[str]:
    full = full_name(name)
    yield from _head(name, kind)
    for labels, number in samples.items():
        yield f"{full}{labels} {number}"


def _head(name: str, kind: str) -> Iterator[str]:
    yield f"# HELP {full_name(name)} {HELP[name]}"
    yield f"# TYPE {full_name(name)} {kind}"


def full_name(name: str) -> str:
    """Return the name under which a metric of HELP is published."""
    return name if name.startswith(_OF_EVERY_PROCESS) else f"liveblog_{name}"
