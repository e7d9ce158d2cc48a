"""The first cell of released notebooks: what can't work is refused, with the line to set."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest

from grader.authoring.firstcell import FirstCell
from grader.course.course import find_course
from grader.errors import BadAssignmentError

if TYPE_CHECKING:
    from tests.commands import Command

COMMIT = "git+https://example.org/group/d2d@" + "0" * 40
MEMBERS = "https://example.org/group/assignments.git"


def course_with(course: Path, **keys: str) -> FirstCell:
    lines = ['name = "Mini"', *(f'{key} = "{value}"' for key, value in keys.items())]
    (course / "d2d.toml").write_text("\n".join(lines) + "\n", "utf-8")
    return FirstCell.of(find_course(course))


@pytest.mark.parametrize(
    "install",
    [
        COMMIT,
        f"d2d-grader @ {COMMIT}",
        f"d2d-grader[torch] @ {COMMIT}",
        f"{COMMIT}#subdirectory=d2d",
        "https://example.org/d2d_grader-0.1.0-py3-none-any.whl",
        "file:///srv/d2d_grader-0.1.0-py3-none-any.whl",
    ],
)
def test_an_address_that_everybody_can_fetch_is_installed(course: Path, install: str) -> None:
    first = course_with(course, install=install, members=MEMBERS)
    source = first.source(find_course(course).assignment("mini"), "en")
    (line,) = [line for line in source.splitlines() if "pip install" in line]
    assert line.split("--quiet ")[1].strip('"') == install
    assert f"git clone --quiet --depth 1 {MEMBERS} d2d-course" in source
    assert first.lacking == ""


@pytest.mark.parametrize(
    "install",
    [
        None,
        "d2d-grader",
        "d2d-grader==0.1.0",
        "git+https://example.org/group/d2d",
        "git+https://example.org/group/d2d@main",
        "git+ssh://git@example.org/group/d2d@" + "0" * 40,
        f"{COMMIT}; touch x",
        "./d2d",
        "--index-url https://example.org d2d",
    ],
)
def test_what_colab_can_t_install_is_refused_with_its_line(course: Path, install: str | None) -> None:
    keys = {"members": MEMBERS} | ({"install": install} if install else {})
    with pytest.raises(BadAssignmentError) as refused:
        course_with(course, **keys)
    assert refused.value.where == str(course / "d2d.toml") + (":3" if install else "")
    assert 'install = "git+https://' in str(refused.value.hint)


@pytest.mark.parametrize(
    "members", ["git@example.org:group/a.git", "https://token@example.org/a", "https://x.org/a; touch x", "-u", "a", ""]
)
def test_what_colab_can_t_clone_is_refused_with_its_line(course: Path, members: str) -> None:
    with pytest.raises(BadAssignmentError) as refused:
        course_with(course, members=members, install=COMMIT)
    assert refused.value.where == f"{course / 'd2d.toml'}:2"
    assert 'members = "https://' in str(refused.value.hint)


def test_nothing_is_written_that_could_not_work(d2d: Command, course: Path) -> None:
    for language in ("ko", "en"):
        text = "<!-- cell: mse -->\n<!-- cell: double -->\n"
        (course / "assignments" / "mini" / f"handout.{language}.md").write_text(text, "utf-8")
    release = ("release", "mini", "--out", "out", "--lang", "en")
    (course / "d2d.toml").write_text(f'name = "Mini"\nmembers = "{MEMBERS}"\n', "utf-8")
    done = d2d(*release)
    assert (done.returncode, (course / "out").exists()) == (2, False)
    assert "d2d-grader" in done.stderr
    assert 'install = "git+https://' in done.stderr
    # In the members' folder nothing has to be fetched: the cell says what it lacks, and so does the command.
    (course / "d2d.toml").write_text('name = "Mini"\n', "utf-8")
    done = d2d(*release)
    assert done.returncode == 0
    assert 'install = "git+https://' in done.stderr
    assert 'members = "https://' in done.stderr
    cell = nbformat.read(course / "out" / "assignments" / "mini" / "mini.en.ipynb", 4).cells[0].source
    assert "pip" not in cell
    ast.parse(cell.replace("%load_ext", "# %load_ext"))
