"""Random numbers of cases: drawn by a secret, so that no input is the one in a handout, and the same every time."""

from __future__ import annotations

import hashlib
from functools import cache

import numpy as np

PUBLIC_SECRET = b"public"  # the seed of what is no secret: public cases have the same inputs for everybody


def rng_of(secret: bytes, case_id: str) -> np.random.Generator:
    """The random numbers of a case: the same for the same secret, always."""
    seeds = _seeds(secret, case_id)
    if seeds.n_children_spawned:  # the case before took children of it, which the next would not get again
        seeds = np.random.SeedSequence(seeds.entropy)
    return np.random.Generator(np.random.PCG64(seeds))  # as `default_rng` makes it


@cache
def _seeds(secret: bytes, case_id: str) -> np.random.SeedSequence:
    digest = hashlib.sha256(secret + b"\0" + case_id.encode()).digest()
    return np.random.SeedSequence(int.from_bytes(digest, "big"))
