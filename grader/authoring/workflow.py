"""The workflow in a member's repository: `d2d actions check` on every push, with pinned versions."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from grader import __version__
from grader.assignment.manifest import Assignment

PLACE = Path(".github", "workflows", "check.yml")
TORCH = "2.13.0"
_TEMPLATE = Path(__file__).with_name("check.yml")
_PIP = "python -m pip install --disable-pip-version-check"
_TORCH_ONLY_CPU = "https://download.pytorch.org/whl/cpu"  # the one on PyPI has gigabytes for graphics cards
_BARE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[a-z,]+\])?")


def workflow(install: str, assignments: Sequence[Assignment], language: str) -> str:
    """The workflow that checks these assignments and prints in `language`."""
    lines = []
    if any("torch" in assignment.imports for assignment in assignments):
        lines.append(f"{_PIP} --index-url {_TORCH_ONLY_CPU} torch=={TORCH}")
    lines.append(f"{_PIP} {shlex.quote(_pinned(install))}")
    template = _TEMPLATE.read_text("utf-8")
    return template.replace("{install}", "\n          ".join(lines)).replace("{language}", language)


def _pinned(install: str) -> str:
    """The requirement of the course; a bare name means the version that made the release."""
    requirement = " ".join(install.split())
    return f"{requirement}=={__version__}" if _BARE.fullmatch(requirement) else requirement
