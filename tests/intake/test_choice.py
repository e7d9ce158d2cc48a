"""Of several versions the one in which most is done is judged."""

from __future__ import annotations

from pathlib import Path

import pytest

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


def test_the_stub_beside_the_work_is_not_mentioned(tmp_path: Path) -> None:
    (tmp_path / "hw1.py").write_text(STUB, "utf-8")
    (tmp_path / "hw1-final.py").write_text(STUB.replace("raise NotImplementedError", "return x"), "utf-8")
    submission = read_submission(tmp_path, "hw1", ["mse", "double"])
    assert (submission.file, submission.notes) == ("hw1-final.py", ())
