"""One member, one failure: whatever is raised at any boundary, the other eleven have what they came for."""

from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from grader.apart import Apart
from grader.boundary import one_member
from grader.cli import app
from grader.cli.app import Troubles, d2d
from grader.errors import BadInputError, D2DError, OurFaultError
from grader.files import writing_to
from grader.github import collect, publish
from grader.github.collected import CollectedFolder, CollectedWork
from grader.gradebook.book import Gradebook
from grader.grading import ENGINES, Done, Lost, Setting, Task, folder
from grader.grading.bench import Bench, open_bench
from grader.intake.read import read_submission
from grader.judge.run import Judge
from grader.render import page
from grader.render.notebook import write_feedback
from tests.courses import RIGHT
from tests.examples import examples
from tests.git_repositories import Repository

CLASS = [f"m{at:02}" for at in range(12)]


class Panic(BaseException):
    """What some libraries raise when they give up: no `Exception`, so that nobody catches it by accident."""


ERRORS: list[Callable[[], BaseException]] = [
    lambda: Panic("called `unwrap()` on a `None` value"),
    lambda: RecursionError("maximum recursion depth exceeded"),
    lambda: MemoryError(),
    lambda: UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
    lambda: OSError(5, "Input/output error"),
    lambda: KeyError("\x1b[2J"),
    lambda: BadInputError("This is not what it has to be."),
    lambda: OurFaultError("A worker was lost."),
]
# Where a failure is put in: what is replaced, and which of its arguments says whose turn it is.
PLACES: dict[str, tuple[Any, str, Callable[..., object]]] = {
    "read": (Apart, "call", lambda _apart, function, path, *_more: path if function is read_submission else ""),
    "judge": (Judge, "judge", lambda _judge, submission: submission.member),
    "write": (folder, "write_whole", lambda path, *_more, **_options: path),
    "gradebook": (Gradebook, "_add", lambda _book, document, *_more: document.report.member),
    "page": (page, "report_page", lambda report: report.member),
    "notebook": (
        Apart,
        "call",
        lambda _apart, function, work, *_more: work.member if function is write_feedback else "",
    ),
}
SECRET = "0123456789abcdef"


class OneProcess:
    """An engine without processes of its own: what a test puts in is there where it judges."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    def judge(self, tasks: Iterator[Task]) -> Iterator[Done | Lost]:
        return map(self.bench.tried, tasks)


@pytest.fixture
def klass(course: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A class of twelve, and an engine for it; by default what is worked on apart is worked on here."""
    if request.node.get_closest_marker("slow") is None:
        monkeypatch.setattr(Apart, "call", lambda _apart, function, *arguments: function(*arguments))
    handed_in = course.parent / "handed-in"
    handed_in.mkdir()
    for member in CLASS:
        cell = {"cell_type": "code", "source": RIGHT, "outputs": [{"output_type": "error", "traceback": 1}]}
        (handed_in / f"{member}.ipynb").write_text(json.dumps({"cells": [cell], "nbformat": 4}), "utf-8")
    monkeypatch.chdir(course)
    monkeypatch.setenv("D2D_SECRET", SECRET)
    benches: list[Bench] = []

    def engine(setting: Setting, _jobs: int, _scheduler: str | None) -> OneProcess:
        if not benches:
            benches.append(open_bench(setting))
        return OneProcess(benches[0])

    monkeypatch.setitem(ENGINES, "local", engine)
    yield handed_in
    for bench in benches:
        bench.close()


