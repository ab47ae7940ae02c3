"""The description is true: what is really answered has the shapes that are described, member by member, both ways."""

from __future__ import annotations

import pytest

from tests.description.recorder import Description, Recorder
from tests.description.scenario import play
from tests.e2e.server import Server

NOT_YET = {"UnknownBlock", "UnknownEvent", "UnknownMessage", "UnknownNewsroomMessage"}
"""What stands for types that this release does not have."""

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def recorder(server: Server, description: Description) -> Recorder:
    """Everything that was answered in one night."""
    recorder = Recorder(description)
    play(server, recorder)
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
    assert {name: recorder.always.get(name) for name in required} == required


def test_every_member_that_is_described_is_sent_and_no_other(recorder: Recorder) -> None:
    schemas = recorder.description.schemas
    described = {name: set(schemas[name]["properties"]) for name in answered(recorder.description)}
    assert {name: recorder.seen.get(name) for name in described} == described
