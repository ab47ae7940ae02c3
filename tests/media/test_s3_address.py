"""The address of a bucket, as a setting has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.media.folder_files import FolderFiles
from app.media.opening import open_media_files
from app.media.s3_address import S3Address, UnusableAddress, read_s3_address
from app.media.s3_files import S3Files


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("s3://pictures", S3Address("pictures", path_style=False)),
        ("s3://pictures/", S3Address("pictures", path_style=False)),
        ("s3://pictures/live/2026", S3Address("pictures", "live/2026", path_style=False)),
        ("s3://pictures?region=eu-central-1", S3Address("pictures", region="eu-central-1", path_style=False)),
        (
            "s3://p-1.x/a?endpoint=https://s3.example.org:9000&region=auto",
            S3Address("p-1.x", "a", "https://s3.example.org:9000", "auto", path_style=True),
        ),
        (
            "s3://pictures?endpoint=https%3A%2F%2Fs3.example.org&path_style=false",
            S3Address("pictures", endpoint="https://s3.example.org", path_style=False),
        ),
    ],
)
def test_addresses_that_name_a_bucket(url: str, address: S3Address) -> None:
    assert read_s3_address(url) == address


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://pictures.s3.amazonaws.com", "write s3://bucket/prefix"),
        ("s3://", "write s3://bucket/prefix"),
        ("s3://key:secret@pictures", "AWS_SECRET_ACCESS_KEY"),
        ("s3://pictures:9000", "write s3://bucket/prefix"),
        ("s3://pictures/../other", "the prefix"),
        ("s3://pictures/a b", "the prefix"),
        ("s3://pictures?endpiont=https://x", "no option endpiont"),
        ("s3://pictures?endpoint", "must be options"),
        ("s3://pictures?endpoint=s3.example.org", "the endpoint"),
        ("s3://pictures?endpoint=https://key:secret@s3.example.org", "the endpoint"),
        ("s3://pictures?path_style=yes", "path_style"),
    ],
)
def test_others_are_refused_with_what_to_write(url: str, said: str) -> None:
    with pytest.raises(UnusableAddress, match=said) as refused:
        read_s3_address(url)
    assert "secret" not in str(refused.value)


def test_the_setting_chooses_the_store(tmp_path: Path) -> None:
    assert isinstance(open_media_files(None, folder=tmp_path), FolderFiles)
    assert isinstance(open_media_files("s3://pictures?region=us-east-1", folder=tmp_path), S3Files)
