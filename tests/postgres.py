"""A private PostgreSQL server for one test session: own data, own socket, stopped and deleted at the end."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql

SUPERUSER = "liveblog"
START_SECONDS = 60
_PROGRAMS = ("postgres", "initdb")


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server that only this session can reach, through a socket in `socket_dir`."""

    socket_dir: Path
    _launch: Callable[[], subprocess.Popen[bytes]] | None = None
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of `database`."""
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={self.socket_dir}"

    def create_database(self, *, template: str = "template0") -> str:
        """Make a fresh database, a copy of `template` (which nobody may be connected to). Returns its name."""
        name = f"liveblog_{next(self._numbers)}"
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop_database(self, name: str) -> None:
        """Delete a database and end whoever is still connected to it."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def connect(self, database: str) -> psycopg.Connection[Any]:
        """Open a connection of the superuser that commits each statement."""
        return psycopg.connect(host=str(self.socket_dir), user=SUPERUSER, dbname=database, autocommit=True)

    def start(self) -> None:
        """Start it, for the first time or on what its end has left, and wait until it can be used."""
        assert self._launch is not None, "somebody else's server"
        for ended in self._processes:
            ended.wait(START_SECONDS)  # until it is gone altogether, its files are its own
        process = self._launch()
        self._processes.append(process)
        _wait_until_ready(process, self.socket_dir)

    def stop(self) -> None:
        """Stop whatever of it runs."""
        for process in self._processes:
            _stop(process)

    def _run(self, statement: sql.Composed) -> None:
        with self.connect("postgres") as connection:
            connection.execute(statement)


_SCHEMA = """
SELECT md5(string_agg(line, ',' ORDER BY line)) FROM (
  SELECT format('%s %s %s %s %s', relname, relkind, attname, atttypid, attnotnull) AS line FROM pg_class
    LEFT JOIN pg_attribute ON attrelid = pg_class.oid WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT format('%s %s', pg_get_triggerdef(oid), tgenabled) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
  UNION ALL SELECT version_num FROM alembic_version
) AS lines
"""
_EMPTY = """
DO $$ DECLARE name text; BEGIN
  SET LOCAL session_replication_role = replica; -- neither foreign keys nor triggers
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('DELETE FROM %I', name);
  END LOOP;
  PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence;
END $$
"""
_END_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True, slots=True)
class ReusedDatabases:
    """Copies of a migrated, empty database, each emptied after its test and lent again.

    Emptying one takes milliseconds; creating and dropping one takes a hundred times as long, and there are 800 tests.
    One whose schema a test has changed is dropped.
    """

    server: PostgresServer
    template: str
    _idle: list[str] = field(default_factory=list)
    _schemas: set[str] = field(default_factory=set)

    @contextlib.contextmanager
    def lend(self) -> Iterator[str]:
        """Lend the name of an empty database until the end of the block."""
        name = self._idle.pop() if self._idle else self._create()
        yield name
        if self._empty(name):
            self._idle.append(name)
        else:
            self.server.drop_database(name)

    def _create(self) -> str:
        name = self.server.create_database(template=self.template)
        with self.server.connect(name) as connection:
            self._schemas.add(_schema_of(connection))
        return name

    def _empty(self, name: str) -> bool:
        """Delete every row, and restart every sequence. Return whether the schema is still the template's."""
        with self.server.connect(name) as connection:
            connection.execute(_END_OTHERS)
            if _schema_of(connection) not in self._schemas:
                return False
            connection.execute(_EMPTY)
        return True


def _schema_of(connection: psycopg.Connection[Any]) -> str:
    row = connection.execute(_SCHEMA).fetchone()
    assert row is not None
    digest: str = row[0]
    return digest


def find_programs() -> Path | None:
    """The folder with PostgreSQL's programs: on PATH, where Debian puts them, or in the pgserver wheel."""
    on_path = shutil.which("postgres")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    candidates.append(Path(sysconfig.get_path("platlib")) / "pgserver" / "pginstall" / "bin")
    return next((folder for folder in candidates if all((folder / name).is_file() for name in _PROGRAMS)), None)


