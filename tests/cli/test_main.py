"""The real commands as processes: their output, their exit codes, and that they work beside a server."""

from __future__ import annotations

import json
import os
import pkgutil
import re
import socket
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer

from app import __version__
from app.cli.main import COMMANDS, main, make_app
from app.metrics.disk_room import BACKUP_MARK
from tests.commands import EXECUTED, ROOT
from tests.processes import Installation


def test_help_names_every_command_but_those_for_ourselves(installation: Installation) -> None:
    shown = installation.check("--help")
    listed = re.findall(r"^│ (\S+)", shown[shown.index("─ Commands ─") :], re.MULTILINE)
    assert listed == [each for commands in COMMANDS.values() for each in commands if each != "serve-worker"]


@pytest.mark.parametrize("module", COMMANDS)
def test_each_module_has_the_commands_that_are_looked_for_in_it(module: str) -> None:
    command = typer.main.get_command(make_app(COMMANDS[module][:1]))
    assert tuple(vars(command)["commands"]) == COMMANDS[module]


def test_what_an_installed_package_runs_is_there() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert pkgutil.resolve_name(scripts["liveblog"]) is main


def test_a_command_that_there_is_not_is_compared_with_all(installation: Installation) -> None:
    refused = installation.run("tokn")
    assert refused.returncode == 2
    assert "Did you mean 'token'?" in refused.stderr


def test_serving_loads_nothing_that_only_other_commands_need() -> None:
    script = (
        "import sys; from app.cli.main import make_app; make_app(['serve']);"
        "print(*sorted(name for name in sys.modules if name.startswith(('app.importers', 'app.cli.'))))"
    )
    loaded = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "app.cli.serve" in loaded.split()
    assert not {"app.cli.database", "app.cli.imports", "app.importers"} & set(loaded.split())


@pytest.mark.slow
@pytest.mark.parametrize("module", COMMANDS)
def test_each_module_of_commands_is_loaded_alone(tmp_path: Path, module: str) -> None:
    installation = Installation(tmp_path / "data", wrapper=EXECUTED)
    assert "Usage: liveblog" in installation.check(COMMANDS[module][0], "--help")


def test_the_version_is_printed_alone(installation: Installation) -> None:
    assert installation.check("--version") == f"{__version__}\n"


