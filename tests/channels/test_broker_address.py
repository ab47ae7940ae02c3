"""What may be set as the address of a broker."""

from __future__ import annotations

import pytest

from app.channels.broker_address import read_broker_url


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("auto", "auto"),
        ("None", "none"),
        ("redis://:secret@valkey:6379/0", "redis://:secret@valkey:6379/0"),
        ("valkeys://live.example", "valkeys://live.example"),
    ],
)
def test_what_is_known_is_taken(value: str, read: str) -> None:
    assert read_broker_url(value, is_shared=True) == read


@pytest.mark.parametrize(
    "value",
    ["", "yes", "http://:secret@valkey", "redis", "amqp://:secret@valkey", "REDIS://:secret@valkey", "a://secret[x"],
)
def test_what_is_not_is_refused_without_its_password(value: str) -> None:
    with pytest.raises(ValueError, match=r"redis://, rediss://, valkey://, valkeys://") as refused:
        read_broker_url(value, is_shared=True)
    assert "secret" not in str(refused.value)


def test_a_redis_beside_sqlite_is_refused_with_a_sentence() -> None:
    assert read_broker_url("auto", is_shared=False) == "auto"
    with pytest.raises(ValueError, match="SQLite has no other servers"):
        read_broker_url("redis://valkey", is_shared=False)
