"""One decision admits or refuses a connection: in one order, with one code each, whatever the transport."""

from __future__ import annotations

import json

import pytest

from app.domain.errors import MalformedInput
from app.live.protocol.addresses import ConnectRequest, LiveAddress
from app.live.protocol.subscribe_requests import SubscribeRequest
from app.live.protocol.upgrade import BadUpgrade
from app.live.session.admission import (
    OVER_LIMIT,
    RETRY_AFTER_SECONDS,
    Admit,
    Refuse,
    decide_admission,
    encode_stream_refusal,
    read_request,
)
from app.live.session.effects import Answer, Failed, Opened, StoryMissing, StoryWithdrawn
from app.live.session.goodbyes import OVERLOADED, STOPPING, Goodbye
from app.live.story.limits import NORMAL_LIMITS
from app.live.story.live_story import LiveStory
from app.wire.close_codes import BAD_REQUEST, NO_SUCH_STORY, WITHDRAWN
from app.wire.encoding import BodyVariant
from tests.live.model import story

REQUEST = ConnectRequest((SubscribeRequest("one"),), BodyVariant.HTML)
MALFORMED = MalformedInput("malformed_query", "It cannot be read.")
BAD = BadUpgrade(426, "Another version.")


class _Limiter:
    """Answers always the same, and counts how often it was asked."""

    def __init__(self, *, has_room: bool = True) -> None:
        self.asked = 0
        self._has_room = has_room

    def __call__(self) -> bool:
        self.asked += 1
        return self._has_room


def _decide(
    limiter: _Limiter,
    *,
    turned_away: Goodbye | None = None,
    upgrade: BadUpgrade | None = None,
    request: ConnectRequest | MalformedInput = REQUEST,
    opened: Answer | None = None,
) -> Admit | Refuse:
    return decide_admission(
        turned_away=turned_away, upgrade=upgrade, request=request, opened=opened, is_within_limits=limiter
    )


def test_a_request_that_nothing_speaks_against_is_admitted() -> None:
    limiter = _Limiter()
    assert _decide(limiter) == Admit(REQUEST)
    assert limiter.asked == 1


def test_a_story_that_was_read_is_passed_on() -> None:
    live = LiveStory(story().head, limits=NORMAL_LIMITS, used_at=0.0)
    assert _decide(_Limiter(), opened=Opened(live)) == Admit(REQUEST, live)


def test_the_checks_have_one_order_and_the_limits_come_last() -> None:
    """Everything is wrong at first, and one thing after the other is put right."""
    wrong = {"turned_away": STOPPING, "upgrade": BAD, "request": MALFORMED, "opened": StoryMissing()}
    right = {"turned_away": None, "upgrade": None, "request": REQUEST, "opened": None}
    limiter = _Limiter(has_room=False)
    refused = []
    for count in range(len(wrong) + 1):
        kept = dict(list(right.items())[:count]) | dict(list(wrong.items())[count:])
        assert limiter.asked == 0
        decision = _decide(limiter, **kept)  # type: ignore[arg-type]  # what the names above say
        assert isinstance(decision, Refuse)
        refused.append((decision.status, decision.code))
    assert refused == [
        (503, "unavailable"), (426, "bad_upgrade"), (400, "malformed_query"), (404, "story_not_found"),
        (429, "too_many_connections"),
    ]  # fmt: skip
    assert limiter.asked == 1


@pytest.mark.parametrize(
    ("opened", "status", "code", "close"),
    [
        (StoryMissing(), 404, "story_not_found", NO_SUCH_STORY),
        (StoryWithdrawn(), 410, "story_withdrawn", WITHDRAWN),
        (Failed(), 503, "unavailable", None),
    ],
)
def test_a_story_that_could_not_be_opened_is_refused_by_its_own_code(
    opened: Answer, status: int, code: str, close: object
) -> None:
    limiter = _Limiter()
    decision = _decide(limiter, opened=opened)
    assert isinstance(decision, Refuse)
    assert (decision.status, decision.code, decision.close, limiter.asked) == (status, code, close, 0)


def test_only_what_lasts_has_a_close_code_for_browsers() -> None:
    assert isinstance(malformed := _decide(_Limiter(), request=MALFORMED), Refuse)
    assert malformed.close == BAD_REQUEST
    for passing in (
        _decide(_Limiter(), turned_away=OVERLOADED), _decide(_Limiter(), upgrade=BAD), OVER_LIMIT,
        _decide(_Limiter(), opened=Failed()),
    ):  # fmt: skip
        assert isinstance(passing, Refuse)
        assert passing.close is None


def test_a_server_that_turns_away_names_its_own_time_to_come_back() -> None:
    assert isinstance(away := _decide(_Limiter(), turned_away=OVERLOADED), Refuse)
    assert away.retry_after_seconds == OVERLOADED.retry_after_seconds != RETRY_AFTER_SECONDS
    assert OVER_LIMIT.retry_after_seconds == RETRY_AFTER_SECONDS


def test_a_query_that_cannot_be_read_is_returned_as_its_error() -> None:
    address = LiveAddress("live", None)
    assert read_request(address, b"subscribe=one", limit_stories=1) == REQUEST
    error = read_request(address, b"subscribe=one&subscribe=two", limit_stories=1)
    assert isinstance(error, MalformedInput)
    assert error.code == "too_many_stories"


def test_on_an_event_stream_only_a_refusal_for_good_keeps_a_browser_away() -> None:
    for_good = Refuse(400, "malformed_query", "", close=BAD_REQUEST)
    assert encode_stream_refusal(for_good, None).startswith(b"id: end\n")
    for_now = encode_stream_refusal(OVER_LIMIT, "one")
    assert b"id:" not in for_now
    data = json.loads(for_now.removeprefix(b"data: "))
    assert (data["type"], data["story"], data["status"]) == ("refused", "one", 429)


def test_on_an_event_stream_a_server_that_turns_away_says_its_goodbye() -> None:
    assert isinstance(away := _decide(_Limiter(), turned_away=STOPPING), Refuse)
    assert b'"type":"goodbye"' in encode_stream_refusal(away, "one")
