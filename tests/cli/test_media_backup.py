"""A backup carries the files of uploads beside it, and a restore puts them back, each as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.media.s3_emulator import CREDENTIALS, Emulator, running_emulator
from tests.pictures import png, require_decoder
from tests.ports import reserved_port
from tests.processes import Installation


@pytest.fixture(autouse=True)
def decoder() -> None:
    require_decoder()


@dataclass(frozen=True)
class InBucket:
    """An installation whose uploads are in a bucket of an emulator, and the bucket's name there."""

    emulator: Emulator
    name: str
    installation: Installation


@pytest.fixture
def in_bucket(installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InBucket]:
    """An empty bucket, with the credentials for it in the environment of every command."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(f"AWS_{name.upper()}", value)
    with reserved_port() as port, running_emulator(port, tmp_path) as emulator:
        name = emulator.make_bucket()
        settings = {**installation.settings, "LIVEBLOG_MEDIA_URL": f"s3://{name}/night?endpoint={emulator.url}"}
        yield InBucket(emulator, name, Installation(installation.data_dir, settings))


def fill(installation: Installation, port: int) -> dict[str, Any]:
    """Serve, keep an upload and show it; return the upload."""
    with installation.serving(port):
        headers = {"authorization": f"Bearer {installation.token}"}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False, timeout=30) as admin:
            reply = admin.post("/v1/media", content=png(), headers={"content-type": "image/png"})
            assert reply.status_code == 201, reply.text
            media: dict[str, Any] = reply.json()
            story = admin.post("/v1/stories", json={"title": "Flood", "slug": "flood"}).json()["id"]
            blocks = {"blocks": [{"type": "image", "media": media["id"]}]}
            assert admin.post(f"/v1/stories/{story}/entries", json=blocks).status_code == 201
    return media


def shown(installation: Installation, port: int) -> dict[str, int]:
    """Serve; the status with which each rendition of the story's picture is answered, by its file."""
    with (
        installation.serving(port),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as reader,
    ):
        block = reader.get("/v1/stories/flood/entries?body=blocks").json()["items"][0]["blocks"][0]
        statuses = {}
        for each in block["renditions"]:
            found = reader.get(each["url"])
            statuses[each["url"].rpartition("/")[2]] = found.status_code
            assert found.status_code != 200 or len(found.content) == each["size"]
        return statuses


def test_what_is_restored_elsewhere_has_its_files(installation: Installation, free_port: int, tmp_path: Path) -> None:
    fill(installation, free_port)
    backup = tmp_path / "the.backup"
    said = installation.run("backup", backup).stderr
    folder = tmp_path / "the.backup.media"
    assert f"{folder} holds 4 files" in said
    listed = json.loads((folder / "manifest.json").read_text())["files"]
    assert len(listed) == 4
    assert all((folder / each["file"]).stat().st_size == each["size"] for each in listed)
    assert folder.stat().st_mode & 0o077 == 0
    again = installation.run("backup", backup)
    assert (again.returncode, "exists already" in again.stderr) == (1, True)

    other = Installation(tmp_path / "elsewhere" / "data")
    other.check("restore", backup)
    statuses = shown(other, free_port)
    assert statuses == dict.fromkeys(statuses, 200)
    assert len(statuses) == 4


def test_a_file_that_was_altered_is_refused_before_anything_is_written(
    installation: Installation, free_port: int, tmp_path: Path
) -> None:
    fill(installation, free_port)
    backup = tmp_path / "the.backup"
    installation.check("backup", backup)
    victim = next((tmp_path / "the.backup.media").glob("*/640.jpg"))
    victim.write_bytes(victim.read_bytes()[:-1] + b"x")
    other = Installation(tmp_path / "elsewhere" / "data")
    refused = other.run("restore", backup)
    assert refused.returncode == 1
    assert f"{victim} has been altered" in refused.stderr
    assert not (other.data_dir / "liveblog.db").exists()
    assert not (other.data_dir / "media").exists()


def test_a_backup_without_its_folder_restores_the_text_and_says_what_is_missing(
    installation: Installation, free_port: int, tmp_path: Path
) -> None:
    fill(installation, free_port)
    backup = tmp_path / "the.backup"
    installation.check("backup", backup)
    alone = tmp_path / "alone" / "the.backup"
    alone.parent.mkdir()
    backup.rename(alone)
    said = installation.run("restore", alone, "--yes").stderr  # its files are still there
    assert "Restored" in said
    assert "have no files" not in said
    other = Installation(tmp_path / "elsewhere" / "data")
    assert "1 uploads have no files" in other.run("restore", alone).stderr
    statuses = shown(other, free_port)
    assert set(statuses.values()) == {404}


