"""`d2d actions check` in a member's repository, as a job of GitHub Actions calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.github.test_log import obeyed

RIGHT = (
    "import numpy as np\n\n\ndef mse(x, y):\n    return np.mean((x - y) ** 2)\n\n\ndef double(x):\n    return 2 * x\n"
)
WRONG = RIGHT.replace("2 * x", "3 * x")


@dataclass
class Job:
    """What a job printed, and the files that the runner gave it."""

    code: int
    log: str
    summary: str
    others: dict[str, str]

    @property
    def commands(self) -> list[str]:
        """Our own commands, without the ones that stop and go on."""
        return [line for line in self.log.splitlines() if line.startswith("::error ")]

    def outside(self) -> str:
        """The log without what stands between stop and go."""
        first, _, rest = self.log.partition("::stop-commands::")
        word, _, rest = rest.partition("\n")
        inside, mark, last = rest.partition(f"::{word}::\n")
        assert mark
        assert obeyed(inside) == []
        return first + last


@pytest.fixture
def job(d2d: Any, member: Path, tmp_path: Path) -> Callable[..., Job]:
    def run(*arguments: str) -> Job:
        names = ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")
        files = {name: tmp_path / name.lower() for name in names}
        for file in files.values():
            file.write_text("", "utf-8")
            file.chmod(0o666)
        environment = {**{name: str(file) for name, file in files.items()}, "GITHUB_ACTIONS": "true"}
        done = d2d("actions", "check", *arguments, folder=member, env=environment)
        summary = files.pop("GITHUB_STEP_SUMMARY").read_text("utf-8")
        others = {name: file.read_text("utf-8") for name, file in files.items()}
        return Job(done.returncode, done.stdout + done.stderr, summary, others)

    return run


def test_right_work(job: Any, member: Path) -> None:
    (member / "assignments" / "mini" / "mini.py").write_text(RIGHT, "utf-8")
    done = job()
    assert (done.code, done.commands) == (0, [])
    assert "not a score" in done.log
    assert done.summary.startswith("> This is feedback by the public cases, not a score")
    assert "| ✅ | `mse` | 2 / 2 |" in done.summary
    assert done.others == {"GITHUB_OUTPUT": "", "GITHUB_ENV": "", "GITHUB_PATH": ""}


def test_wrong_work_is_marked_on_its_own_line(job: Any, member: Path) -> None:
    broken = WRONG.replace("return 3 * x", "return x.nothing")
    (member / "mini.py").write_text(broken, "utf-8")
    done = job("mini")
    assert done.code == 1
    (line,) = done.commands
    assert line.startswith("::error file=mini.py,line=9,title=mini · double%3A double gives twice its input::")
    assert "❌" in done.summary


def test_in_a_notebook_it_is_the_line_of_the_file(job: Any, member: Path) -> None:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# 과제\n", "글"]},
        {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": ["import numpy as np"]},
        {
            "cell_type": "code",
            "metadata": {},
            "execution_count": 3,
            "outputs": [],
            "source": ["def double(x):\n", "    # 두 배\n", "    return x.nothing\n"],
        },
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    text = json.dumps(notebook, ensure_ascii=False, indent=1)
    (member / "mini.ipynb").write_text(text, "utf-8")
    done = job()
    (line,) = done.commands
    number = 1 + [row.strip() for row in text.splitlines()].index('"    return x.nothing\\n"')
    assert line.startswith(f"::error file=mini.ipynb,line={number},title=")


def test_what_is_not_begun_is_no_fault(job: Any) -> None:
    done = job()
    assert (done.code, done.commands) == (0, [])
    assert "Not begun yet\\: `mini`" in done.summary


def test_what_cannot_be_read_is_said(job: Any, member: Path) -> None:
    (member / "assignments" / "mini" / "mini.py").unlink()
    done = job()
    assert done.code == 2
    assert "could not be checked" in done.summary
    assert "The stub mini.py is missing" in done.summary


def test_korean(job: Any, member: Path) -> None:
    (member / "mini.py").write_text(WRONG, "utf-8")
    done = job("--lang", "ko")
    assert "점수가 아니" in done.summary
    assert "점수가 아니" in done.log


INJECTED = [
    "::set-env name=PATH::/tmp/evil",
    "\\n::error file=x::forged",
    "in the middle ##[set-env name=LD_PRELOAD]/tmp/evil.so",
    "\\r\\n##[add-path]/tmp/evil",
    "::stop-commands::x",
    "$(echo pwned=1 >> $GITHUB_OUTPUT)`echo pwned=1 >> $GITHUB_ENV`",
    "<img src=https://192.0.2.1/beacon><script>alert(1)</script>",
    "@d2d/everyone #1 [x](https://192.0.2.1/)",
    "```\\n# Forged: 100 %\\n```",
]


def test_what_the_code_says_is_no_command(job: Any, member: Path) -> None:
    """Printed, raised, returned, in the name of a class: it stays text."""
    source = f"""
