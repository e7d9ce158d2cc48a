"""A file of cases: loaded as a module of its own, its `parametrize` read as pytest reads it.

That is: the same parameters, in the same order, under the same names.
"""

from __future__ import annotations

import enum
import hashlib
import importlib.util
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from grader.errors import BadAssignmentError
from grader.i18n import _

# What pytest would run around a case. Here nobody does, and a case that relies on it would pass for nothing.
_UNSUPPORTED = ("setup_module", "setup_function", "teardown_module", "teardown_function", "pytest_generate_tests")


class _FreshFile(SourceFileLoader):
    """Compiles what stands in the file now. A kept compilation is taken for current where its length and second are."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


class _SharedFiles:
    """Finds what an assignment's files share: `from inputs import rows` means `inputs.py` of its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find_spec(self, name: str, path: Sequence[str] | None, _target: object = None) -> ModuleSpec | None:
        file = self.folder / f"{name}.py"
        if path is not None or not file.is_file():
            return None
        return importlib.util.spec_from_file_location(name, file, loader=_FreshFile(name, str(file)))


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


def run_module(name: str, file: Path, folder: Path) -> ModuleType:
    """The module of this name, of which `file` was run: it may import what lies in the assignment's `folder`."""
    spec = importlib.util.spec_from_file_location(name, file, loader=_FreshFile(name, str(file)))
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    with sharing(folder):
        spec.loader.exec_module(module)
    return module


def load_module(file: Path, folder: Path) -> ModuleType:
    """The module of a file of cases; what an author can get wrong in it is said with its place."""
    # A name of its own, since every assignment has a `test_public.py`.
    name = f"d2d_cases_{hashlib.sha256(str(file).encode()).hexdigest()[:12]}_{file.stem}"
    try:
        _check_names(file)
        module = run_module(name, file, folder)
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


def parameter_sets(function: FunctionType, where: str) -> list[tuple[str, dict[str, Any]]]:
    """A label such as `[mean-2]` and the parameters for each call of a case; one of each, empty, where it has none."""
    if inspect.iscoroutinefunction(function):
        raise BadAssignmentError(_("{name} can't be async.").format(name=function.__name__), where=where)
    calls: list[tuple[list[str], dict[str, Any]]] = [([], {})]
    for mark in getattr(function, "pytestmark", ()):
        if mark.name != "parametrize":
            text = _("{name} is marked {mark}, which is not used here: of pytest's marks only parametrize is.")
            raise BadAssignmentError(text.format(name=function.__name__, mark=mark.name), where=where)
        rows = list(_rows(*mark.args, where=where, **mark.kwargs))
        calls = [([*ids, id_], {**given, **more}) for ids, given in calls for id_, more in rows]
    labels = [f"[{'-'.join(ids)}]" if ids else "" for ids, _given in calls]
    if len(set(labels)) < len(labels):
        text = _("{name} has two sets of parameters under one name.").format(name=function.__name__)
        raise BadAssignmentError(text, where=where, hint=_("Give them names: ids=[…]."))
    return [(label, given) for label, (_ids, given) in zip(labels, calls, strict=True)]


def _rows(
    argnames: str | Sequence[str],
    argvalues: Sequence[Any],
    *,
    where: str,
    ids: Sequence[Any] | Callable[[Any], Any] | None = None,
    **others: Any,
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The id and the arguments of each row of one decorator."""
    if others:
        text = _("parametrize takes {names} in pytest, and not here.").format(names=", ".join(others))
        raise BadAssignmentError(text, where=where)
    names = [name.strip() for name in argnames.split(",")] if isinstance(argnames, str) else list(argnames)
    for at, row in enumerate(argvalues):
        is_param = hasattr(row, "marks")  # pytest.param(…, id="…")
        named = row.id if is_param else None
        values = list(row.values) if is_param else list(row) if len(names) > 1 else [row]
        if is_param and row.marks:
            raise BadAssignmentError(_("pytest.param takes no marks here."), where=where)
        if len(values) != len(names):
            text = _("parametrize names {names}, and one of its rows has {count} values.")
            raise BadAssignmentError(text.format(names=", ".join(names), count=len(values)), where=where)
        if named is None and ids is not None and not callable(ids):
            named = None if ids[at] is None else _word(ids[at]) or str(ids[at])
        own = ids if callable(ids) else None
        label = "-".join(_label(name, value, at, own) for name, value in zip(names, values, strict=True))
        yield named or label, dict(zip(names, values, strict=True))


def _label(name: str, value: Any, at: int, ids: Callable[[Any], Any] | None) -> str:
    """What pytest calls a value: itself where that is a word, else the argument with the number of the row."""
    chosen = ids(value) if ids is not None else None
    return _word(value if chosen is None else chosen) or f"{name}{at}"


def _word(value: Any) -> str | None:
    if isinstance(value, str):
        return value.encode("unicode_escape").decode("ascii")
    if value is None or isinstance(value, (float, int, bool, complex, enum.Enum)):
        return str(value)
    if isinstance(value, re.Pattern):
        return str(value.pattern)
    name = getattr(value, "__name__", None)
    return name if isinstance(name, str) else None
