"""Eight clients of whom each sends its next request as soon as its last was answered, until they are stopped."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.http_client import HttpConnection, connect

CLIENTS = 8


class UnpausedClients:
    """Eight connections. `make_request` makes a request of its number; each answer must have the status `expects`."""

    def __init__(self, make_request: Callable[[int], bytes], *, expects: int = 201) -> None:
        self._make_request = make_request
        self._expects = expects
        self._open: list[HttpConnection] = []
        self._sent = 0
        self.answered = 0

    async def start(self, port: int) -> None:
        """Connect, and begin."""
        for _ in range(CLIENTS):
            connection = await connect(port)
            self._open.append(connection)
            connection.when_answered = self._next(connection)
            self._send(connection)

    def stop(self) -> None:
        """Disconnect them all."""
        for each in self._open:
            each.close()

    def _send(self, connection: HttpConnection) -> None:
        self._sent += 1
        connection.send(self._make_request(self._sent))

    def _next(self, connection: HttpConnection) -> Callable[[int], None]:
        def answered(status: int) -> None:
            assert status == self._expects, status
            self.answered += 1
            self._send(connection)

        return answered
