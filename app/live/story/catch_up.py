"""The catch-up from one cursor to the story's head, as bytes for each form of connection."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.cursor import Cursor
from app.live.story.control_messages import ControlMessages
from app.live.story.packets import Form, Message, Packet
from app.wire.announcement import StoryHead
from app.wire.messages import encode_catching_up


class CatchUp:
    """The packets from `start` to `head`, all fixed when it is made: the story may advance while it is written.

    Packets that are fewer than the numbers between are the newest state only, and are put between `catching_up` and
    `caught_up`.
    """

    __slots__ = ("_control_messages", "_head", "_is_whole", "_packets")

    def __init__(
        self, start: Cursor, packets: Sequence[Packet], head: StoryHead, *, control_messages: ControlMessages
    ) -> None:
        self._packets = packets
        self._head = head
        self._control_messages = control_messages
        self._is_whole = head.cursor.seq - start.seq == len(packets)

    def bytes_in(self, form: Form) -> tuple[bytes, int]:
        """Return the bytes for connections of that form, and how many messages they are."""
        messages = [packet.message(form.variant) for packet in self._packets]
        if not self._is_whole:
            messages = [
                Message(encode_catching_up(self._head.story), type="catching_up"),
                *messages,
                self._control_messages.caught_up(self._head),
            ]
        if len(messages) == 1:
            return messages[0].bytes_in(form.framing), 1
        return b"".join([message.bytes_in(form.framing) for message in messages]), len(messages)
