"""Database URLs: what an operator writes, PostgreSQL's own form included, as the one form in which they are opened."""

from __future__ import annotations

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

_POSTGRES = ("postgres", "postgresql")
_DRIVER = "postgresql+psycopg"


def read_database_url(value: str) -> str:
    """Return the URL in SQLAlchemy's form. ValueError, whose message goes on from the setting's name, if it is wrong.

    PostgreSQL's is read by PostgreSQL's own library, so that all of its forms mean here what they mean to psql: several
    hosts, each with its port, and `target_session_attrs` among them.
    """
    scheme, separator, rest = value.partition("://")
    if separator and scheme in _POSTGRES:
        return _read_postgres(f"postgresql://{rest}")
    if scheme not in {"sqlite", _DRIVER}:
        raise ValueError("begins with neither sqlite:/// nor postgresql://; no other database is supported")
    try:
        parsed = make_url(value)
    except (ArgumentError, ValueError):
        raise ValueError("cannot be read as a URL; percent-encode @ : / ? # in a name or password") from None
    if scheme == "sqlite":
        _require_file(parsed)
    return value


def hide_password(url: str) -> str:
    """Return a URL for a person to read, without its password."""
    return make_url(url).render_as_string()


def _require_file(parsed: URL) -> None:
    name = parsed.database or ""
    if parsed.host:
        raise ValueError("names a host; a file is sqlite:///data/name.db, from the root sqlite:////srv/name.db")
    if not name.strip("/") or ":memory:" in name or parsed.query.get("mode") == "memory":
        raise ValueError("is a database in memory, which loses everything at a stop; name a file")


def _read_postgres(value: str) -> str:
    try:
        from psycopg import ProgrammingError  # noqa: PLC0415 - the driver is an extra
        from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415
    except ModuleNotFoundError:
        return f"{_DRIVER}{value.removeprefix('postgresql')}"  # opening it says that the driver is missing
    try:
        given = {name: str(found) for name, found in conninfo_to_dict(value).items() if found is not None}
    except ProgrammingError:  # whose message may hold the password
        raise ValueError("cannot be read as a URL; percent-encode @ : / ? # in a name or password") from None
    hosts, ports = given.get("host", ""), given.get("port", "")
    _require_ports(hosts, ports)
    user, password, name = (given.pop(part, None) for part in ("user", "password", "dbname"))
    host = port = None
    if hosts and "," not in hosts + ports and not hosts.startswith(("/", "@")):
        host, port = given.pop("host"), given.pop("port", None)
    url = URL.create(_DRIVER, user, password, host, int(port) if port else None, name, query=given)
    return url.render_as_string(hide_password=False)


def _require_ports(hosts: str, ports: str) -> None:
    given = ports.split(",") if ports else []
    if any(port and not (port.isdigit() and 0 < int(port) <= 65_535) for port in given):
        raise ValueError(f"has no usable port in {ports!r}; each is a number from 1 to 65535")
    if len(given) > 1 and len(given) != len(hosts.split(",")):
        raise ValueError("names more ports than hosts, or fewer; give one port, or one for each host")
