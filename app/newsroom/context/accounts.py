"""The accounts behind writes: the person or the bot's token, by the name that colleagues know."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from app.domain.entry import Entry
from app.domain.identifiers import PersonId
from app.domain.rights import Actor, owns
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.people import list_account_names
from app.wire.newsroom_stream_messages import Principal


class Accounts:
    """The names of some accounts, read at once."""

    def __init__(self, tx: ReadTransaction, accounts: Iterable[tuple[PersonId | None, str]]) -> None:
        found = set(accounts)
        people = {person for person, _ in found if person is not None}
        tokens = {token for person, token in found if person is None}
        self._names = list_account_names(tx, people=people, tokens=tokens)

    def find(self, person: PersonId | None, token: str) -> Principal:
        """Return one of the accounts; the operator's and the clock have no name."""
        return Principal(token, person, self._names.get(person or token))

    def poster_of(self, entry: Entry) -> Principal:
        """Return whose account created the entry."""
        return self.find(entry.created_by, entry.created_by_token)


def posters_of(tx: ReadTransaction, entries: Collection[Entry]) -> Accounts:
    """Return the accounts that created the entries."""
    return Accounts(tx, ((entry.created_by, entry.created_by_token) for entry in entries))


def poster_of(tx: ReadTransaction, entry: Entry, *, actor: Actor) -> Principal:
    """Return whose account created the entry; of the actor's own without asking the database."""
    if owns(actor, entry):
        return Principal(entry.created_by_token, entry.created_by, actor.names[0] if actor.names else None)
    return posters_of(tx, [entry]).poster_of(entry)
