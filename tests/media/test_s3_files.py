"""A bucket whose service is silent, slow, failing or gone: every wait ends, each with the same error."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

import pytest

from app.domain.errors import Unavailable
from app.media.files import new_name
from app.media.s3_address import S3Address
from app.media.s3_files import S3Files
from tests.media.s3_emulator import CREDENTIALS, Behaviour, deny, fail, stay_silent, trickle, useless_server

pytestmark = pytest.mark.anyio

SECONDS = 0.5
Operation = Callable[[S3Files, Path], Awaitable[object]]


async def _list(files: S3Files, _: Path) -> None:
    async for _each in files.names():
        pass


async def _read(files: S3Files, _: Path) -> None:
    opened = await files.open(new_name(), "1.jpg")
    async for _piece in opened.read():
        pass


OPERATIONS: dict[str, Operation] = {
    "keep": lambda files, folder: files.keep(new_name(), folder, ["1.jpg"]),
    "read": _read,
    "delete": lambda files, folder: files.delete(new_name()),
    "list": _list,
    "check": lambda files, folder: files.check(),
}


@pytest.fixture
def made(tmp_path: Path) -> Path:
    (tmp_path / "1.jpg").write_bytes(b"picture")
    return tmp_path


async def _all_fail(endpoint: str, folder: Path, names: Iterable[str] = OPERATIONS) -> S3Files:
    files = S3Files(
        S3Address("pictures", "", endpoint, "us-east-1"), credentials=CREDENTIALS, seconds=SECONDS, keep_seconds=SECONDS
    )
    found = await asyncio.gather(*(OPERATIONS[name](files, folder) for name in names), return_exceptions=True)
    for name, each in zip(names, found, strict=True):
        assert isinstance(each, Unavailable), (name, each)
        assert each.code == "media_unavailable"
    return files


@pytest.mark.parametrize("behaviour", [stay_silent, trickle, fail, deny])
async def test_each_operation_ends_with_an_error_and_the_log_says_it_once(
    made: Path, caplog: pytest.LogCaptureFixture, behaviour: Behaviour
) -> None:
    with useless_server(behaviour) as endpoint:
        # One that trickles has acknowledged at once what has no body to be read.
        names = ["read", "list", "delete"] if behaviour is trickle else list(OPERATIONS)
        files = await _all_fail(endpoint, made, names)
    assert files.health.failures >= len(names)
    said = [record.getMessage() for record in caplog.records if record.name == "app.media.store_health"]
    assert len(said) == 1
    assert "s3://pictures/" in said[0]
    assert CREDENTIALS["secret_access_key"] + "=" not in said[0]


async def test_a_service_that_is_not_there_is_the_same(made: Path, free_port: int) -> None:
    await _all_fail(f"http://127.0.0.1:{free_port}", made)


async def test_the_time_of_an_operation_is_its_own_and_not_that_of_three_attempts(made: Path) -> None:
    """Broken is not slow: thirty times the limit is waited before the test fails."""
    with useless_server(stay_silent) as endpoint:
        began = time.monotonic()
        await _all_fail(endpoint, made)
        assert time.monotonic() - began < 30 * SECONDS


async def test_many_files_that_take_too_long_together_are_an_error_that_is_counted_and_said(
    made: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Each is within its time, or would be: it is the upload that has none left."""
    with useless_server(stay_silent) as endpoint:
        address = S3Address("pictures", "", endpoint, "us-east-1")
        files = S3Files(address, credentials=CREDENTIALS, seconds=20, keep_seconds=SECONDS)
        files._seconds = SECONDS  # of what is deleted after it
        with pytest.raises(Unavailable):
            await files.keep(new_name(), made, ["1.jpg"])
    assert files.health.failures == 2
    said = [record.getMessage() for record in caplog.records if record.name == "app.media.store_health"]
    assert len(said) == 1