import numpy as np

TEXTS = {INJECTED!r}


def mse(x, y):
    print("\\n".join(TEXTS))
    raise type(TEXTS[2], (Exception,), {{}})("\\n".join(TEXTS))


def double(x):
    print("\\r".join(TEXTS), flush=True)
    return TEXTS
"""
    (member / "mini.py").write_text(source, "utf-8")
    done = job()
    assert done.code == 1
    outside = done.outside().splitlines()
    assert [line for line in outside if line and not line.startswith("::error file=mini.py,line=")] == []
    assert len(done.commands) == 2
    assert not any("##[" in line for line in done.commands)
    assert done.others == {"GITHUB_OUTPUT": "", "GITHUB_ENV": "", "GITHUB_PATH": ""}
    assert "beacon" in done.summary  # as code
    assert not {"<img", "@d2d", "Forged"} & set(outside_of_code(done.summary).split())


def outside_of_code(markdown: str) -> str:
    """What of a Markdown text is not code."""
    from markdown_it import MarkdownIt

    kept = []
    for token in MarkdownIt("commonmark").enable("table").parse(markdown):
        assert token.type != "html_block" or token.content.startswith("<sub>")
        for child in token.children or []:
            assert child.type not in ("link_open", "image"), child
            if child.type in ("text", "html_inline"):
                kept.append(child.content)
    return "\n".join(kept)


def test_a_file_whose_name_is_a_command(job: Any, member: Path) -> None:
    name = "mini ::error::x ##[error]y,line=1%0A.py"
    (member / name).write_text(WRONG.replace("return 3 * x", "return x.nothing"), "utf-8")
    done = job()
    (line,) = done.commands
    assert line.startswith("::error file=mini %3A%3Aerror%3A%3Ax ## [error]y%2Cline=1%250A.py,line=9,title=")
    done.outside()


def test_ten_megabytes_of_output(job: Any, member: Path) -> None:
    loud = RIGHT.replace("    return 2 * x", '    print("::error::x ##[error]y\\n" * 400_000)\n    return 3 * x')
    (member / "mini.py").write_text(loud, "utf-8")
    done = job()
    assert done.code == 1
    assert len(done.log) < 20_000
    assert len(done.summary) < 60_000
    done.outside()


def test_the_files_of_the_runner_are_out_of_reach(job: Any, member: Path, tmp_path: Path) -> None:
    """What the worker knows of them is nothing; that it finds them all the same is tried by their very paths."""
    paths = [str(tmp_path / name) for name in ("github_output", "github_env", "github_path", "github_step_summary")]
    source = f"""
import os
import numpy as np


def double(x):
    names = [name for name in os.environ if name.startswith(("GITHUB_", "RUNNER_", "ACTIONS_"))]
    for path in {paths!r}:
        try:
            with open(path, "a") as file:
                file.write("pwned=1\\n")
            names.append(path)
        except OSError:
            pass
    return 2 * x if not names else names
"""
    (member / "mini.py").write_text(source, "utf-8")
    done = job()
    assert "| ✅ | `double` | 2 / 2 |" in done.summary  # it found nothing
    assert "pwned" not in done.summary + "".join(done.others.values())
