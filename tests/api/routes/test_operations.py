"""Health, readiness, version and metrics."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import re
from dataclasses import replace

import httpx
import pytest

from app import __version__
from app.api.http.metrics.families import label_value
from app.api.http.readiness import Readiness
from app.metrics.histogram import REQUEST_BOUNDS
from tests.api.server import ADMIN_TOKEN, METRICS_TOKEN, PUBLIC_URL, Server

pytestmark = pytest.mark.anyio


async def test_health_and_version_answer_whatever_else_is_wrong(server: Server) -> None:
    await server.app.drain()
    assert (await server.client.get("/healthz")).json() == {"status": "ok"}
    assert (await server.client.get("/version")).json() == {"version": __version__}


async def test_a_running_server_is_ready_until_it_drains(server: Server) -> None:
    ready = await server.client.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "reasons": []})
    await server.app.drain()
    draining = await server.client.get("/readyz")
    assert (draining.status_code, draining.json()) == (503, {"status": "draining", "reasons": []})


async def works() -> bool:
    return True


async def raises() -> bool:
    raise ConnectionError


async def hangs() -> bool:
    await asyncio.Event().wait()
    return True


async def test_trouble_behind_the_server_is_named_and_stays_200() -> None:
    readiness = Readiness(probes={"one": works, "two": raises, "three": hangs}, is_alive=lambda: True)
    assert await readiness.check() == (503, "starting", [])
    readiness.phase = "ready"
    assert await readiness.check() == (200, "degraded", ["two", "three"])


async def test_a_probe_that_cannot_be_cancelled_is_not_waited_for_and_not_begun_twice() -> None:
    begun, may_end = 0, asyncio.Event()

    async def stuck() -> bool:
        nonlocal begun
        begun += 1
        while not may_end.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await may_end.wait()
        return True

    readiness = Readiness(probes={"database": stuck, "broker": hangs}, is_alive=lambda: True)
    readiness.phase = "ready"
    for _ in range(2):
        assert await asyncio.wait_for(readiness.check(), 10) == (200, "degraded", ["database", "broker"])
    assert begun == 1
    may_end.set()
    await asyncio.sleep(0)  # the turn in which it ends
    assert (await readiness.check())[2] == ["broker"]


async def test_what_is_known_of_a_part_decides_beside_the_probes() -> None:
    is_well = {"writes": True, "due_work": False}
    states = {name: functools.partial(is_well.__getitem__, name) for name in is_well}
    readiness = Readiness(probes={"database": works}, states=states, is_alive=lambda: True)
    readiness.phase = "ready"
    assert await readiness.check() == (200, "degraded", ["due_work"])
    is_well["due_work"] = True
    assert await readiness.check() == (200, "ready", [])


async def test_a_process_whose_own_tasks_have_died_is_not_ready() -> None:
    readiness = Readiness(probes={}, is_alive=lambda: False)
    readiness.phase = "ready"
    status, word, reasons = await readiness.check()
    assert (status, word) == (503, "dead")
    assert reasons


def from_address(server: Server, host: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(server.app, client=(host, 1))
    return httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL)


async def test_metrics_are_for_this_machine_and_for_admins(server: Server) -> None:
    unknown = await server.client.get("/nothing", headers={"x-request-id": "same"})
    refused = await server.client.get("/metrics", headers={"x-request-id": "same"})
    assert refused.status_code == 404
    assert refused.json() | {"instance": ""} == unknown.json() | {"instance": ""}
    for headers in (
        {"authorization": f"Bearer {ADMIN_TOKEN}x"},
        {"authorization": ADMIN_TOKEN},
        {"authorization": "Bearer"},
    ):
        assert (await server.client.get("/metrics", headers=headers)).status_code == 404
    assert (await server.admin.get("/metrics")).status_code == 200
    for host in ("127.0.0.1", "::1", ""):
        async with from_address(server, host) as local:
            assert (await local.get("/metrics")).status_code == 200
            for header in ("x-forwarded-for", "forwarded", "x-real-ip"):
                assert (await local.get("/metrics", headers={header: "192.0.2.9"})).status_code == 404
    async with from_address(server, "testclient") as odd:
        assert (await odd.get("/metrics")).status_code == 404


async def test_a_token_of_the_metrics_own_opens_them_and_nothing_else(server: Server) -> None:
    allowed = {"authorization": f"bearer {METRICS_TOKEN} ", "x-request-id": "same"}
    unknown = {"authorization": f"Bearer {METRICS_TOKEN}x", "x-request-id": "same"}
    answer = await server.client.get("/metrics", headers=allowed)
    assert answer.status_code == 200
    assert "liveblog_requests_in_flight 1" in answer.text
    assert (await server.client.get("/metrics", headers=unknown)).status_code == 404
    asked = 0
    for path, operations in (await server.client.get("/openapi.json")).json()["paths"].items():
        where = re.sub(r"\{[a-z_]+\}", "00000000-0000-4000-8000-000000000000", path)
        for method in {"get", "post", "put", "patch", "delete"} & set(operations):
            if path == "/metrics" or path.endswith(("/live", "/stream")):
                continue
            sent: dict[str, str] | None = None if method == "get" else {}
            with_it, without = [
                await server.client.request(method, where, headers=headers, json=sent) for headers in (allowed, unknown)
            ]
            assert (with_it.status_code, with_it.headers.get("content-type")) == (
                without.status_code,
                without.headers.get("content-type"),
            ), (method, path)
            if path.startswith("/v1/newsroom") and with_it.status_code != 404:
                assert with_it.status_code in {401, 422}, (method, path)
                asked += 1
    assert asked > 20


async def test_without_a_token_of_the_metrics_own_none_opens_them(server: Server) -> None:
    server.app.routes.state.app_state = replace(server.app_state, metrics_token_sha256=None)
    for given in ("Bearer", "Bearer ", "Bearer None", f"Bearer {METRICS_TOKEN}"):
        assert (await server.client.get("/metrics", headers={"authorization": given})).status_code == 404


async def test_metrics_count_requests_and_reads(server: Server) -> None:
    story = await server.story()
    for _ in range(3):
        await server.client.get(f"/v1/stories/{story['id']}")
    await server.client.get("/nothing")
    text = (await server.admin.get("/metrics")).text
    samples = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert samples['liveblog_requests_total{status="200"}'] == "3"
    assert samples['liveblog_requests_total{status="404"}'] == "1"
    assert samples["liveblog_requests_in_flight"] == "1"
    assert samples["liveblog_representation_builds_total"] == "1"
    assert samples["liveblog_representation_hits_total"] == "2"
    assert samples['liveblog_live_connections{transport="websocket"}'] == "0"
    assert samples["liveblog_live_connections_shed_total"] == "0"
    assert samples["liveblog_live_overloaded"] == "0"
    assert samples["liveblog_due_work_failures_total"] == "0"
    assert 0 <= float(samples["liveblog_live_lag_seconds"]) < 60
    assert samples['liveblog_request_duration_seconds_count{kind="read"}'] == "4"
    assert samples['liveblog_request_duration_seconds_bucket{kind="write",le="+Inf"}'] == "1"
    assert samples["liveblog_commit_duration_seconds_count"] == "1"
    assert samples["liveblog_database_up"] == samples["liveblog_database_writable"] == "1"
    assert int(samples["liveblog_database_connections_limit"]) > int(samples["liveblog_database_connections_in_use"])


async def test_every_metric_is_of_one_kind_and_says_what_it_counts(server: Server) -> None:
    text = (await server.admin.get("/metrics")).text
    head = re.findall(r"^# HELP (\S+) (\S.*[.;])\n# TYPE (\S+) (counter|gauge|histogram)$", text, re.MULTILINE)
    typed = {name: kind for name, _, same, kind in head if name == same}
    assert len(typed) == len(head) == text.count("# TYPE ") == text.count("# HELP ")
    for line in text.splitlines():
        name = line.partition("{")[0].partition(" ")[0]
        of_histogram = re.sub("_(bucket|sum|count)$", "", name)
        assert line.startswith("#") or name in typed or typed[of_histogram] == "histogram", line
    assert {name for name, kind in typed.items() if kind == "counter"} == {n for n in typed if n.endswith("_total")}


async def test_buckets_add_up_to_what_was_counted(server: Server) -> None:
    for _ in range(3):
        await server.client.get("/version")
    text = (await server.admin.get("/metrics")).text
    pattern = r'^liveblog_request_duration_seconds_bucket\{kind="read",le="([^"]+)"\} (\d+)$'
    buckets = re.findall(pattern, text, re.MULTILINE)
    counts = [int(count) for _, count in buckets]
    assert counts == sorted(counts)
    assert (buckets[-1][0], counts[-1]) == ("+Inf", 3)
    assert [float(bound) for bound, _ in buckets[:-1]] == list(REQUEST_BOUNDS)


async def test_polls_are_counted_by_themselves(server: Server) -> None:
    story = await server.story()
    head = (await server.client.get(f"/v1/stories/{story['id']}")).json()["head"]
    polled = await server.client.get(f"/v1/stories/{story['id']}/changes", params={"after": head, "wait": 1})
    assert polled.status_code == 200
    kinds = server.app_state.request_metrics.durations
    assert (kinds["wait"].cumulative()[-1], kinds["read"].cumulative()[-1]) == (1, 1)
    assert kinds["wait"].total_seconds >= 0.9 > kinds["read"].total_seconds


async def test_a_release_and_a_node_are_named(server: Server) -> None:
    text = (await server.admin.get("/metrics")).text
    assert re.search(rf'^liveblog_build_info\{{version="{re.escape(__version__)}",python="\w+ 3', text, re.MULTILINE)


@pytest.mark.parametrize("text", ['a"b', "a\\b", "a\nb"])
def test_no_value_of_a_label_breaks_its_line(text: str) -> None:
    written = label_value(text)
    assert "\n" not in written
    assert re.fullmatch(r'(?:[^"\\\n]|\\["\\n])*', written)


METRICS = """
    liveblog_build_info process_cpu_seconds_total process_resident_memory_bytes process_open_fds process_max_fds
    process_start_time_seconds process_threads python_gc_collections_total
    liveblog_requests_total liveblog_requests_in_flight liveblog_request_seconds_total
    liveblog_request_duration_seconds
    liveblog_request_failures_total liveblog_sent_bytes_total liveblog_due_work_failures_total
    liveblog_due_lateness_seconds
    liveblog_comments_taken_total liveblog_comment_commits_total liveblog_comments_limited_total
    liveblog_database_up liveblog_database_writable liveblog_database_failures_total
    liveblog_database_closed_writes_total
    liveblog_database_connections_in_use liveblog_database_connections_limit liveblog_commit_duration_seconds
    liveblog_job_failures_total liveblog_jobs_abandoned_total liveblog_job_age_seconds
    liveblog_live_reconcile_age_seconds liveblog_clock_skew_seconds
    liveblog_forwarded_requests_total liveblog_forward_failures_total liveblog_writer_up liveblog_broker_up
    liveblog_broker_refused_total liveblog_broker_late_total liveblog_live_announcements_lost_total
    liveblog_cluster_processes liveblog_cluster_connections
    liveblog_disk_free_bytes liveblog_last_backup_timestamp_seconds
    liveblog_representation_builds_total liveblog_representation_hits_total liveblog_representation_kept_bytes
    liveblog_media_uploads_total liveblog_media_decoded_total liveblog_media_turned_away_total liveblog_media_waiting
    liveblog_media_decoder_cpu_seconds_total liveblog_media_store_failures_total liveblog_media_visibility_reads_total
    liveblog_theme_failures_total
    liveblog_live_connections liveblog_live_connections_opened_total
    liveblog_live_connections_by_state liveblog_live_connections_timed_out_total liveblog_live_connections_stalled_total
    liveblog_live_connections_slow liveblog_live_connections_shed_total liveblog_live_lag_seconds
    liveblog_live_overloaded liveblog_live_refusals_total liveblog_live_waiting_polls
    liveblog_live_announcements_total liveblog_live_announcements_heard_total
    liveblog_live_heads_heard_total liveblog_live_events_accepted_total
    liveblog_live_messages_sent_total liveblog_live_bytes_written_total liveblog_live_passes_total
    liveblog_live_pass_seconds_total liveblog_live_delivery_seconds liveblog_live_resumes_total
    liveblog_live_resumes_from_ring_total
    liveblog_live_reads_shared_total liveblog_live_reads_changes_total liveblog_live_reads_snapshot_total
    liveblog_live_reads_find_total liveblog_live_reads_failed_total liveblog_live_gaps_total
    liveblog_live_resets_total liveblog_live_reconciles_total liveblog_live_reconciles_failed_total
    liveblog_processes liveblog_processes_answering liveblog_processes_replaced_total
""".split()
"""What operators' dashboards and alerts ask for: a name that is gone breaks them without a word."""


async def test_no_metric_loses_its_name(server: Server) -> None:
    text = (await server.admin.get("/metrics")).text
    assert re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE) == METRICS
