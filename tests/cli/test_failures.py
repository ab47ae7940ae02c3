"""What is wrong with a database, a folder or a port is one sentence, from every command, with its exit code."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from psycopg import sql

from tests.figures import Figures
from tests.needs import require
from tests.ports import reserved_port
from tests.postgres import PostgresServer
from tests.processes import Installation

COMMANDS: dict[str, list[str]] = {
    "serve": ["serve"],
    "migrate": ["migrate"],
    "demo": ["demo"],
    "demo --remove": ["demo", "--remove"],
    "backup": ["backup", "the.backup"],
    "restore": ["restore", "the.backup", "--yes"],
    "openapi": ["openapi"],
    "asyncapi": ["asyncapi"],
    "token create": ["token", "create", "--name", "x", "--role", "editor"],
    "token list": ["token", "list"],
    "token revoke": ["token", "revoke", "x"],
    "freeze": ["freeze"],
    "thaw": ["thaw"],
    "retract-last": ["retract-last", "x", "--reason", "y"],
    "revert": ["revert", "x", "--since", "2026-11-03T21:00:00Z"],
    "revoke": ["revoke", "x"],
    "invite": ["invite", "x"],
    "audit": ["audit"],
}
FEW = ("serve", "migrate", "token list", "backup")
"""One command of each way to the database; the others take the same ways."""


def _fails_with_a_sentence(installation: Installation, command: str, *, code: int = 1, says: str = "") -> str:
    arguments = [
        str(installation.data_dir.parent / each) if each == "the.backup" else each for each in COMMANDS[command]
    ]
    with reserved_port() as port:
        on_a_port = replace(installation, settings={"LIVEBLOG_PORT": str(port), **installation.settings})
        refused = on_a_port.run(*arguments)
    assert refused.returncode == code, f"{command}: {refused.returncode} {refused.stderr}"
    assert refused.stdout == "", command
    assert len(refused.stderr.splitlines()) == 1, f"{command}: {refused.stderr}"
    assert refused.stderr.strip()[-1] in ".`)", f"{command}: no sentence: {refused.stderr}"
    assert not any(word in refused.stderr for word in ("Traceback", "Errno", "sqlalche", "Background on")), (
        refused.stderr
    )
    assert says in refused.stderr, f"{command}: {refused.stderr}"
    return refused.stderr


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _text(path: Path) -> None:
    path.write_text("these are notes\n" * 100)


def _cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def _overwritten(path: Path) -> None:
    kept = path.read_bytes()
    path.write_bytes(kept[:100] + b"\xa5" * (len(kept) - 100))


def _newer(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()


BROKEN: dict[str, tuple[Callable[[Path], None], str]] = {
    "folder": (_a_folder, "is a folder"),
    "text": (_text, "is no SQLite database"),
    "cut off": (_cut_off, "is damaged"),
    "overwritten": (_overwritten, "is damaged"),
    "newer": (_newer, "9999, which"),
}


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("command", FEW)
def test_a_file_that_cannot_be_used_is_one_sentence(installation: Installation, kind: str, command: str) -> None:
    spoil, says = BROKEN[kind]
    spoil(installation.data_dir / "liveblog.db")
    _fails_with_a_sentence(installation, command, says=says)


@pytest.mark.slow
@pytest.mark.parametrize("command", [each for each in COMMANDS if each not in FEW])
def test_whatever_is_wrong_with_the_file_every_command_says_it_in_one_sentence(
    installation: Installation, command: str, figures: Figures
) -> None:
    first = list(COMMANDS).index(command)
    kinds = [list(BROKEN)[(first + more) % len(BROKEN)] for more in range(figures.choose(suite=1, prove=len(BROKEN)))]
    installation.check("backup", installation.data_dir.parent / "the.backup")
    whole = (installation.data_dir / "liveblog.db").read_bytes()
    for kind in kinds:
        spoil, says = BROKEN[kind]
        path = installation.data_dir / "liveblog.db"
        for left in installation.data_dir.glob("liveblog.db*"):
            left.rmdir() if left.is_dir() else left.unlink()
        path.write_bytes(whole)
        spoil(path)
        _fails_with_a_sentence(installation, command, says=says)


def _without_roots_rights(installation: Installation) -> Installation:
    """Return the same installation, whose commands are held to the modes of files even where tests run as root."""
    if os.geteuid() != 0:
        return installation
    setpriv = shutil.which("setpriv")
    require("setpriv", found=setpriv is not None, reason="install util-linux")
    assert setpriv is not None
    rights = "-dac_override,-dac_read_search,-fowner,-chown"
    return Installation(
        installation.data_dir, installation.settings, wrapper=(setpriv, "--bounding-set", rights, "--inh-caps", rights)
    )


@pytest.mark.parametrize("command", FEW)
def test_a_file_that_this_account_may_not_read_is_one_sentence(installation: Installation, command: str) -> None:
    (installation.data_dir / "liveblog.db").chmod(0)
    _fails_with_a_sentence(_without_roots_rights(installation), command, says="may not read")


@pytest.mark.parametrize("command", ["serve", "migrate", "token list"])
@pytest.mark.parametrize("name", ["liveblog.db", "liveblog.db-wal", "liveblog.lock"])
def test_a_file_that_this_account_may_only_read_is_one_sentence(
    installation: Installation, command: str, name: str
) -> None:
    (installation.data_dir / name).touch()
    (installation.data_dir / name).chmod(0o400)
    _fails_with_a_sentence(_without_roots_rights(installation), command, says=f"{name}: check its mode")


def test_a_file_of_another_account_is_named_with_its_owner(installation: Installation) -> None:
    require("root", found=os.geteuid() == 0, reason="only root may give a file away; run the suite as root")
    path = installation.data_dir / "liveblog.db"
    path.chmod(0o600)
    os.chown(path, 65534, 65534)
    for command in FEW:
        said = _fails_with_a_sentence(_without_roots_rights(installation), command, says=str(path))
        assert "belongs to nobody" in said


@pytest.mark.parametrize("command", ["serve", "migrate", "token list"])
def test_a_data_folder_that_this_account_may_not_write_to_is_one_sentence(
    installation: Installation, command: str
) -> None:
    (installation.data_dir / "admin-token").write_text("an-admin-token-of-more-than-32-characters\n")
    (installation.data_dir / "admin-token").chmod(0o600)
    installation.data_dir.chmod(0o500)
    _fails_with_a_sentence(_without_roots_rights(installation), command, says="may not write to")


@pytest.mark.parametrize("command", ["serve", "migrate", "token list"])
def test_a_data_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path, command: str) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    installation = _without_roots_rights(Installation(closed / "data"))
    _fails_with_a_sentence(installation, command, says=str(closed / "data"))


def test_an_admin_token_that_cannot_be_read_is_one_sentence(installation: Installation) -> None:
    file = installation.data_dir / "admin-token"
    file.write_text("an-admin-token-of-more-than-32-characters\n")
    file.chmod(0)
    for command in ("serve", "token list"):
        _fails_with_a_sentence(_without_roots_rights(installation), command, says=str(file))


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://h:notaport/db", "port"),
        ("postgresql://h:99999/db", "port"),
        ("postgresql://[::1/db", "cannot be read as a URL"),
        ("postgresql://u:p%zz@h/db", "cannot be read as a URL"),
        ("postgresql://h/db?no_such_option=1", "cannot be read as a URL"),
        ("postgresql://h1:1,h2:2,h3/db?port=4,5", "ports than hosts"),
        ("postgresql+psycopg://h:port/db", "cannot be read as a URL"),
        ("mysql://h/db", "begins with neither"),
        ("sqlite://host/name", "names a host"),
    ],
)
def test_a_url_that_cannot_be_read_is_one_sentence_with_2_and_without_its_password(
    tmp_path: Path, url: str, says: str
) -> None:
    installation = Installation(tmp_path / "data", {"LIVEBLOG_DATABASE_URL": url.replace("u:p", "u:secret-word")})
    for command in ("serve", "migrate"):
        refused = installation.run(command)
        assert (refused.returncode, refused.stdout, len(refused.stderr.splitlines())) == (2, "", 1), refused.stderr
        assert refused.stderr.startswith("LIVEBLOG_DATABASE_URL: ")
        assert says in refused.stderr
        assert "secret-word" not in refused.stderr


@pytest.mark.parametrize("source", [".env", "secrets"])
def test_a_source_of_settings_that_is_no_text_is_one_sentence(tmp_path: Path, source: str) -> None:
    place = tmp_path / "place"
    place.mkdir()
    if source == "secrets":
        (place / "secrets").mkdir()
        (place / "secrets" / "liveblog_site_name").write_bytes(b"\xff\xfe")
    else:
        (place / ".env").write_bytes(b"LIVEBLOG_SITE_NAME=\xff\xfe\n")
    settings = {"LIVEBLOG_SECRETS_DIR": str(place / "secrets")} if source == "secrets" else {}
    refused = Installation(tmp_path / "data", settings, folder=place).run("migrate")
    assert (refused.returncode, refused.stdout, len(refused.stderr.splitlines())) == (2, "", 1), refused.stderr
    assert "UTF-8" in refused.stderr


def _on_postgres(folder: Path, url: str) -> Installation:
    return Installation(folder / "data", {"LIVEBLOG_DATABASE_URL": url})


@pytest.mark.parametrize("command", FEW)
@pytest.mark.parametrize("hosts", ["127.0.0.1:9", "127.0.0.1:9,127.0.0.1:10"])
def test_a_server_that_refuses_connections_is_one_sentence(tmp_path: Path, hosts: str, command: str) -> None:
    installation = _on_postgres(tmp_path, f"postgresql://desk:secret-word@{hosts}/live")
    said = _fails_with_a_sentence(installation, command, says="refused")
    assert "check LIVEBLOG_DATABASE_URL" in said
    assert "secret-word" not in said


@pytest.mark.slow
def test_without_its_server_every_command_says_so_in_one_sentence(tmp_path: Path) -> None:
    made = Installation(tmp_path / "other")
    made.check("migrate")
    made.check("backup", tmp_path / "the.backup")
    installation = _on_postgres(tmp_path, "postgresql://desk@127.0.0.1:9/live")
    for command in COMMANDS:
        if command == "backup":
            (tmp_path / "the.backup").rename(tmp_path / "kept.backup")
        _fails_with_a_sentence(installation, command, says="refused")
        if command == "backup":
            (tmp_path / "kept.backup").rename(tmp_path / "the.backup")


@contextmanager
def _role(server: PostgresServer, name: str, *, by_password: bool = False) -> Iterator[None]:
    """Add a role without rights of its own; with `by_password` one that has to prove itself."""
    rules = server.socket_dir / "data" / "pg_hba.conf"
    kept = rules.read_text()
    with server.connect("postgres") as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'the-right-word'").format(sql.Identifier(name)))
        if by_password:
            rules.write_text(f"local all {name} scram-sha-256\n{kept}")
            connection.execute("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            rules.write_text(kept)
            connection.execute("SELECT pg_reload_conf()")
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def _database_name(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


@pytest.mark.parametrize("command", FEW)
def test_a_wrong_password_is_one_sentence(
    postgres_server: PostgresServer, postgres_url: str, tmp_path: Path, command: str
) -> None:
    with _role(postgres_server, "stranger", by_password=True):
        name = _database_name(postgres_url)
        url = f"postgresql://stranger:the-wrong-word@/{name}?host={postgres_server.socket_dir}"
        said = _fails_with_a_sentence(_on_postgres(tmp_path, url), command, says="password authentication failed")
        assert "the-wrong-word" not in said


@pytest.mark.parametrize("command", FEW)
def test_a_database_that_is_not_there_is_one_sentence(
    postgres_server: PostgresServer, tmp_path: Path, command: str
) -> None:
    url = f"postgresql://liveblog@/no_such_one?host={postgres_server.socket_dir}"
    _fails_with_a_sentence(_on_postgres(tmp_path, url), command, says='"no_such_one" does not exist')


@pytest.mark.parametrize("command", FEW)
@pytest.mark.parametrize("has_tables", [False, True])
def test_an_account_without_rights_is_one_sentence(
    postgres_server: PostgresServer, postgres_url: str, tmp_path: Path, command: str, *, has_tables: bool
) -> None:
    if has_tables:
        _on_postgres(tmp_path, postgres_url).check("migrate")
    name = _database_name(postgres_url)
    with postgres_server.connect(name) as connection:
        connection.execute("REVOKE ALL ON SCHEMA public FROM public")
    with _role(postgres_server, "guest"):
        url = f"postgresql://guest@/{name}?host={postgres_server.socket_dir}"
        said = _fails_with_a_sentence(_on_postgres(tmp_path, url), command)
    assert any(words in said for words in ("permission denied", "no schema", "no tables", "nothing to back up")), said


def test_an_older_release_refuses_what_a_newer_one_has_migrated(postgres_url: str, tmp_path: Path) -> None:
    installation = _on_postgres(tmp_path, postgres_url)
    installation.check("migrate")
    with PostgresServer(Path(postgres_url.partition("host=")[2])).connect(_database_name(postgres_url)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for command in FEW:
        _fails_with_a_sentence(installation, command, says="9999, which")


LIBPQ_FORMS = [
    "postgresql://liveblog@{dead},{live}/{name}?target_session_attrs=read-write",
    "postgresql://liveblog@127.0.0.1:9,{live}/{name}",
    "postgres://liveblog@127.0.0.1:9,{live}:5432/{name}?connect_timeout=3",
    "postgresql://{live}/{name}?user=liveblog&application_name=desk",
]


@pytest.mark.parametrize("form", LIBPQ_FORMS)
def test_a_url_in_any_form_of_libpq_works_past_a_host_that_is_dead(
    postgres_server: PostgresServer, postgres_url: str, tmp_path: Path, free_port: int, form: str
) -> None:
    live, dead = (str(path).replace("/", "%2F") for path in (postgres_server.socket_dir, tmp_path / "dead"))
    url = form.format(live=live, dead=dead, name=_database_name(postgres_url))
    installation = _on_postgres(tmp_path, url)
    installation.check("migrate")
    token = installation.check("token", "create", "--name", "Results", "--bot", "--role", "editor").strip()
    with installation.serving(free_port) as server, server.client(token) as bot:
        assert bot.post("/v1/stories", json={"title": "Results"}).status_code == 201
        assert bot.get("/readyz").json()["status"] == "ready"
        installation.check("backup", tmp_path / "the.backup")


@pytest.mark.parametrize(
    "arguments",
    [["serve"], ["migrate"], ["token", "list"], ["token", "create", "--role", "king"], ["no-such-command"]],
)
def test_as_json_a_failure_is_one_line_of_the_log(tmp_path: Path, arguments: list[str]) -> None:
    settings = {"LIVEBLOG_DATABASE_URL": "postgresql://desk@127.0.0.1:9/live", "LIVEBLOG_LOG_FORMAT": "json"}
    refused = Installation(tmp_path / "data", settings).run(*arguments)
    assert refused.returncode in {1, 2}
    (line,) = [json.loads(line) for line in (refused.stderr + refused.stdout).splitlines()] or [None]
    assert list(line)[:5] == ["time", "level", "event", "logger", "node"]


def test_as_json_a_wrong_setting_is_one_line_of_the_log_each(tmp_path: Path) -> None:
    settings = {"LIVEBLOG_PORT": "none", "LIVEBLOG_HEARTBEAT_SECONDS": "0", "LIVEBLOG_LOG_FORMAT": "json"}
    refused = Installation(tmp_path / "data", settings).run("serve")
    assert refused.returncode == 2
    said = [json.loads(line)["event"].partition(":")[0] for line in refused.stderr.splitlines()]
    assert sorted(said) == ["LIVEBLOG_HEARTBEAT_SECONDS", "LIVEBLOG_PORT"]


def test_as_json_a_port_in_use_is_one_line_of_the_log(installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = {"LIVEBLOG_PORT": str(taken.getsockname()[1]), "LIVEBLOG_LOG_FORMAT": "json"}
        refused = Installation(installation.data_dir, settings).run("serve")
    (line,) = refused.stderr.splitlines()
    assert refused.returncode == 1
    assert "is in use" in json.loads(line)["event"]
    assert sys.executable not in line
