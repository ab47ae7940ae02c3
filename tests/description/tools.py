"""The tools that are made for descriptions, each installed once from its lock file into a folder of this clone.

`python -m tests.description.tools` installs them before the tests; a test that needs them does so by itself.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.needs import require

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".description-tools"
INSTALL_SECONDS = 400
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}
"""The linter asks nobody for a newer one of itself, and tells nobody of its use."""

NODE_VERSION = (20, 19)
"""The oldest that Redocly runs on."""

NODE = ("package.json", "package-lock.json")
PYTHON = ("generators.lock",)


class InstallFailed(Exception):
    """The tools are not there. The message is the end of what the installer said."""


def require_node_tools() -> Path:
    """Return the folder with the Node tools' commands; skip the test where they cannot be had."""
    require_npm()
    try:
        return install_node_tools()
    except InstallFailed as error:
        return fail_or_skip("the tools of package.json", error)


def require_npm() -> None:
    """Skip the test without a Node.js that the tools run on."""
    reason = f"install Node.js {'.'.join(map(str, NODE_VERSION))} or newer with npm"
    require("npm", found=shutil.which("npm") is not None, reason=reason)
    require("Node.js of that version", found=_node_version() >= NODE_VERSION, reason=reason)


def require_python_tools() -> Path:
    """Return the interpreter that has the Python tools; skip the test where they cannot be had."""
    try:
        return install_python_tools()
    except InstallFailed as error:
        return fail_or_skip("the tools of generators.lock", error)


def install_node_tools() -> Path:
    """Install what package-lock.json names, if it is not there yet; return the folder of its commands."""
    folder = CACHE / f"node-{_digest(NODE)}"

    def install() -> None:
        for name in NODE:
            shutil.copy(HERE / name, folder / name)
        run_installer(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)

    install_once(folder, install)
    return folder / "node_modules" / ".bin"


def install_python_tools() -> Path:
    """Install what generators.lock names, if it is not there yet; return the interpreter that has it."""
    folder = CACHE / f"python-{_digest(PYTHON)}-{sys.version_info.major}.{sys.version_info.minor}"
    interpreter = folder / "venv" / "bin" / "python"

    def install() -> None:
        uv = [sys.executable, "-m", "uv"]
        run_installer([*uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder / "venv")], folder)
        locked = ["--require-hashes", "--requirement", str(HERE / PYTHON[0])]
        run_installer([*uv, "pip", "install", "--quiet", "--python", str(interpreter), *locked], folder)

    install_once(folder, install)
    return interpreter


def run_tool(
    command: Sequence[str | Path], *, folder: Path, seconds: float = 120, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a tool to its end, with nothing said to anybody beside; the caller judges its exit code."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, **QUIET, **environment},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def install_once(folder: Path, install: Callable[[], None]) -> None:
    """Install into a folder, if that has not been done; who comes meanwhile waits."""
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / ".installed"
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the files of the suite run beside each other
        if not done.exists():
            install()
            done.touch()


def run_installer(command: Sequence[str], folder: Path) -> None:
    """Run an installer to its end. Raises InstallFailed."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InstallFailed(str(error)) from None
    if done.returncode:
        raise InstallFailed(f"{done.stdout}{done.stderr}"[-600:])


def _node_version() -> tuple[int, ...]:
    node = shutil.which("node")
    if node is None:
        return ()
    said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
    return tuple(int(part) for part in said.strip().removeprefix("v").split("."))


def _digest(names: Sequence[str]) -> str:
    return digest_of([HERE / name for name in names])


def digest_of(files: Sequence[Path]) -> str:
    """Return what names the folder of what those files say."""
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def fail_or_skip(what: str, error: InstallFailed) -> Path:
    """Skip the test that needs what could not be installed, or fail it where everything is required."""
    require(what, found=False, reason=f"they could not be installed: {error}")
    raise error


if __name__ == "__main__":
    try:
        install_node_tools()
        install_python_tools()
    except InstallFailed as failure:
        sys.exit(f"The tools could not be installed: {failure}")
