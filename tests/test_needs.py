"""What happens to a test whose needs are not met, and which counts it is given."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.figures import Figures
from tests.needs import require

ROOT = Path(__file__).parent.parent


def test_a_test_whose_needs_are_met_goes_on() -> None:
    require("Chromium", found=True, reason="install it")


def test_what_is_missing_skips_a_test_and_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LIVEBLOG_TEST_REQUIRE", raising=False)
    with pytest.raises(pytest.skip.Exception, match="Chromium was not found: install it"):
        require("Chromium", found=False, reason="install it")


def test_where_everything_is_required_what_is_missing_fails_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVEBLOG_TEST_REQUIRE", "all")
    with pytest.raises(pytest.fail.Exception, match="Chromium was not found: install it"):
        require("Chromium", found=False, reason="install it")


def test_a_figure_is_small_in_the_suite_and_full_when_proving() -> None:
    assert Figures(full=False).choose(suite=10, prove=300) == 10
    assert Figures(full=True).choose(suite=10, prove=300) == 300
    assert Figures(full=False, quick=True).choose(suite=10, prove=300) == 10
    assert Figures(full=False, quick=True).choose(quick=4, suite=10, prove=300) == 4
    assert Figures(full=False).choose(quick=4, suite=10, prove=300) == 10
    assert Figures(full=True).choose(quick=4, suite=10, prove=300) == 300


@pytest.mark.parametrize(("options", "count"), [([], 1), (["--all"], 4), (["-m", "slow"], 3)])
def test_slow_tests_and_their_counts_are_asked_for(tmp_path: Path, options: list[str], count: int) -> None:
    (tmp_path / "test_asking.py").write_text(
        "import pytest\n"
        "@pytest.mark.parametrize('role', ['editor', *(pytest.param(n, marks=pytest.mark.slow) for n in range(3))])\n"
        "def test_asking(figures, role):\n"
        f"    assert figures.quick is {'--all' not in options}\n"
    )
    done = _run_alone(tmp_path, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{count} passed" in done.stdout


@pytest.mark.parametrize(
    ("options", "count"), [([], 1), (["--all"], 1), (["-m", "slow"], 0), (["--prove", "-m", "reliability"], 1)]
)
def test_what_needs_the_machine_for_itself_is_run_when_proving_alone(
    tmp_path: Path, options: list[str], count: int
) -> None:
    (tmp_path / "test_asking.py").write_text(
        "import pytest\n"
        "@pytest.mark.full\n"
        "@pytest.mark.slow\n"
        f"def test_long(): assert {'--prove' in options}\n"
        "def test_other(): pass\n"
    )
    done = _run_alone(tmp_path, *options)
    assert done.returncode == (0 if count else pytest.ExitCode.NO_TESTS_COLLECTED), done.stdout + done.stderr
    assert (f"{count} passed" in done.stdout) == bool(count)


@pytest.mark.parametrize("full", [False, True])
def test_the_option_prove_asks_for_full_figures_and_gives_them_time_and_the_machine(tmp_path: Path, full: bool) -> None:
    (tmp_path / "test_asking.py").write_text(
        "import pytest\n"
        "@pytest.mark.timeout(5)\n"
        "def test_asking(figures, request):\n"
        f"    assert figures.full is {full}\n"
        f"    assert request.node.get_closest_marker('timeout').args == ({3600 if full else 5},)\n"
        f"    assert hasattr(request.config, 'workerinput') is {not full}\n"
    )
    done = _run_alone(tmp_path, "-n", "auto", "-m", "reliability", *(["--prove"] if full else []))
    assert done.returncode == 0, done.stdout + done.stderr


def _run_alone(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the tests of a folder with the suite's own options."""
    command = [sys.executable, "-m", "pytest", "-q", "-c", f"{ROOT}/pyproject.toml", "--rootdir", str(ROOT)]
    command += ["-p", "tests.conftest", "-p", "no:cacheprovider", *options, str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
