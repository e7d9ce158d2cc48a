from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from grader.errors import BadAssignmentError
from grader.sandbox.spec import WORKER_SCRIPT, worker_spec


def test_a_library_that_is_not_there_is_the_authors_business() -> None:
    with pytest.raises(BadAssignmentError, match="no_such_library"):
        worker_spec(["no_such_library"])


def test_the_folders_are_those_of_the_libraries() -> None:
    found = importlib.util.find_spec("numpy")
    assert found is not None
    assert found.origin is not None
    spec = worker_spec(["numpy"], without=["root"])
    assert spec.folders == (str(Path(found.origin).parent.parent),)
    assert (spec.imports, spec.without) == (("numpy",), ("root",))
    assert Path(WORKER_SCRIPT).is_file()
