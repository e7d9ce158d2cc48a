"""Fingerprints find every shared stretch."""

from __future__ import annotations

import random

from grader.similarity.winnow import WINDOW, winnowed


def test_whatever_is_long_enough_is_found() -> None:
    """The promise of winnowing, on random hashes: every shared stretch of the window is in both."""
    chance = random.Random(5)
    shared = [chance.randrange(1000) for _ in range(WINDOW)]
    for _time in range(300):
        texts_ = []
        for _side in range(2):
            before, after = ([chance.randrange(1000) for _ in range(chance.randrange(9))] for _ in range(2))
            texts_.append([*before, *shared, *after])
        kept = [{hashes[at] for at in winnowed(hashes)} for hashes in texts_]
        assert kept[0] & kept[1] & set(shared)
