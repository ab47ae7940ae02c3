"""The law of the log: after any history, a reader's state equals that of a fresh reader of the same length."""

from __future__ import annotations

import pytest

from liveblog_client.apply import bound_of
from tests.figures import Figures
from tests.reference.histories import Life, what_a_fresh_reader_sees, what_is_held


@pytest.mark.parametrize("page_size", [1000, 4], ids=["whole", "window"])
def test_random_histories_end_where_a_fresh_reader_begins(page_size: int, figures: Figures) -> None:
    for seed in range(figures.choose(quick=100, suite=200, prove=5_000)):
        life = Life(seed, page_size=page_size)
        life.live(120)
        bound = bound_of(life.reader.state["timeline"])
        assert what_is_held(life.reader.state) == what_a_fresh_reader_sees(life.server, bound), f"seed {seed}"


def test_the_histories_meet_every_verdict_and_every_kind_of_step() -> None:
    steps = []
    for seed in range(40):
        life = Life(seed, page_size=4)
        life.live(120)
        steps += life.case["steps"]
    assert {step["verdict"] for step in steps if "verdict" in step} == {"applied", "ignored", "replaced", "resume"}
    assert any(step.get("replies") for step in steps)
    assert any(step.get("wanted") for step in steps)
    assert any("named" in step and step["replies"] for step in steps)
