"""Starts runners: with the interpreter that fits, as the user that is wanted, two at a time."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from attack import PROFILES, Ending

HERE = Path(__file__).resolve().parent
NOBODY = 65534
# An interpreter that every user can read, with what d2d needs (and torch, for the attacks that need it).
COMMON = os.environ.get("D2D_OTHER_PYTHON", "/opt/d2d/bin/python")
_NEEDS = "import numpy, pytest, click, rich, grader.judge.run"


@dataclass(frozen=True)
class Run:
    """What a runner said."""

    endings: dict[str, Ending]
    layers: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    skipped: str = ""


@functools.cache
def interpreter(user: str) -> str | None:
    """One that the user can run d2d with; as root, one that workers can read after root's rights are gone."""
    if user == "root" and os.geteuid() != 0:
        return None
    candidates = [sys.executable, *([COMMON] if Path(COMMON).exists() else [])]
    found = next((path for path in candidates if _runs(path)), None)
    return found or (sys.executable if user == "root" else None)


def _runs(python: str) -> bool:
    command = [python, "-c", f"import sys; sys.path.insert(0, {str(HERE.parents[1])!r}); {_NEEDS}"]
    try:
        return subprocess.run(command, capture_output=True, check=False, **_as("user")).returncode == 0
    except PermissionError:  # under somebody's private home
        return False


def _as(user: str) -> dict[str, object]:
    drop = user == "user" and os.geteuid() == 0
    ids = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if drop else {}
    return {"env": {"PATH": os.environ.get("PATH", os.defpath)}, "cwd": "/", **ids}


def script(name: str, user: str, arguments: Sequence[str]) -> list[dict[str, object]] | str:
    """The lines that a script of this folder prints; or why it can't be run."""
    python = interpreter(user)
    if python is None:
        what = "this is not run as root" if user == "root" else "no interpreter that an ordinary user can read"
        return f"{what} (D2D_OTHER_PYTHON names one)" if user == "user" else what
    done = subprocess.run(
        [python, "-I", "-B", str(HERE / name), *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=1800,
        check=False,
        **_as(user),  # type: ignore[call-overload]
    )
    if done.returncode:
        raise RuntimeError(f"{name} {' '.join(arguments)} as {user}:\n{done.stderr[-3000:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def attacked(user: str, without: Iterable[str] = (), *options: str) -> Run:
    """One run of the runner."""
    lines = script("runner.py", user, ["--without", ",".join(without), *options])
    if isinstance(lines, str):
        return Run({}, skipped=lines)
    run = Run({})
    for line in lines:
        if "unusable" in line:
            return Run({}, skipped=f"{line['unusable']} (D2D_OTHER_PYTHON names another interpreter)")
        if "attack" in line:
            ending = Ending(**{**line, "touched": tuple(line["touched"])})  # type: ignore[arg-type]
            run.endings[ending.attack] = ending
        else:
            known = {key: tuple(value) for key, value in line.items()}  # type: ignore[arg-type]
            run = Run(run.endings, known.get("layers", run.layers), known.get("left", run.left))
    return run


def at_once(asked: Sequence[tuple[str, Sequence[str], Sequence[str]]]) -> list[Run]:
    """Runs of (user, layers left out, options), two at a time."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda one: attacked(one[0], one[1], *one[2]), asked))


def everything(users: Iterable[str], profiles: Iterable[str] = PROFILES) -> dict[tuple[str, str], Run]:
    """All attacks under these profiles as each user."""
    wanted = [(profile, user) for profile in profiles for user in users]
    asked = [(user, PROFILES[profile], ("--torch",) * torch) for torch in (0, 1) for profile, user in wanted]
    runs = at_once(asked)
    return {
        key: Run({**plain.endings, **torch.endings}, plain.layers, (*plain.left, *torch.left), plain.skipped)
        for key, plain, torch in zip(wanted, runs[: len(wanted)], runs[len(wanted) :], strict=True)
    }
