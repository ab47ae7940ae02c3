"""nginx and Caddy with our files lose nothing of what a reader or a newsroom is promised."""

from __future__ import annotations

import gzip
import json
import struct
import zlib
from typing import Any

from app.settings import Settings
from tests.deploy.front import HOST, READER, Front, Socket
from tests.pictures import png

STRANGER = "198.51.100.66"
SOON = 30.0
LARGEST = Settings.model_fields["media_image_megabytes"].default * 2**20


def test_a_socket_is_compressed_told_at_once_and_not_cut_while_nothing_happens(front: Front, story: str) -> None:
    with front.socket(f"/v1/stories/{story}/live") as reader, front.client(front.node.token) as admin:
        assert "permessage-deflate" in reader.extensions
        _await(reader, "caught_up")
        posted = admin.post(f"/v1/stories/{story}/entries", json={"text": "Polls have closed."}).json()
        assert _await(reader, "entry.published")["entry"]["id"] == posted["id"]
        _await(reader, "heartbeat")


def test_an_event_stream_is_told_of_an_event_while_it_is_open(front: Front, story: str) -> None:
    with (
        front.client() as reader,
        front.client(front.node.token) as admin,
        reader.stream("GET", f"/v1/stories/{story}/events") as stream,
    ):
        assert stream.headers["content-type"].startswith("text/event-stream")
        messages = (json.loads(line[6:]) for line in stream.iter_lines() if line.startswith("data: "))
        assert any(each["type"] == "caught_up" for each in messages)
        posted = admin.post(f"/v1/stories/{story}/entries", json={"text": "Polls have closed."}).json()
        assert next(each for each in messages if each["type"] == "entry.published")["entry"]["id"] == posted["id"]
        assert any(each["type"] == "heartbeat" for each in messages)


def test_the_newsrooms_stream_gets_through(front: Front, story: str) -> None:
    with front.socket("/v1/newsroom/live") as stream, front.client(front.node.token) as admin:
        stream.send(json.dumps({"type": "authenticate", "token": front.node.token}))
        _await(stream, "welcome")
        stream.send(json.dumps({"type": "watch", "story": story}))
        _await(stream, "watching")
        posted = admin.post(f"/v1/stories/{story}/entries", json={"text": "Polls have closed."}).json()
        assert _await(stream, "entry")["entry"]["id"] == posted["id"]


def test_a_poll_waits_for_the_event_and_has_it_whole(front: Front, story: str) -> None:
    with front.client() as reader, front.client(front.node.token) as admin:
        changes = f"/v1/stories/{story}/changes"
        head = reader.get(changes).json()["head"]
        nothing = reader.get(changes, params={"after": head, "wait": "1"})
        assert (nothing.json()["events"], nothing.headers["cache-control"]) == ([], "no-store")
        admin.post(f"/v1/stories/{story}/entries", json={"text": "Polls have closed."})
        (event,) = reader.get(changes, params={"after": head, "wait": "30"}).json()["events"]
        assert "Polls have closed." in event["entry"]["body_html"]


def test_who_a_client_is_is_said_by_what_stands_in_front_and_by_nobody_else(front: Front, story: str) -> None:
    forged = {"X-Forwarded-For": STRANGER, "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    with front.client() as reader:
        assert reader.get(f"/v1/stories/{story}/entries", headers=forged).status_code == 200
    (line,) = front.node.requests(f"/v1/stories/{story}/entries")
    assert line["client"] == READER


def test_an_answer_is_compressed_once(front: Front, story: str) -> None:
    with front.client(front.node.token) as admin:
        for number in range(12):
            admin.post(f"/v1/stories/{story}/entries", json={"text": f"Number {number}, and more of it. " * 20})
    with (
        front.client() as reader,
        reader.stream("GET", f"/v1/stories/{story}", headers={"Accept-Encoding": "gzip"}) as answer,
    ):
        raw = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
        assert json.loads(gzip.decompress(raw))["id"] == story
    with (
        front.client() as reader,
        reader.stream("GET", f"/v1/stories/{story}", headers={"Accept-Encoding": "identity"}) as answer,
    ):
        assert "content-encoding" not in answer.headers
        assert json.loads(b"".join(answer.iter_raw()))["id"] == story


def test_the_largest_picture_is_taken(front: Front) -> None:
    with front.client(front.node.token) as admin:
        kept = admin.post("/v1/media", content=_png_of(LARGEST), headers={"Content-Type": "image/png"})
        assert kept.status_code == 201, kept.text


def test_who_may_not_upload_is_told_before_the_file_is_sent(front: Front) -> None:
    head = f"Host: {HOST}\r\nContent-Type: image/png\r\nConnection: close\r\nContent-Length: {LARGEST}\r\n"
    with front.raw() as raw:
        raw.sendall(f"POST /v1/media HTTP/1.1\r\n{head}\r\n".encode() + png()[:100])  # and no more of it
        answer = b"".join(iter(lambda: raw.recv(65536), b"")).decode()
    assert answer.startswith("HTTP/1.1 401 "), answer
    assert json.loads(answer[answer.index("{") : answer.rindex("}") + 1])["status"] == 401


def test_a_nodes_metrics_are_not_told_to_the_world(front: Front) -> None:
    with front.client(front.node.token) as admin:
        assert admin.get("/metrics").status_code == 404
        assert admin.get("/readyz").json() == {"status": "ready", "reasons": []}


def _await(reader: Socket, kind: str) -> dict[str, Any]:
    while True:
        message: dict[str, Any] = json.loads(reader.recv(timeout=SOON))
        if message["type"] == kind:
            return message


def _png_of(size: int) -> bytes:
    """Make a small picture with so much text in it that it has this many bytes."""
    picture = png()
    head, end = picture[:-12], picture[-12:]
    text = b"Comment\0" + b"x" * (size - len(picture) - 12 - 8)
    return head + struct.pack(">I", len(text)) + b"tEXt" + text + struct.pack(">I", zlib.crc32(b"tEXt" + text)) + end