def test_a_first_migration_makes_a_folder_for_its_owner_alone(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "new" / "data")
    installation.check("migrate")
    installation.check("migrate")
    assert stat.S_IMODE(installation.data_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE((installation.data_dir / "liveblog.db").stat().st_mode) == 0o600


def test_a_setting_that_is_wrong_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    refused = Installation(tmp_path / "data", {"LIVEBLOG_PORT": "none"}).run("serve")
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1
    assert refused.stderr.startswith("LIVEBLOG_PORT: ")
    assert refused.stdout == ""


@pytest.mark.parametrize("command", [["token", "list"], ["demo"], ["backup", "x"], ["serve"], ["openapi"]])
def test_without_a_database_every_command_says_what_to_do(tmp_path: Path, command: list[str]) -> None:
    refused = Installation(tmp_path / "data").run(*command)
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1, refused.stderr
    assert "liveblog migrate" in refused.stderr or "There is no database" in refused.stderr
    assert refused.stdout == ""


def test_a_database_server_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    settings = {"LIVEBLOG_DATABASE_URL": f"postgresql://nobody@/none?host={tmp_path}"}
    for command in (["migrate"], ["serve"], ["token", "list"], ["backup", tmp_path / "the.backup"]):
        refused = Installation(tmp_path / "data", settings).run(*command)
        assert refused.returncode == 1
        assert "Traceback" not in refused.stderr
        assert "database" in refused.stderr


def test_a_token_is_printed_alone_and_once(installation: Installation) -> None:
    made = installation.run("token", "create", "--name", "Ada Lind", "--role", "reporter", "--email", "ada@example.org")
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("lb_person_")
    assert len(made.stdout.splitlines()) == 1
    assert made.stdout.strip() not in made.stderr
    listed = installation.check("token", "list")
    assert "Ada Lind" in listed
    assert made.stdout.strip() not in listed


def test_a_second_token_for_a_known_person_adds_nobody(installation: Installation, free_port: int) -> None:
    for _ in range(2):
        installation.check("token", "create", "--name", "Ada Lind", "--role", "reporter")
        installation.check("token", "create", "--name", "\ufeffAda L\u00adind", "--role", "reporter")
    other = installation.run("token", "create", "--name", "Ada Lind", "--role", "editor")
    assert other.returncode == 1
    assert "Ada Lind (reporter) already" in other.stderr
    with installation.serving(free_port) as server, server.client(installation.token) as api:
        assert [person["name"] for person in api.get("/v1/newsroom/people").json()["items"]] == ["Ada Lind"]


def test_tokens_are_made_used_and_taken_back_while_the_server_runs(installation: Installation, free_port: int) -> None:
    with installation.serving(free_port) as server:
        token = installation.check(
            "token", "create", "--name", "Results", "--bot", "--role", "editor", "--expires-days", "7"
        ).strip()
        assert token.startswith("lb_bot_")
        with server.client(token) as bot:
            assert bot.post("/v1/stories", json={"title": "Results"}).status_code == 201
            ident = installation.check("token", "list").split("\t")[0]
            installation.check("token", "revoke", ident)
            assert bot.post("/v1/stories", json={"title": "More results"}).status_code == 401
        assert "revoked" in installation.check("token", "list")
        assert token not in server.log


@pytest.mark.parametrize(
    ("arguments", "says", "code"),
    [
        (["create", "--name", "x", "--role", "king"], "king", 2),
        (["create", "--role", "editor"], "--name", 2),
        (["create", "--name", "x", "--role", "editor", "--bot", "--email", "a@example.org"], "neither", 2),
        (["create", "--name", "x", "--role", "editor", "--scopes", "read,fly"], "scopes/1: must be one of", 1),
        (
            ["create", "--name", "x", "--role", "editor", "--expires-days", "0"],
            "expires_in_days: must be at least 1",
            1,
        ),
        (["create", "--name", "x", "--role", "editor", "--email", "nowhere"], "email: must be an address", 1),
        (["revoke", "no-such-token"], "no such token", 1),
        (["revoke", "../people"], "", 1),
    ],
)
def test_a_token_that_cannot_be_is_refused_with_a_reason(
    installation: Installation, arguments: list[str], says: str, code: int
) -> None:
    refused = installation.run("token", *arguments)
    assert refused.returncode == code
    assert says in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""


def test_a_refused_token_leaves_nobody_behind_who_would_take_the_name(installation: Installation) -> None:
    create = ("token", "create", "--name", "Ada Lind", "--role", "reporter")
    for wrong in (["--scopes", "fly"], ["--expires-days", "0"], ["--email", "nowhere"]):
        assert installation.run(*create, *wrong).returncode == 1
    assert installation.run("token", "create", "--name", "Ada Lind", "--role", "editor").returncode == 0


def test_what_is_said_of_a_known_person_is_not_dropped_in_silence(installation: Installation) -> None:
    create = ("token", "create", "--name", "Ada Lind", "--role", "reporter")
    installation.check(*create, "--email", "ada@example.org")
    installation.check(*create, "--email", "ada@example.org")
    refused = installation.run(*create, "--byline", "A. Lind")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "already" in refused.stderr


def test_the_demo_is_added_once_and_removed_whole(installation: Installation, free_port: int) -> None:
    assert "has been added" in installation.run("demo").stderr
    assert "nothing was added" in installation.run("demo").stderr
    with installation.serving(free_port) as server, server.client() as reader:
        story = reader.get("/v1/stories/demo").json()
        assert story["entry_count"] == 10
        assert "nothing was added" in installation.run("demo").stderr
        assert reader.get("/v1/stories/demo").json()["head"] == story["head"]
        assert "has been deleted" in installation.run("demo", "--remove").stderr
        assert installation.run("demo", "--remove").stderr == "There is no demo story.\n"
        assert "has been added" in installation.run("demo").stderr
        again = reader.get("/v1/stories/demo").json()
        assert again["entry_count"] == 10
        assert again["head"].split(".")[0] != story["head"].split(".")[0], "a new log has a new epoch"
    assert "has been deleted" in installation.run("demo", "--remove").stderr


def test_what_only_commands_may_do_is_not_reachable_from_the_network(
    installation: Installation, free_port: int
) -> None:
    installation.check("demo")
    with installation.serving(free_port) as server, server.client(installation.token) as api:
        assert api.delete("/control/demo").status_code == 404
        assert api.get("/v1/stories/demo").status_code == 200


def test_a_backup_made_beside_the_server_restores_everything_and_resets_readers(
    installation: Installation, free_port: int, tmp_path: Path
) -> None:
    installation.check("demo")
    file = tmp_path / "the.backup"
    with installation.serving(free_port) as server, server.client(installation.token) as api:
        made = installation.run("backup", file)
        assert made.returncode == 0, made.stderr
        assert "has been verified" in made.stderr
        assert (installation.data_dir / BACKUP_MARK).exists()
        before = api.get("/v1/stories/demo").json()
        api.post("/v1/stories/demo/entries", json={"text": "After the backup."})
        held = api.get("/v1/stories/demo").json()["head"]
        refused = installation.run("restore", file, "--yes")
        assert refused.returncode == 1
        assert "stop it first" in refused.stderr
        assert server.stop(5) == 0
    refused = installation.run("restore", file)
    assert refused.returncode == 1
    assert "--yes" in refused.stderr
    restored = installation.run("restore", file, "--yes")
    assert restored.returncode == 0, restored.stderr
    with installation.serving(free_port) as server, server.client() as reader:
        after = reader.get("/v1/stories/demo").json()
        assert after["timeline"]["items"] == before["timeline"]["items"]
        assert after["head"] != before["head"]
        assert reader.get("/v1/stories/demo/changes", params={"after": held}).status_code == 410


@pytest.mark.parametrize("contents", [None, b"", b"hello", b"SQLite format 3\0" + b"\0" * 4080])
def test_a_file_that_is_no_backup_is_refused_with_a_sentence(
    installation: Installation, tmp_path: Path, contents: bytes | None
) -> None:
    file = tmp_path / "foreign"
    if contents is not None:
        file.write_bytes(contents)
    refused = installation.run("restore", file, "--yes")
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1, refused.stderr
    assert str(file) in refused.stderr


def test_a_backup_to_a_place_that_cannot_be_written_is_one_sentence(installation: Installation) -> None:
    refused = installation.run("backup", installation.data_dir / "missing" / "the.backup")
    assert refused.returncode == 1
    assert refused.stderr.startswith("Nothing can be written to")
    assert len(refused.stderr.splitlines()) == 1


def test_the_api_is_described_as_json(installation: Installation) -> None:
    document = json.loads(installation.check("openapi"))
    assert document["openapi"].startswith("3.1")
    assert "/v1/stories" in document["paths"]
    assert json.loads(installation.check("asyncapi"))["asyncapi"] == "3.0.0"


def test_a_stale_control_socket_is_no_obstacle(installation: Installation) -> None:
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(os.fspath(installation.data_dir / "control.sock"))
    stale.close()
    assert installation.run("token", "list").returncode == 0


def test_commands_work_on_postgres_beside_a_server(postgres_url: str, tmp_path: Path, free_port: int) -> None:
    installation = Installation(tmp_path / "data", {"LIVEBLOG_DATABASE_URL": postgres_url})
    installation.check("migrate")
    assert "has been added" in installation.run("demo").stderr
    file = tmp_path / "the.backup"
    with installation.serving(free_port) as server:
        assert not (installation.data_dir / "control.sock").exists()
        token = installation.check("token", "create", "--name", "Results", "--bot", "--role", "editor").strip()
        with server.client(token) as bot:
            assert bot.post("/v1/stories", json={"title": "Results"}).status_code == 201
        installation.check("backup", file)
        assert "stop every server first" in installation.run("restore", file, "--yes").stderr
        assert server.stop(5) == 0
    installation.check("restore", file, "--yes")
    moved = Installation(tmp_path / "sqlite")
    installation_token = installation.token
    moved.check("restore", file)
    with moved.serving(free_port) as server, server.client(token) as bot:
        assert bot.get("/v1/stories/demo").json()["entry_count"] == 10
        assert bot.get("/v1/newsroom/me").status_code == 200, "tokens move with the data"
        assert moved.token != installation_token, "the admin token is the folder's, not the data's"
