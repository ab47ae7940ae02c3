from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.commands import EXECUTED, ROOT, STARTS_EACH_ANEW, command_environment, run_command, start_command
from tests.processes import Installation


@pytest.mark.parametrize(
    ("words", "settings"),
    [
        (["--version"], {}),
        (["token", "--help"], {}),
        (["tokn"], {}),
        (["migrate"], {}),
        (["serve"], {}),
        (["serve"], {"LIVEBLOG_PORT": "none"}),
    ],
)
def test_a_fork_prints_and_ends_as_an_executed_command_does(
    tmp_path: Path, words: list[str], settings: dict[str, str]
) -> None:
    ended = []
    for number, wrapper in enumerate(((), EXECUTED)):
        data = {"LIVEBLOG_DATA_DIR": str(tmp_path / str(number)), "LIVEBLOG_LOG_FORMAT": "console"}
        environment = command_environment(**data, **settings)
        done = run_command(words, env=environment, wrapper=wrapper, cwd=tmp_path, text=True, timeout=60)
        said = done.stderr.replace(str(tmp_path / str(number)), "the folder")
        ended.append((done.returncode, done.stdout, said))
    assert ended[0] == ended[1]


def _descriptors_in(folder: Path) -> dict[int, Path]:
    """Return what each descriptor of a process is open on, but those that it closes while they are looked at."""
    found: dict[int, Path] = {}
    for each in folder.iterdir():
        with suppress(FileNotFoundError):
            found[int(each.name)] = each.readlink()
    return found


@pytest.mark.parametrize("wrapper", [(), EXECUTED], ids=["forked", "executed"])
def test_a_command_has_the_folder_and_the_descriptors_it_is_given_and_ends_as_it_is_told(
    installation: Installation, tmp_path: Path, free_port: int, wrapper: Sequence[str]
) -> None:
    settings = {"LIVEBLOG_DATA_DIR": str(installation.data_dir), "LIVEBLOG_PORT": str(free_port)}
    environment = command_environment(**settings, LIVEBLOG_LOG_FORMAT="json")
    with ExitStack() as given:
        log = given.enter_context((tmp_path / "log").open("w"))
        read, written = os.pipe()
        given.callback(os.close, read)
        process = given.enter_context(
            start_command(
                ["serve"],
                env=environment,
                wrapper=wrapper,
                cwd=tmp_path,
                stdout=subprocess.PIPE,
                stderr=log,
                pass_fds=[written],
                text=True,
            )
        )
        os.close(written)
        given.callback(process.kill)
        assert process.stdout is not None
        assert process.stdout.readline()  # it serves
        proc = Path(f"/proc/{process.pid}")
        opened = _descriptors_in(proc / "fd")
        assert (proc / "cwd").readlink() == tmp_path
        assert opened[0] == Path(os.devnull)
        assert opened[2] == tmp_path / "log"
        assert opened[written] == Path(f"/proc/self/fd/{read}").readlink()
        assert sum(each == opened[written] for each in opened.values()) == 1
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.05)
        assert process.poll() is None
        process.send_signal(signal.SIGSTOP)
        process.kill()
        assert process.wait(timeout=20) == process.poll() == -signal.SIGKILL
        assert os.read(read, 1) == b""  # nobody else has the other end


def test_where_each_is_started_anew_none_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STARTS_EACH_ANEW, "1")
    with start_command(["--version"], env=command_environment(), stdout=subprocess.PIPE, text=True) as process:
        assert type(process) is subprocess.Popen
        assert process.communicate(timeout=60)[0]


def test_a_command_that_is_not_over_in_time_is_ended(installation: Installation, free_port: int) -> None:
    settings = {"LIVEBLOG_DATA_DIR": str(installation.data_dir), "LIVEBLOG_PORT": str(free_port)}
    with pytest.raises(subprocess.TimeoutExpired):
        run_command(["serve"], env=command_environment(**settings), timeout=1, cwd=ROOT)
