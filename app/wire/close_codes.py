"""Every WebSocket close code that a reader can meet, and whether to connect again.

Codes under 4000 are RFC 6455's and come from the server, the client's own library or the network; those from 4000
on are ours: 40xx–43xx retry, 45xx do not. docs/protocol.md prints this table.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CloseCode:
    """One row of the table. `retry` means: connect again from the last cursor, with back-off."""

    code: int
    retry: bool
    meaning: str


NORMAL = CloseCode(1000, False, "closed by the reader, or the story has ended and a goodbye said so")
GOING_AWAY = CloseCode(1001, True, "the server or the page goes away")
ABNORMAL = CloseCode(1006, True, "cut without a close frame: network, proxy, or a reader that stopped reading")
TOO_BIG = CloseCode(1009, False, "a message that is larger than the server takes")
INTERNAL_ERROR = CloseCode(1011, True, "the server could not go on")
SERVICE_RESTART = CloseCode(1012, True, "the server restarts and had no time to say goodbye")
TOKEN_EXPIRED = CloseCode(4001, True, "the newsroom's stream: the token's time is over; come back with another one")
TOO_SLOW = CloseCode(4008, True, "the newsroom's stream: too far behind; come back and read the lists anew")
OVERLOADED = CloseCode(4009, True, "the server is overloaded; a goodbye named the window, and asks to poll until then")
DRAIN = CloseCode(4101, True, "the server is being replaced; a goodbye named the window")
BAD_REQUEST = CloseCode(4500, False, "the URL's query cannot be read")
NOT_SIGNED_IN = CloseCode(4501, False, "the newsroom's stream: no token or ticket, or none that is known and valid now")
NOT_ALLOWED = CloseCode(4503, False, "the newsroom's stream: the token may not read the newsroom")
NO_SUCH_STORY = CloseCode(4504, False, "no such story, or none that is public")
PROTOCOL_ERROR = CloseCode(4505, False, "a message that is no JSON object, or too many of them")
WITHDRAWN = CloseCode(4510, False, "the story was withdrawn; show nothing of it any more")
