"""The command `d2d`, as tests run it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.families import Family
from tests.waiting import BACKSTOP
from tests.warm import WarmCommand

OURS = ("D2D_", "GITHUB_", "NO_COLOR")  # what d2d reads itself, when it is asked for something


@dataclass
class Command:
    """`d2d` in a folder of its own, with a temporary folder of its own."""

    folder: Path
    temporary: Path
    family: Family
    environment: dict[str, str]
    warm: WarmCommand

    def write(self, source: str, name: str = "kim.py") -> Path:
        """A file of this text in its folder."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source, "utf-8")
        return file

    def argv(self, arguments: Sequence[object], *, module: bool = False) -> list[str]:
        program = [sys.executable, "-m", "grader"] if module else [str(Path(sys.executable).with_name("d2d"))]
        return [*program, *map(str, arguments)]

    def env(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        return {**self.environment, **(more or {})}

    def __call__(
        self,
        *arguments: object,
        folder: Path | None = None,
        module: bool = False,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run it to its end; nothing may be left of it.

        What `env` says is heard from the start of Python on, unless d2d alone reads it: that needs no other Python.
        """
        argv, where, environment = self.argv(arguments, module=module), folder or self.folder, self.env(env)
        if module or not all(name.startswith(OURS) for name in env or ()):
            done = subprocess.run(
                argv,
                cwd=where,
                env=environment,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                encoding="utf-8",
                timeout=5 * BACKSTOP,
                check=False,
            )
        else:
            done = self.warm.run(argv, folder=where, env=environment, seconds=5 * BACKSTOP)
        self.nothing_left()
        return done

    def begin(self, *arguments: object, **options: Any) -> subprocess.Popen[bytes]:
        """Start it and go on."""
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.Popen(self.argv(arguments), cwd=self.folder, env=self.env(), **options)

    def nothing_left(self) -> None:
        """No process and no scratch folder."""
        self.family.gone()
        assert sorted(self.temporary.iterdir()) == []
