"""`d2d keygen`: a pair of keys of a secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SECRET = {"D2D_SECRET": "0123456789abcdef" * 2}


def test_a_secret_always_has_the_same_key(d2d: Any, course: Path) -> None:
    for name in ("a.key", "b.key"):
        assert d2d("keygen", "--from-secret", name, env=SECRET).returncode == 0
    assert (course / "a.key").read_bytes() == (course / "b.key").read_bytes()
    assert d2d("keygen", "--from-secret", "c.key", env={"D2D_SECRET": "another secret of ours"}).returncode == 0
    assert (course / "c.key.pub").read_bytes() != (course / "a.key.pub").read_bytes()
    assert d2d("keygen", "--from-secret", "d.key").returncode == 2
    assert not (course / "d.key").exists()
