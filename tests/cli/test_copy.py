"""What `liveblog copy` was asked for, and the files that it takes along."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli.copying.media_copy import FilesCopied, copy_files
from app.cli.copying.moving import Move
from app.media.files import new_name
from app.media.folder_files import FolderFiles
from app.settings import Settings, UnusableSettings
from app.storage.upkeep.archive import ArchivedFile


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        ("mysql://desk@db/liveblog", "neither sqlite:/// nor postgresql://"),
        ("sqlite:///:memory:", "name a file"),
        ("", "names the database that is copied"),
    ],
)
def test_a_place_that_nothing_can_be_copied_to_is_refused_with_a_sentence(
    tmp_path: Path, to: str, sentence: str
) -> None:
    settings = Settings(data_dir=tmp_path)
    with pytest.raises(UnusableSettings, match=sentence):
        Move.read(settings, None, to or settings.database_url, media_to=None, replace=False, rehearse=False)


async def test_files_are_copied_once_each_as_it_was_and_what_is_missing_is_named(
    anyio_backend: str, tmp_path: Path
) -> None:
    here, there = (FolderFiles(tmp_path / name, least_free_bytes=0) for name in ("here", "there"))
    wanted = []
    for number in range(3):
        upload = tmp_path / f"upload-{number}"
        upload.mkdir()
        files = {"320.webp": b"small" * (number + 1), "640.webp": b"large" * 1_000}
        for file, content in files.items():
            (upload / file).write_bytes(content)
        name = new_name()
        await here.keep(name, upload, list(files))
        wanted += [ArchivedFile(name, file, len(content)) for file, content in files.items()]
    first = wanted[0]
    await there.keep(first.name, tmp_path / "upload-1", ["320.webp"])  # half of it, and another's
    lost = ArchivedFile(new_name(), "320.webp", 5)
    told: list[tuple[str, int, int]] = []
    copied = await copy_files(here, there, [*wanted, lost], progress=lambda *step: told.append(step))
    assert copied == FilesCopied(6, (f"{lost.name}/{lost.file}",))
    assert told == [("files", done, 7) for done in (2, 4, 6, 7)]
    for each in wanted:
        contents = []
        for files_there in (here, there):
            opened = await files_there.open(each.name, each.file)
            contents.append(b"".join([piece async for piece in opened.read()]))
            await opened.close()
        assert contents[0] == contents[1]
        assert len(contents[0]) == each.size
    for files_there in (here, there):
        await files_there.close()
