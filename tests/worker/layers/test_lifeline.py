from __future__ import annotations

import os

from grader.worker.layers.lifeline import Lifeline

from .conftest import in_child


def test_it_tells_a_dead_parent() -> None:
    def action() -> object:
        line = Lifeline()
        alive = in_child(lambda: (line.take(), line.holds())[1]).value
        os.close(line._kept)
        return [alive, line.holds()]

    assert in_child(action).value == [True, False]


def test_a_child_whose_parent_is_gone_ends() -> None:
    def action() -> object:
        line = Lifeline()
        os.close(line._kept)
        line.tie()
        return "goes on"

    assert in_child(action).value is None
