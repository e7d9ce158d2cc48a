"""Of several versions the one in which most is done is judged; what counts as done."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.intake import Cell
from grader.intake.choice import defined_names, written_names
from grader.intake.read import read_submission

STUB = "def mse(x, y):\n    raise NotImplementedError\n\ndef double(x):\n    raise NotImplementedError\n"


@pytest.mark.parametrize(
    "done",
    [
        "def mse(x, y):  # done\n    return x\n\ndef double(x):  # done\n    return x\n",
        "def mse(x, y): return x\n\ndef double(x): return x\n",
        "mse = lambda x, y: x\ndouble = lambda x: x\n",
    ],
)
def test_a_version_that_is_done_goes_before_one_that_is_begun(tmp_path: Path, done: str) -> None:
    (tmp_path / "hw1.py").write_text(done, "utf-8")
    (tmp_path / "hw1 (1).py").write_text(STUB.replace("raise NotImplementedError", "return x", 1), "utf-8")
    submission = read_submission(tmp_path, "hw1", ["mse", "double"])
    assert submission.file == "hw1.py"
    assert [note.kind for note in submission.notes] == ["versions"]


def test_a_slip_in_one_function_does_not_make_an_older_version_win(tmp_path: Path) -> None:
    (tmp_path / "hw1.py").write_text("def mse(x, y): return x\n\ndef double(x): return x\n\ndef more(:\n", "utf-8")
    (tmp_path / "hw1-old.py").write_text(STUB.replace("raise NotImplementedError", "return x", 1), "utf-8")
    assert read_submission(tmp_path, "hw1", ["mse", "double"]).file == "hw1.py"


def test_names_and_their_bodies_are_read_and_not_text() -> None:
    """What stands in a comment or a text, or has no body, is not done."""
    assert written("# def mse(x): return x\nTEXT = 'def double(x): return x'\ndef f(x): ...") == {"TEXT"}
    assert written("if True:\n    def mse(x): return x\ntry:\n    pass\nexcept OSError:\n    f = abs") == {"mse", "f"}
    assert defined_names([Cell("hw1.py", STUB)]) == {"mse", "double"}


def test_the_stub_beside_the_work_is_not_mentioned(tmp_path: Path) -> None:
    (tmp_path / "hw1.py").write_text(STUB, "utf-8")
    (tmp_path / "hw1-final.py").write_text(STUB.replace("raise NotImplementedError", "return x"), "utf-8")
    submission = read_submission(tmp_path, "hw1", ["mse", "double"])
    assert (submission.file, submission.notes) == ("hw1-final.py", ())


def written(source: str) -> frozenset[str]:
    return written_names([Cell("hw1.py", source)])[0]


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n    return x\n",
        "def f(x):  # done\n    return x\n",
        "def f(x): return x\n",
        "def f(x): y = x; return y\n",
        "def f(\n    x,  # the input:\n):\n    '''What it does.'''\n    return x\n",
        "async def f(x):\n    return x\n",
        "@staticmethod\ndef f(x) -> dict[str, int]:\n    return {}\n",
        "def f(x):\n    if x is None:\n        raise NotImplementedError('not for None')\n    return x\n",
        "def f(x):\n    return 'NotImplementedError'\n",
        "f = lambda x: x\n",
        "class f:\n    def __init__(self):\n        self.x = 1\n",
        "class f:\n    x = 1\n",
    ],
)
def test_written(source: str) -> None:
    assert written(source) == {"f"}


@pytest.mark.parametrize(
    "source",
    [
        "",
        "def f(x): pass\n",
        "def f(x): ...\n",
        "def f(x):  # TODO\n    raise NotImplementedError\n",
        "def f(x):\n    '''What it does.'''\n    raise NotImplementedError('write me')\n",
        "def f(x):\n    '''What it does.'''\n",
        "def f(x):\n    return None\n",
        "def f(x):\n    y = x\n    raise NotImplementedError\n",
        "class f:\n    '''What it is.'''\n    x: int\n    def g(self):\n        raise NotImplementedError\n",
        "f = None\n",
        "f: int\n",
        "def f(x:\n    return x\n",
    ],
)
def test_not_written(source: str) -> None:
    assert written(source) == frozenset()


def test_all_that_is_written_is_counted() -> None:
    source = (
        "class A:\n    def f(self): return 1\n    def g(self): pass\ndef h():\n    def i(): return 1\n    return i\n"
    )
    assert written_names([Cell("a.py", source)])[1] == 4  # A, f, h and i


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "-" * 100_000 + "1",
        "not " * 50_000 + "1",
        "lambda:" * 30_000 + "1",
        "a" + ".b" * 100_000,
        "1" + "+1" * 100_000,
        "1" * 100_000,
        "".join(" " * depth + "if 1:\n" for depth in range(500)),
        "x = 'a\0b'\n",
        "x = '\ud800'\n",
        "x = 1\n" * (1 << 18),
    ],
    ids=lambda text: text[:8],
)
def test_hostile_text_is_not_written_and_does_no_harm(text: str) -> None:
    names, count = written_names([Cell("a.py", "def f(x): return x\n"), Cell("a.py", text)])
    assert (names - {"x"}, count) == ({"f"}, 1)


def test_an_escape_that_python_warns_of_is_no_error() -> None:
    assert written("def f(x):\n    return '\\d'\n") == {"f"}
