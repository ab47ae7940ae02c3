"""The npm package of clients/js and its samples: packed, installed and run; what they need comes from their lock files.

`python -m tests.clients.packages` installs that before the tests; a test that needs it does so by itself.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.description.tools import (
    CACHE,
    InstallFailed,
    digest_of,
    fail_or_skip,
    install_once,
    require_npm,
    run_installer,
    run_tool,
)

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "clients" / "js"
SAMPLES = ("react", "next")
LOCKED = ("package.json", "package-lock.json")
BUILD_SECONDS = 400
QUIET = ("--ignore-scripts", "--no-audit", "--no-fund")


def pack(folder: Path) -> Path:
    """Pack the package as `npm publish` would, into a folder; return the tarball."""
    require_npm()
    done = run_tool(["npm", "pack", "--json", "--pack-destination", folder], folder=PACKAGE)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / str(json.loads(done.stdout)[0]["filename"])


def require_sample(name: str, tarball: Path) -> Path:
    """Return a folder with a sample in which that tarball is installed; skip the test where it cannot be had."""
    require_npm()
    try:
        folder = install_sample(name)
    except InstallFailed as error:
        return fail_or_skip(f"the packages of clients/js/samples/{name}", error)
    source = PACKAGE / "samples" / name
    for path in source.iterdir():
        if path.name not in {*LOCKED, "node_modules"}:
            _copy(path, folder / path.name)
    _put_package(tarball, folder / "node_modules")
    return folder


def require_recipe_tools() -> Path:
    """Return the folder of what the recipes need; skip the test where it cannot be had."""
    require_npm()
    try:
        return install_recipe_tools()
    except InstallFailed as error:
        return fail_or_skip("the packages of clients/js", error)


def install_sample(name: str) -> Path:
    """Install what a sample's lock file names, if it is not there yet; return the folder of the sample.

    The sample is two folders below the package that it asks for, as it is in the repository.
    """
    source = PACKAGE / "samples" / name
    locked = [source / each for each in LOCKED]
    top = CACHE / f"sample-{name}-{digest_of([*locked, PACKAGE / LOCKED[0]])}"
    folder = top / "samples" / name

    def install() -> None:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(PACKAGE / LOCKED[0], top)
        for path in locked:
            shutil.copy(path, folder)
        run_installer(["npm", "ci", *QUIET], folder)

    install_once(top, install)
    return folder


def install_recipe_tools() -> Path:
    """Install what the package's own lock file names, for the recipes of its documents; return their folder."""
    locked = [PACKAGE / each for each in LOCKED]
    folder = CACHE / f"recipes-{digest_of(locked)}"

    def install() -> None:
        for path in locked:
            shutil.copy(path, folder)
        run_installer(["npm", "ci", *QUIET], folder)

    install_once(folder, install)
    return folder


def run_script(folder: Path, name: str) -> subprocess.CompletedProcess[str]:
    """Run one of a sample's scripts to its end, which must be a good one."""
    done = run_tool(["npm", "run", "--silent", name], folder=folder, seconds=BUILD_SECONDS, NEXT_TELEMETRY_DISABLED="1")
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def _put_package(tarball: Path, modules: Path) -> None:
    """Install a tarball by itself, and put what npm makes of it in the place of a sample's link to the folder.

    In the sample's own folder npm would ask the registry for all that the sample needs, which its cache may have lost.
    """
    alone = tarball.parent / f"alone-{modules.parent.name}"
    alone.mkdir(exist_ok=True)
    (alone / "package.json").write_text('{"private": true}')
    asked = ["npm", "install", "--no-save", "--no-package-lock", "--offline", *QUIET, str(tarball)]
    done = run_tool(asked, folder=alone)
    assert done.returncode == 0, done.stdout + done.stderr
    package = modules / "liveblog-client"
    if package.is_symlink():
        package.unlink()
    else:
        shutil.rmtree(package, ignore_errors=True)
    _copy(alone / "node_modules" / package.name, package)


def _copy(path: Path, to: Path) -> None:
    if path.is_dir():
        shutil.copytree(path, to, dirs_exist_ok=True)
    else:
        shutil.copy(path, to)


if __name__ == "__main__":
    try:
        install_recipe_tools()
        for each in SAMPLES:
            install_sample(each)
    except InstallFailed as failure:
        sys.exit(f"The packages of the clients could not be installed: {failure}")
