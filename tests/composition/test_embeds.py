"""The operator's file of providers as a setting: what it changes on a real server, and what stops one from starting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.composition.embeds import load_embed_providers
from app.content.embeds.providers import find_embed, use_providers
from app.settings import Settings, UnusableSettings
from tests.content.embeds.own_provider import PEERTUBE
from tests.loopback import NO_CERTIFICATES
from tests.processes import Installation


@pytest.fixture(autouse=True)
def _ours_again() -> Iterator[None]:
    yield
    use_providers()


def test_a_file_is_read_at_start_and_a_start_without_one_forgets_it(tmp_path: Path) -> None:
    path = tmp_path / "embeds.toml"
    path.write_text(PEERTUBE, encoding="utf-8")
    settings = Settings(public_url="https://live.example", data_dir=tmp_path, embed_providers=path)
    load_embed_providers(settings)
    assert find_embed("https://video.example/w/abc") is not None
    load_embed_providers(settings.model_copy(update={"embed_providers": None}))
    assert find_embed("https://video.example/w/abc") is None


BAD_FILES: dict[str, tuple[str | bytes | None, str]] = {
    "a frame of our own host": (
        PEERTUBE.replace("//video.example/videos/e", "//live.example/e"),
        "its frame is at live.example",
    ),
    "another encoding": ("label = '\u00e4'".encode("latin-1"), "is not UTF-8 text"),
    "no file": (None, "cannot be read: No such file"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_cannot_be_used_is_no_setting(tmp_path: Path, name: str) -> None:
    content, sentence = BAD_FILES[name]
    path = tmp_path / "embeds.toml"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    settings = Settings(public_url="https://live.example", data_dir=tmp_path, embed_providers=path)
    with pytest.raises(UnusableSettings) as refused:
        load_embed_providers(settings)
    assert str(refused.value).startswith(f"LIVEBLOG_EMBED_PROVIDERS: {path}")
    assert sentence in str(refused.value)


@pytest.mark.slow
def test_a_server_frames_what_its_operator_adds_and_does_not_start_with_a_bad_file(
    tmp_path: Path, free_port: int
) -> None:
    path = tmp_path / "embeds.toml"
    path.write_text(PEERTUBE, encoding="utf-8")
    site = Installation(tmp_path / "data", {"LIVEBLOG_EMBED_PROVIDERS": str(path)})
    site.check("migrate")
    with (
        site.serving(free_port),
        httpx.Client(base_url=f"http://127.0.0.1:{free_port}", verify=NO_CERTIFICATES, timeout=40) as client,
    ):
        client.headers["Authorization"] = f"Bearer {site.token}"
        story = client.post("/v1/stories", json={"title": "x", "slug": "night"}).json()["id"]
        made = client.post(f"/v1/stories/{story}/entries", json={"text": "https://video.example/w/abc"}).json()
        assert made["blocks"][0]["frame"] == "https://video.example/videos/embed/abc"
        policy = client.get("/stories/night").headers["content-security-policy"]
        assert "https://video.example" in policy.partition("frame-src ")[2].partition(";")[0].split()
    path.write_text(PEERTUBE.replace("16/9", "9"), encoding="utf-8")
    refused = site.run("serve")
    assert refused.returncode != 0
    assert f"LIVEBLOG_EMBED_PROVIDERS: {path}: entry 1 (line 2), peertube: ratio has to be one of" in refused.stderr
    assert "Traceback" not in refused.stderr
