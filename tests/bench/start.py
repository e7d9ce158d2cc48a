"""Seconds that a person waits: start to result, help, and from a saved file to its result in --watch.

Every figure is a median, and compared with something measured in the same run: machines differ and are noisy.
"""

from __future__ import annotations

import os
import pty
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from table import Row

ROOT = Path(__file__).parents[2]
D2D = [sys.executable, "-m", "grader"]
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def seconds(command: list[str], cwd: Path) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=cwd, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - started


def paired(one: list[str], other: list[str], cwd: Path, runs: int = 15) -> tuple[float, float]:
    """Medians of two commands run in turn, so that a slow minute of the machine meets both."""
    times = [(seconds(one, cwd), seconds(other, cwd)) for _ in range(runs + 2)][2:]
    return statistics.median(a for a, _ in times), statistics.median(b for _, b in times)


def course(folder: Path) -> Path:
    """A copy of the course, so that the benchmark can save files in it."""
    for name in ("assignments", "reference", "d2d.toml"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    return folder


def check_row(folder: Path) -> Row:
    check, numpy = paired([*D2D, "check", "hw1", "reference/hw1.py"], [sys.executable, "-c", "import numpy"], folder)
    return Row(
        "d2d check hw1, start to result", check, 3 * numpy + 0.3, "s", f"3 × `import numpy` ({numpy:.3f} s) + 0.3 s"
    )


def help_row(folder: Path) -> Row:
    shown, click = paired([*D2D, "--help"], [sys.executable, "-c", "import click"], folder)
    return Row("d2d --help", shown, 2 * click, "s", f"2 × `import click` ({click:.3f} s)")


def watch_row(folder: Path, saves: int = 20) -> Row:
    """From a save to the last line of its result, in a real terminal."""
    file = folder / "hw1.py"
    shutil.copy(ROOT / "reference" / "hw1.py", file)
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execve(sys.executable, [*D2D, "check", "hw1", "hw1.py", "--watch", "--lang", "en"], ENVIRONMENT)
    waited = []
    try:
        until_shown(terminal)
        for number in range(saves):
            time.sleep(0.15)
            text = (ROOT / "reference" / "hw1.py").read_text("utf-8") + f"\n# {number}\n"
            started = time.perf_counter()
            file.write_text(text, "utf-8")
            until_shown(terminal)
            waited.append(time.perf_counter() - started)
    finally:
        os.write(terminal, b"\x03")
        os.waitpid(pid, 0)
        os.close(terminal)
    return Row("--watch, saved to shown", statistics.median(waited[2:]), 0.1, "s", "typically")


def until_shown(terminal: int) -> None:
    """Read what the terminal shows until a result is complete."""
    seen = b""
    while b"Ctrl-C" not in seen:
        if not select.select([terminal], [], [], 30)[0]:
            raise TimeoutError(f"no result came: {seen[-500:]!r}")
        seen += os.read(terminal, 65536)


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = course(Path(name))
        return [check_row(folder), help_row(folder), watch_row(folder)]
