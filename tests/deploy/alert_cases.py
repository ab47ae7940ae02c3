"""Cases of each alert: series of a server for which it rings, with what it says, and series for which it is quiet.

Series are as Prometheus has them of a machine with workers, a sample a minute, as often as it scrapes by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.metrics.histogram import COMMIT_BOUNDS, DELIVERY_BOUNDS

Series = dict[str, str]
"""Values in promtool's notation, by the series that has them."""
INSTANCE = "10.0.0.11:8000"
OF_INSTANCE = {"instance": INSTANCE}
OF_MACHINE = {**OF_INSTANCE, "job": "liveblog"}
OF_PROCESS = {**OF_MACHINE, "worker": "worker-1"}

NEVER, STEADY_ONE = "0x40", "1x40"
ONE_A_MINUTE, TWO_A_MINUTE, THREE_A_MINUTE = "0+1x40", "0+2x40", "0+3x40"
TWO_AT_ONCE, THREE_AT_ONCE = "0x7 2x40", "0x7 3x40"


@dataclass(frozen=True, slots=True)
class Case:
    """Series for which an alert rings, with these labels and this summary, and series for which it does not."""

    rings: Series
    quiet: Series
    labels: dict[str, str]
    summary: str
    at: str = "10m30s"
    """Between two samples, as it mostly is."""


def written(name: str, labels: dict[str, str], **own: str) -> str:
    """Write a series as PromQL does."""
    pairs = ",".join(f'{label}="{value}"' for label, value in {**labels, **own}.items())
    return f"{name}{{{pairs}}}"


def of_process(name: str, **own: str) -> str:
    """Write a series of one of the machine's processes."""
    return written(name, OF_PROCESS, **own)


def of_machine(name: str, **own: str) -> str:
    """Write a series of the machine."""
    return written(name, OF_MACHINE, **own)


def durations(name: str, bounds: Sequence[float], seconds: float) -> Series:
    """Return the buckets of a histogram that counts one such duration a minute."""
    counts = {f"{bound}": ONE_A_MINUTE if seconds <= bound else NEVER for bound in bounds} | {"+Inf": ONE_A_MINUTE}
    return {of_process(f"{name}_bucket", le=bound): values for bound, values in counts.items()}


def gauge(name: str, rings: str, quiet: str, summary: str, **own: str) -> Case:
    """Return the case of an alert on one series of a process, whose labels it keeps."""
    series = of_process(name, **own)
    return Case({series: rings}, {series: quiet}, {**OF_PROCESS, **own}, summary)


FAILURES = of_process("liveblog_job_failures_total", exported_job="due work")
ABANDONED = of_process("liveblog_jobs_abandoned_total", exported_job="due work")
JOB_FAILS = ({**OF_PROCESS, "exported_job": "due work"}, f"The job “due work” of {INSTANCE} fails.")
STORE_FAILURES = of_process("liveblog_media_store_failures_total")
CRASHED = of_process("liveblog_media_decoded_total", outcome="crashed")
MEDIA_FAILS = f"Pictures cannot be kept or read on {INSTANCE}, or kill their decoder."
IN_USE = of_process("liveblog_database_connections_in_use")
LIMIT = of_process("liveblog_database_connections_limit")
COMMITS, DELIVERIES = "liveblog_commit_duration_seconds", "liveblog_live_delivery_seconds"
OPEN, MOST_OPEN = of_process("process_open_fds"), of_process("process_max_fds")
WANTED, ANSWERING = of_machine("liveblog_processes"), of_machine("liveblog_processes_answering")
DIED, HUNG, ROLLED = (
    of_machine("liveblog_processes_replaced_total", cause=each) for each in ("died", "hung", "rolled")
)
BACKUP = of_process("liveblog_last_backup_timestamp_seconds")
WRITERS = [written("liveblog_writer_up", OF_MACHINE, worker=each) for each in ("worker-1", "worker-2")]
LIMITED = of_process("liveblog_comments_limited_total", limit="address")

