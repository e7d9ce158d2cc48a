"""How judges share a machine."""

from __future__ import annotations

import os

import pytest

from grader.batch.local import _share


@pytest.mark.parametrize("seats", [1, 2, 3, 5])
def test_each_of_several_judges_has_processors_of_its_own(monkeypatch: pytest.MonkeyPatch, seats: int) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {1, 3, 4, 6, 7}, raising=False)
    shares = [_share(seat, seats) for seat in range(seats)]
    assert set.union(*shares) == {1, 3, 4, 6, 7}
    assert sum(map(len, shares)) == 5
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_more_judges_than_processors_go_where_the_system_puts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1}, raising=False)
    assert _share(0, 3) == _share(2, 3) == set()


def test_where_the_system_does_not_offer_it_nothing_is_shared_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert _share(0, 1) == set()