@contextlib.contextmanager
def run_postgres(programs: Path) -> Iterator[PostgresServer]:
    """Start a server with an empty cluster and default durability (fsync on); stop and delete it at the end."""
    # In the system's own temporary folder: pytest's is closed to the other user, and a socket's path may not be long.
    folder = Path(tempfile.mkdtemp(prefix="liveblog-pg-"))
    try:
        account = _account_for(folder)
        programs = _programs_readable_by(account, programs, folder)
        _initialise(programs, folder, account)
        server = PostgresServer(folder, partial(_start, programs, folder, account))
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def run_standby(programs: Path, primary: PostgresServer) -> Iterator[PostgresServer]:
    """Start a server that follows another, by streaming, and can be read from; stop and delete it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="liveblog-pg-"))
    try:
        account = _account_for(folder)
        programs = _programs_readable_by(account, programs, folder)
        options = ["-U", SUPERUSER, "-R", "-X", "stream", "-c", "fast"]
        copying: list[str | Path] = ["-D", folder / "data", "-h", primary.socket_dir, *options]
        with (folder / "log").open("wb") as log:
            if _start_as(account, [programs / "pg_basebackup", *copying], folder, log).wait() != 0:
                raise RuntimeError(f"pg_basebackup failed: {_log_of(folder)}")
        server = PostgresServer(folder, partial(_start, programs, folder, account))
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def crash(server: PostgresServer) -> None:
    """End a server of ours at once, as a crash of its machine would, and wait until it is gone."""
    pid = _pid_of(server)
    os.kill(pid, signal.SIGQUIT)  # its children end with it, and nothing is written any more
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            server.connect("postgres").close()
        except psycopg.OperationalError:
            return
        time.sleep(0.05)  # between two tries
    raise RuntimeError("PostgreSQL did not end")


@contextlib.contextmanager
def frozen(server: PostgresServer) -> Iterator[None]:
    """Stop every process of a server where it is (SIGSTOP) until the end of the block: all is open, nothing answers."""
    pid = _pid_of(server)
    os.kill(pid, signal.SIGSTOP)  # first: it starts no more of them
    children = _children_of(pid)
    try:
        for child in children:
            os.kill(child, signal.SIGSTOP)
        yield
    finally:
        for each in (*children, pid):
            os.kill(each, signal.SIGCONT)


@contextlib.contextmanager
def on_slow_disk(server: PostgresServer, *, seconds: float) -> Iterator[None]:
    """Let each fsync of a server take so much longer until the end of the block: strace delays them. Needs strace.

    Raises RuntimeError if none was delayed.
    """
    delayed, says = server.socket_dir / "delayed", server.socket_dir / "strace"
    pid = _pid_of(server)
    attached = [f"--attach={each}" for each in (pid, *_children_of(pid))]
    calls = "fsync,fdatasync"
    injected = f"inject={calls}:delay_enter={round(seconds * 1e6)}"
    # -f: the sessions that begin meanwhile, too.
    command = [
        "strace",
        "-fq",
        "-e",
        f"trace={calls}",
        "-e",
        injected,
        "-e",
        "signal=none",
        "-o",
        str(delayed),
        *attached,
    ]
    with says.open("w") as errors, subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors) as tracer:
        try:
            yield
        finally:
            tracer.terminate()  # what it has attached to goes on
            with contextlib.suppress(subprocess.TimeoutExpired):
                tracer.wait(timeout=START_SECONDS)
            tracer.kill()  # nothing, where it has ended
    if not delayed.exists() or "(DELAYED)" not in delayed.read_text():
        raise RuntimeError(f"no fsync was delayed: {says.read_text()}")


def _children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _pid_of(server: PostgresServer) -> int:
    return int((server.socket_dir / "data" / "postmaster.pid").read_text().splitlines()[0])


def _account_for(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root; root lends the folder to another account and starts it as that."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    account = "postgres" if "postgres" in names else "nobody"
    shutil.chown(folder, user=account)
    return account


def _programs_readable_by(account: str | None, programs: Path, folder: Path) -> Path:
    """The programs' folder, or a copy of the whole installation when it lies below a folder closed to the account."""
    if account is None or _start_as(account, ["test", "-x", programs / "postgres"], folder).wait() == 0:
        return programs
    # The wheel's programs look for their libraries three folders up, beside the package.
    site, copy = programs.parents[2], folder / "install"
    shutil.copytree(programs.parent, copy / "pgserver" / "pginstall", symlinks=True)
    if (site / "pgserver.libs").is_dir():
        shutil.copytree(site / "pgserver.libs", copy / "pgserver.libs")
    return copy / "pgserver" / "pginstall" / programs.name


def _start_as(
    account: str | None, command: Sequence[str | Path], folder: Path, output: IO[bytes] | None = None
) -> subprocess.Popen[bytes]:
    group = pwd.getpwnam(account).pw_gid if account else None
    return subprocess.Popen(
        command,
        user=account,
        group=group,
        extra_groups=[] if account else None,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
    )


def _initialise(programs: Path, folder: Path, account: str | None) -> None:
    options = ["-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C"]
    with (folder / "log").open("wb") as log:
        if _start_as(account, [programs / "initdb", "-D", folder / "data", *options], folder, log).wait() != 0:
            raise RuntimeError(f"initdb failed: {_log_of(folder)}")


def _start(programs: Path, folder: Path, account: str | None) -> subprocess.Popen[bytes]:
    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}", "-c", "max_connections=200"]
    with (folder / "log").open("ab") as log:
        return _start_as(account, [programs / "postgres", "-D", folder / "data", *options], folder, log)


def _log_of(folder: Path) -> str:
    return (folder / "log").read_text(errors="replace")[-2000:]


def _wait_until_ready(process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(host=str(folder), user=SUPERUSER, dbname="postgres").close()
            return
        time.sleep(0.05)  # between two tries
    raise RuntimeError(f"PostgreSQL did not start: {_log_of(folder)}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Fast shutdown; immediate if it takes long, which loses nothing we still want."""
    for signal_number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        process.send_signal(signal_number)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            continue
        return