def test_of_a_bucket_the_objects_are_listed_and_a_restore_finds_them_there(
    in_bucket: InBucket, free_port: int, tmp_path: Path
) -> None:
    bucket = in_bucket.installation
    address = bucket.settings["LIVEBLOG_MEDIA_URL"]
    media = fill(bucket, free_port)
    assert not (bucket.data_dir / "media").exists()
    backup, folder = tmp_path / "the.backup", tmp_path / "the.backup.media"
    bucket.check("backup", backup)
    listed = json.loads((folder / "manifest.json").read_text())["files"]
    name = media["url"].split("/")[-2]
    sizes = {f"{name}/{each['url'].rpartition('/')[2]}": each["size"] for each in media["renditions"]}
    assert {each["file"]: each["size"] for each in listed} == sizes
    assert [path.name for path in folder.iterdir()] == ["manifest.json"], "the bucket keeps the objects"
    other = Installation(tmp_path / "elsewhere" / "data", {"LIVEBLOG_MEDIA_URL": address})
    assert "have no files" not in other.run("restore", backup).stderr
    statuses = shown(other, free_port)
    assert statuses == dict.fromkeys(statuses, 200)


def test_a_restore_says_what_a_bucket_lacks_and_what_of_it_is_nobodys(
    in_bucket: InBucket, free_port: int, tmp_path: Path
) -> None:
    """One object was deleted, one was cut short, and one is of no upload; a copy of the bucket puts them right."""
    emulator, name, bucket = in_bucket.emulator, in_bucket.name, in_bucket.installation
    address = bucket.settings["LIVEBLOG_MEDIA_URL"]
    object_name = fill(bucket, free_port)["url"].split("/")[-2]
    backup = tmp_path / "the.backup"
    bucket.check("backup", backup)
    emulator.copy_to(tmp_path / "copy", name, "night")
    emulator.delete(name, f"night/{object_name}/640.jpg")
    emulator.put(name, f"night/{object_name}/320.webp", b"short")
    other = "AAAAAAAAAAAAAAAAAAAAAAAA"
    emulator.put(name, f"night/{other}/320.jpg", b"of a later upload")

    elsewhere = Installation(tmp_path / "elsewhere" / "data", {"LIVEBLOG_MEDIA_URL": address})
    restored = elsewhere.run("restore", backup)
    assert restored.returncode == 0, restored.stderr
    lines = restored.stdout.splitlines()
    assert sorted(lines) == [
        f"missing\t{object_name}/320.webp",
        f"missing\t{object_name}/640.jpg",
        f"other\t{other}",
    ]
    assert "1 uploads have no files, or not all: 2 are neither in the bucket nor in" in restored.stderr
    assert "1 objects in the bucket are of no upload of this backup" in restored.stderr
    assert CREDENTIALS["secret_access_key"] not in restored.stderr.split()

    for copied in (tmp_path / "copy").iterdir():
        copied.rename(tmp_path / "the.backup.media" / copied.name)
    restored = elsewhere.run("restore", backup, "--yes")
    assert (restored.returncode, restored.stdout) == (0, f"other\t{other}\n"), restored.stderr
    statuses = shown(elsewhere, free_port)
    assert (len(statuses), set(statuses.values())) == (4, {200})


def test_a_backup_says_what_is_not_in_the_bucket_any_more(in_bucket: InBucket, free_port: int, tmp_path: Path) -> None:
    emulator, name, bucket = in_bucket.emulator, in_bucket.name, in_bucket.installation
    object_name = fill(bucket, free_port)["url"].split("/")[-2]
    emulator.delete(name, f"night/{object_name}/640.jpg")
    made = bucket.run("backup", tmp_path / "the.backup")
    assert (made.returncode, made.stdout) == (0, f"missing\t{object_name}/640.jpg\n"), made.stderr
    assert "1 files that it names are not in the bucket." in made.stderr
    listed = json.loads((tmp_path / "the.backup.media" / "manifest.json").read_text())["files"]
    assert len(listed) == 3


@pytest.mark.slow
def test_a_copy_takes_its_files_along_into_a_bucket_and_out_of_it_into_a_folder(
    installation: Installation, in_bucket: InBucket, free_port: int, tmp_path: Path
) -> None:
    fill(installation, free_port)
    places = [tmp_path / "in-a-bucket" / "data", tmp_path / "in-a-folder" / "data"]
    urls = [f"sqlite:///{place / 'liveblog.db'}" for place in places]
    bucket = in_bucket.installation.settings["LIVEBLOG_MEDIA_URL"]
    said = installation.run("copy", "--to", urls[0], "--media-to", bucket)
    assert said.returncode == 0, said.stderr
    assert "files: 4 of 4" in said.stderr
    second = Installation(places[0], {"LIVEBLOG_MEDIA_URL": bucket})
    statuses = shown(second, free_port)
    assert statuses == dict.fromkeys(statuses, 200)
    (installation.data_dir / "media").rename(tmp_path / "not-there-any-more")
    said = second.run("copy", "--to", urls[1], "--media-to", places[1])
    assert said.returncode == 0, said.stderr
    assert shown(Installation(places[1]), free_port) == statuses
    again = second.run("copy", "--to", urls[1], "--media-to", places[1])
    assert (again.returncode, "moved already" in again.stderr) == (1, True)
