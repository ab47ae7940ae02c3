"""The key that the nodes of one database sign their messages with: made once, replaced by a command."""

from __future__ import annotations

from app.domain.clock import Clock, Micros
from app.domain.identifiers import RandomSource
from app.storage.database.transactions import Database
from app.storage.newsroom.site_control import BrokerKeys, insert_broker_keys, update_broker_key

KEY_LENGTH = 43
"""Letters and digits: more than 256 bits."""
CHANNEL_LENGTH = 12

OVERLAP_SECONDS = 60
"""How long the key before counts beside a new one. Nodes look for a new one each second; one that is as slow as this
takes what others send for numbers until it knows."""


def load_broker_keys(database: Database, random: RandomSource) -> BrokerKeys:
    """Return the key and the channel of the database, made when they are first needed; all nodes get the same."""
    with database.transaction() as tx:
        return insert_broker_keys(
            tx,
            channel=random.base62("broker channel", "site", CHANNEL_LENGTH),
            key=random.base62("broker key", "site", KEY_LENGTH),
        )


def replace_broker_key(database: Database, random: RandomSource, clock: Clock) -> bool:
    """Replace the key; return whether there was one."""
    with database.transaction() as tx:
        until = Micros(clock() + OVERLAP_SECONDS * 1_000_000)
        return update_broker_key(tx, key=random.base62("broker key", str(until), KEY_LENGTH), before_until=until)
