"""Loading a file of cases as a module of its own."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from grader.errors import BadAssignmentError
from grader.i18n import _

# What pytest would run around a case. Here nobody does, and a case that relies on it would pass for nothing.
_UNSUPPORTED = ("setup_module", "setup_function", "teardown_module", "teardown_function", "pytest_generate_tests")


class _SharedFiles:
    """Finds what an assignment's files share: `from inputs import rows` means `inputs.py` of its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find_spec(self, name: str, path: Sequence[str] | None, _target: object = None) -> ModuleSpec | None:
        file = self.folder / f"{name}.py"
        if path is not None or not file.is_file():
            return None
        return importlib.util.spec_from_file_location(name, file)


@contextmanager
def sharing(folder: Path) -> Iterator[None]:
    """Meanwhile the modules of `folder` can be imported; afterwards another assignment may use the same names."""
    finder = _SharedFiles(folder)
    before = {file.stem: sys.modules.pop(file.stem) for file in folder.glob("*.py") if file.stem in sys.modules}
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for file in folder.glob("*.py"):
            sys.modules.pop(file.stem, None)
        sys.modules.update(before)


def load_module(file: Path, folder: Path) -> ModuleType:
    """The module in `file`, which may import what lies in the assignment's `folder`."""
    # A name of its own, since every assignment has a `test_public.py`.
    name = f"d2d_cases_{hashlib.sha256(str(file).encode()).hexdigest()[:12]}_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        _check_names(file)
        with sharing(folder):
            spec.loader.exec_module(module)
    except BadAssignmentError:
        raise
    except Exception as error:
        line = getattr(error, "lineno", None)
        text = _("The cases can't be collected:") + f"\n{type(error).__name__}: {error}"
        raise BadAssignmentError(text, where=f"{file}:{line}" if line else file) from error
    for name, value in vars(module).items():
        if name in _UNSUPPORTED or type(value).__name__ == "FixtureFunctionDefinition" or _is_test_class(name, value):
            text = _("{name} is not used here: cases are plain functions, called with our own fixtures.")
            raise BadAssignmentError(text.format(name=name), where=file)
    return module


def name_taken(name: str, where: str) -> BadAssignmentError:
    """The complaint about a second case of one name."""
    return BadAssignmentError(
        _("Two cases are called {name}.").format(name=name), where=where, hint=_("Rename one of them.")
    )


def _is_test_class(name: str, value: object) -> bool:
    return name.startswith("Test") and isinstance(value, type) and any(part.startswith("test") for part in vars(value))


def _check_names(file: Path) -> None:
    """No two cases of a file have one name: Python would forget the first, and its points with it."""
    seen = set()
    # By its letters: a syntax tree of the file takes some 300 times as long, at a member's every start.
    for line, text in enumerate(file.read_text("utf-8").splitlines(), 1):
        if text.startswith("def test_"):
            name = text[4:].partition("(")[0]
            if name in seen:
                raise name_taken(name, f"{file}:{line}")
            seen.add(name)