CASES: dict[str, list[Case]] = {
    "LiveblogDown": [
        Case({of_machine("up"): NEVER}, {of_machine("up"): STEADY_ONE}, OF_MACHINE, f"{INSTANCE} answers nothing.")
    ],
    "LiveblogDatabaseDown": [
        gauge(
            "liveblog_database_up", NEVER, STEADY_ONE,
            f"{INSTANCE} does not reach its database: nothing can be published.",
        )
    ],
    "LiveblogDatabaseUnwritable": [
        gauge(
            "liveblog_database_writable", NEVER, STEADY_ONE,
            f"The database of {INSTANCE} stores nothing: nothing can be published.",
        )
    ],
    "LiveblogDatabaseRefuses": [
        gauge(
            "liveblog_database_failures_total", TWO_A_MINUTE, THREE_AT_ONCE,
            f"The database ended 10 transactions of {INSTANCE} within five minutes.", trouble="refused",
        )
    ],
    "LiveblogConnectionsShort": [
        Case(
            {IN_USE: "9x40", LIMIT: "10x40"}, {IN_USE: "8x40", LIMIT: "10x40"}, OF_PROCESS,
            f"{INSTANCE} uses most of its connections to the database.",
        )
    ],
    "LiveblogCommitsSlow": [
        Case(
            durations(COMMITS, COMMIT_BOUNDS, 0.6), durations(COMMITS, COMMIT_BOUNDS, 0.5), OF_INSTANCE,
            f"One commit in a hundred takes 995ms on {INSTANCE}.",
        ),
        Case(
            durations(COMMITS, COMMIT_BOUNDS, 60), durations(COMMITS, COMMIT_BOUNDS, 0.001), OF_INSTANCE,
            f"One commit in a hundred takes 20s on {INSTANCE}.",
        ),
    ],
    "LiveblogReadersLate": [
        Case(
            durations(DELIVERIES, DELIVERY_BOUNDS, 60), durations(DELIVERIES, DELIVERY_BOUNDS, 1), OF_INSTANCE,
            f"Readers of {INSTANCE} see an entry 5s after its commit.",
        )
    ],
    "LiveblogReconcileLate": [
        gauge(
            "liveblog_live_reconcile_age_seconds", "16x40", "15x40",
            f"{INSTANCE} has not compared its stories with the tables for 16s.",
        )
    ],
    "LiveblogDueWorkLate": [
        gauge(
            "liveblog_job_age_seconds", "100x40", "15x40",
            f"{INSTANCE} has not looked at what is scheduled for 1m 40s.", exported_job="due work",
        )
    ],
    "LiveblogJobsFail": [
        Case({FAILURES: ONE_A_MINUTE, ABANDONED: NEVER}, {FAILURES: THREE_AT_ONCE, ABANDONED: STEADY_ONE}, *JOB_FAILS),
        Case({FAILURES: NEVER, ABANDONED: "0x7 1x40"}, {FAILURES: NEVER, ABANDONED: NEVER}, *JOB_FAILS),
    ],
    "LiveblogOverloaded": [
        gauge("liveblog_live_overloaded", STEADY_ONE, NEVER, f"{INSTANCE} turns readers away, since it is late.")
    ],
    "LiveblogDescriptorsShort": [
        Case(
            {OPEN: "900x40", MOST_OPEN: "1024x40"}, {OPEN: "800x40", MOST_OPEN: "1024x40"}, OF_PROCESS,
            f"{INSTANCE} can soon accept no more connections.",
        )
    ],
    "LiveblogProcessMissing": [
        Case(
            {WANTED: "3x40", ANSWERING: "2x40"}, {WANTED: "3x40", ANSWERING: "3x40"}, OF_MACHINE,
            f"A worker of {INSTANCE} does not answer, or cannot be started.",
        )
    ],
    "LiveblogProcessesReplaced": [
        Case(
            {DIED: TWO_AT_ONCE, HUNG: THREE_AT_ONCE}, {DIED: TWO_AT_ONCE, ROLLED: ONE_A_MINUTE}, OF_INSTANCE,
            f"Workers of {INSTANCE} die, hang or leak again and again.", at="30m30s",
        )
    ],
    "LiveblogRequestsFail": [
        gauge(
            "liveblog_request_failures_total", ONE_A_MINUTE, STEADY_ONE,
            f"Something of ours broke in 5 requests of {INSTANCE}.",
        )
    ],
    "LiveblogBrokerDown": [
        gauge(
            "liveblog_broker_up", NEVER, STEADY_ONE,
            f"{INSTANCE} does not hear of other servers' commits: its readers are a quarter of a second late.",
        )
    ],
    "LiveblogBrokerRefuses": [
        gauge(
            "liveblog_broker_refused_total", TWO_A_MINUTE, THREE_AT_ONCE,
            f"{INSTANCE} refused 10 messages that no server of its database signed now.",
        )
    ],
    "LiveblogWorkersLate": [
        gauge(
            "liveblog_broker_late_total", THREE_A_MINUTE, ONE_A_MINUTE,
            f"Workers of {INSTANCE} are behind its writer: who reads right after a write may meet what was before.",
        )
    ],
    "LiveblogClockSkewed": [
        gauge(
            "liveblog_clock_skew_seconds", f"{skew}x40", STEADY_ONE,
            f"The clock of {INSTANCE} is 1.5s from the database's.",
        )
        for skew in ("1.5", "-1.5")
    ],
    "LiveblogDiskShort": [
        gauge(
            "liveblog_disk_free_bytes", "999999999x40", "1000000000x40",
            f"Less than a gigabyte is left for data on {INSTANCE}.", folder="data",
        )
    ],
    "LiveblogBackupOld": [
        Case({BACKUP: "-93000x40"}, {BACKUP: "-89000x40"}, {}, "The last backup is 1d 2h 0m 30s old.")  # 1970 is now
    ],
    "LiveblogWriterAway": [
        Case(
            dict(zip(WRITERS, (STEADY_ONE, NEVER), strict=True)), dict.fromkeys(WRITERS, STEADY_ONE), OF_INSTANCE,
            f"Workers on {INSTANCE} get no answer of the process that writes: nobody can publish.",
        )
    ],
    "LiveblogMediaFails": [
        Case(
            {STORE_FAILURES: ONE_A_MINUTE, CRASHED: NEVER}, {STORE_FAILURES: STEADY_ONE, CRASHED: NEVER}, OF_PROCESS,
            MEDIA_FAILS,
        ),
        Case(
            {STORE_FAILURES: NEVER, CRASHED: ONE_A_MINUTE}, {STORE_FAILURES: NEVER, CRASHED: TWO_AT_ONCE},
            {**OF_PROCESS, "outcome": "crashed"}, MEDIA_FAILS,
        ),
    ],
    "LiveblogCommentFlood": [
        Case(
            {LIMITED: "0+1200x40"}, {LIMITED: "0+600x40"}, OF_INSTANCE,
            f"20 comments a second are refused on {INSTANCE}.",
        )
    ],
    "LiveblogThemeFails": [
        gauge(
            "liveblog_theme_failures_total", ONE_A_MINUTE, STEADY_ONE,
            f"A theme's templates cannot draw pages on {INSTANCE}; readers get ours.",
        )
    ],
}  # fmt: skip