def fail_at(place: str, victim: str, error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, name, whose = PLACES[place]
    real = getattr(owner, name)

    def failing(*arguments: Any, **options: Any) -> Any:
        if victim in str(whose(*arguments, **options)):
            raise error
        return real(*arguments, **options)

    monkeypatch.setattr(owner, name, failing)


def run(*arguments: object) -> int:
    """The command's exit code."""
    try:
        return int(d2d.main([str(argument) for argument in arguments]))
    except SystemExit as end:
        return int(end.code or 0)


def grade(handed_in: Path, out: Path, *options: object) -> int:
    return run("grade", "mini", handed_in, "--out", out, "--gradebook", out.with_suffix(".db"), "--pages",
               "--notebook", out / "{member}.feedback.ipynb", *options)  # fmt: skip


def made(out: Path) -> dict[str, set[str]]:
    """Who has what."""
    with Gradebook(out.with_suffix(".db")) as book:
        logged = {entry.member for entry in book.entries()}
    return {
        "reports": {file.stem for file in (out / "reports").glob("*.json")},
        "gradebook": logged,
        "page": {file.stem for file in (out / "pages").glob("*.html")},
        "notebook": {file.name.split(".")[0] for file in out.glob("*.ipynb")},
    }


@pytest.mark.parametrize(
    ("places", "errors"), [(2, 1), pytest.param(len(PLACES), examples(2, len(ERRORS)), marks=pytest.mark.slow)]
)
def test_eleven_have_all_of_it_wherever_one_fails(
    klass: Path,
    places: int,
    errors: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    draw = random.Random()
    for place in draw.sample(list(PLACES), places):
        for error in draw.sample(ERRORS, errors):
            victim, raised, out = draw.choice(CLASS), error(), tmp_path / f"{place}-{ERRORS.index(error)}"
            with monkeypatch.context() as patch:
                fail_at(place, victim, raised, patch)
                code = grade(klass, out)
            said = capsys.readouterr()
            failed = "read" if isinstance(raised, BadInputError) and place == "read" else "ours"
            assert code == {"read": 2, "ours": 3}[failed], (place, raised, said.err)
            assert victim in said.err + said.out
            assert "Traceback" not in said.err
            assert "\x1b" not in said.err + said.out
            others = set(CLASS) - {victim}
            everything = made(out)
            for what, members in everything.items():
                assert members >= others, (place, raised, what)
            lost = "reports" if place in ("read", "judge", "write") else place
            assert everything[lost] == others, (place, raised)
            if lost != "reports":
                assert everything["reports"] == set(CLASS), "what was judged is kept"


def test_a_notebook_that_can_not_be_shown_is_in_the_gradebook(klass: Path, tmp_path: Path) -> None:
    """Its saved output says `"traceback": 1`, which no notebook may; and nobody is in its way."""
    assert grade(klass, tmp_path / "out") == 0
    assert all(members == set(CLASS) for members in made(tmp_path / "out").values())


@pytest.mark.slow
def test_eleven_are_collected_and_graded_where_one_fails(
    klass: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ["member,repository"]
    for member in CLASS:
        repository = Repository.make(tmp_path / "hosted" / member)
        repository.commit({"mini.py": RIGHT})
        lines.append(f"{member},{repository.url}")
    roster, collected = tmp_path / "roster.csv", tmp_path / "collected"
    roster.write_text("\n".join(lines), "utf-8")
    victim, raised, real = random.choice(CLASS), random.choice(ERRORS)(), collect.repository.head

    def head(git: Any, url: str) -> str:
        if url.endswith(victim):
            raise raised
        return real(git, url)

    monkeypatch.setattr(collect.repository, "head", head)
    assert run("collect", "--roster", roster, "--out", collected, "--allow", "file") == 3
    assert victim in capsys.readouterr().err
    assert {file.stem for file in collected.glob("*.zip")} == set(CLASS) - {victim}
    assert grade(collected, tmp_path / "out") == 0
    assert made(tmp_path / "out")["gradebook"] == set(CLASS) - {victim}


@pytest.mark.parametrize("name", ["_message", "_send"])
def test_eleven_are_told_where_one_fails(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "https://github.com/study/{}.git"
    works = tuple(CollectedWork(member, url.format(member), missing="gone", commit="a" * 40) for member in CLASS)
    collected = CollectedFolder(datetime.now(timezone.utc), "hw1", None, works)
    victim, raised, sent = random.choice(CLASS), random.choice(ERRORS)(), []
    real = {"_message": publish._message, "_send": lambda path, *_more: sent.append(path)}
    monkeypatch.setattr(publish, "_send", real["_send"])

    def failing(*arguments: Any) -> Any:
        if victim in str(arguments):
            raise raised
        return real[name](*arguments)

    monkeypatch.setattr(publish, name, failing)
    troubles: dict[str, D2DError] = {}
    posts = publish.posts({"hw1": collected}, {}, "github.com", lambda report: report, troubles.__setitem__)
    told = publish.tell(posts, tmp_path / "published.json", 0)
    assert told.sent == len(CLASS) - 1
    assert {path.split("/")[2] for path in sent} == set(CLASS) - {victim}
    assert [*troubles, *(failure.split("/")[0] for failure in told.failures)] == [victim]


def test_one_member_in_four_hostile_ways_and_one_whose_files_nobody_may_read(klass: Path, tmp_path: Path) -> None:
    for name in CLASS[:4]:
        (klass / f"{name}.ipynb").unlink()
    with zipfile.ZipFile(klass / "m00.zip", "w") as archive:
        archive.writestr("../../mini.py", RIGHT)
    (klass / "m01.ipynb").write_text('{"cells": ' + "[" * 100_000 + "}", "utf-8")
    Repository.make(klass / "m02").commit({"mini.py": RIGHT})  # a bare repository: no file of it is work
    (klass / "m03").mkdir()
    for name in ("mini.py", "mini.ipynb"):
        (klass / "m03" / name).mkdir()
    out = tmp_path / "out"
    (out / "reports").mkdir(parents=True)
    (out / "reports" / "m04.json").write_text("[" * 100_000, "utf-8")  # where m04's report belongs
    assert grade(klass, out) == 2
    everything = made(out)
    assert everything["gradebook"] == everything["page"] == everything["notebook"] == set(CLASS[4:])


@pytest.mark.slow
def test_one_who_keeps_the_reader_busy_costs_nobody_else_anything(
    klass: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (klass / "m05.ipynb").unlink()
    (klass / "m05.py").write_text("!x\n" * (2 << 20), "utf-8")
    assert grade(klass, tmp_path / "out") == 2
    assert "m05: This takes more than 5 seconds of computing to read." in capsys.readouterr().err
    assert all(members == set(CLASS) - {"m05"} for members in made(tmp_path / "out").values())


def test_where_nothing_can_be_written_the_run_ends_at_once(
    klass: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A full disk is no member's: nobody waits for the whole class to be judged for nothing."""
    judged = []
    real = Judge.judge
    monkeypatch.setattr(Judge, "judge", lambda self, submission: judged.append(1) or real(self, submission))

    def full(path: Path, *_more: object, **_options: object) -> None:
        with writing_to(path):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder, "write_whole", full)
    assert run("grade", "mini", klass, "--out", tmp_path / "out") == 3
    assert len(judged) == 1
    assert "No space left on device" in capsys.readouterr().err


def test_debug_shows_where_it_was_raised(
    klass: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_at("page", "m03", ZeroDivisionError("by zero"), monkeypatch)
    monkeypatch.setattr(app.sys, "argv", ["d2d", "--debug"])
    assert run("grade", "mini", klass, "--out", tmp_path / "out", "--pages", "--debug") == 3
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert "in failing" in said
    assert "m03: d2d itself failed: ZeroDivisionError: by zero" in said


def test_ctrl_c_is_nobodys_trouble() -> None:
    for ends in (KeyboardInterrupt, SystemExit):
        with pytest.raises(ends), one_member("kim", Troubles()):
            raise ends


def test_what_a_library_raises_that_is_no_exception_is_one_members_trouble() -> None:
    taken: dict[str, D2DError] = {}
    with one_member("kim", taken.__setitem__):
        raise Panic("poisoned")
    assert str(taken["kim"]) == "kim: d2d itself failed: Panic: poisoned"


def test_bad_input_is_a_members_where_it_is_read_and_ours_elsewhere() -> None:
    taken: dict[str, D2DError] = {}
    for theirs in (True, False):
        with one_member("kim" if theirs else "lee", taken.__setitem__, theirs=theirs):
            raise BadInputError("It is damaged.", where="kim.zip", hint="Again.")
    assert [(type(trouble).__name__, trouble.exit_code) for trouble in taken.values()] == [
        ("BadInputError", 2),
        ("OurFaultError", 3),
    ]
    assert [str(trouble) for trouble in taken.values()] == ["kim.zip: It is damaged.", "lee (kim.zip): It is damaged."]
    assert {trouble.hint for trouble in taken.values()} == {"Again."}
    assert all("in test_bad_input" in trouble.trace for trouble in taken.values())
