"""The description is true: what is really answered has the shapes that are described, member by member, both ways."""

from __future__ import annotations

import pytest

from tests.description.messages import MessageDescription
from tests.description.recorder import Description, Recorder
from tests.description.scenario import play
from tests.description.structured_data import play_structured_data
from tests.e2e.server import Server

CHANNELS = {
    ("story_socket", "send"): "LiveMessage",
    ("story_socket", "receive"): "ReaderMessage",
    ("stories_socket", "send"): "LiveMessage",
    ("stories_socket", "receive"): "ReaderMessage",
    ("newsroom_socket", "send"): "NewsroomMessage",
    ("newsroom_socket", "receive"): "NewsroomRequest",
    ("story_events", "send"): "LiveMessage",
    ("story_changes", "send"): "Changes",
}
"""What was recorded of each channel of the AsyncAPI document, by the name of its shape."""

NOT_YET = {"UnknownBlock", "UnknownEvent", "UnknownMessage", "UnknownNewsroomMessage"}
"""What stands for types that this release does not have."""

OLDER = {"EmbedBlock": {"category", "provider_name"}}
"""What entries lack that a release before stored: sent with all of this night, and required of none."""


@pytest.fixture(scope="module")
def recorder(server: Server, description: Description) -> Recorder:
    """Everything that was answered in one night."""
    recorder = Recorder(description)
    play(server, recorder)
    play_structured_data(server, recorder)
    return recorder


def answered(description: Description) -> set[str]:
    """Name the shapes of everything that is answered or sent live."""
    live = {"$ref": "#/components/schemas/LiveMessage"}, {"$ref": "#/components/schemas/NewsroomMessage"}
    asked = {"$ref": "#/components/schemas/ReaderMessage"}, {"$ref": "#/components/schemas/NewsroomRequest"}
    responses = [operation["responses"] for _, _, operation in description.operations.values()]
    found = description.reachable([*responses, *live, *asked])
    return {name for name in found if "properties" in description.schemas[name]} - NOT_YET


def test_every_operation_answers_as_it_is_described(recorder: Recorder) -> None:
    assert recorder.description.operations.keys() - recorder.called == {"follow_story"}, "that one is read as a stream"


def test_what_is_always_sent_is_required_and_what_is_required_is_always_sent(recorder: Recorder) -> None:
    schemas = recorder.description.schemas
    required = {name: set(schemas[name].get("required", ())) for name in answered(recorder.description)}
    always = {name: recorder.always.get(name, set()) - OLDER.get(name, set()) for name in required}
    assert always == required
    assert all(schemas[name]["properties"].keys() >= members for name, members in OLDER.items())


def test_every_member_that_is_described_is_sent_and_no_other(recorder: Recorder) -> None:
    schemas = recorder.description.schemas
    described = {name: set(schemas[name]["properties"]) for name in answered(recorder.description)}
    assert {name: recorder.seen.get(name) for name in described} == described


def test_every_live_message_is_exactly_one_of_those_that_asyncapi_has_for_its_channel(
    server: Server, recorder: Recorder
) -> None:
    with server.reader() as reader:
        messages = MessageDescription(reader.get("/asyncapi.json").raise_for_status().json())
    assert messages.operations.keys() == CHANNELS.keys()
    fitted: set[str] = set()
    for place, shape in CHANNELS.items():
        assert recorder.heard[shape], shape
        for message in recorder.heard[shape]:
            fits = messages.fitting(place, message)
            assert len(fits) == 1, (place, fits, message)
            fitted |= fits
    assert messages.names - fitted == NOT_YET & messages.names, "never sent in that night"
