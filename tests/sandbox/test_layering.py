"""The direction of imports is the direction of data: cli → batch → judge → bridge → sandbox → intake → course."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import grader

PACKAGE = Path(grader.__file__).parent
ORDER = ("cli", "batch", "judge", "bridge", "sandbox", "intake", "course")
# What is known of a grading and how it is shown stands beside that line.
BESIDE = {
    "records": {"records", "course"},
    "render": {"render", "records", "course"},
}
ANYBODY = {"errors", "i18n", "clean", ""}  # "" is the package itself: its version
# These run in the worker, whichever folder they lie in.
_BRIDGE = ("wire", "reading", "scopes", "constants", "roles", "selection", "stubs", "canary", "server")
WORKERS_SIDE = (*(f"bridge/{name}.py" for name in _BRIDGE), "sandbox/removal.py", "sandbox/zygote.py")
OF_THE_WORKER = {*(f"grader.bridge.{name}" for name in _BRIDGE), "grader.sandbox.removal"}


def imports(file: Path) -> Iterator[tuple[str, int]]:
    """Every module that a file imports anywhere in it, by its full name."""
    package = ("grader", *file.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                name = f"{base}.{alias.name}"
                path = PACKAGE.joinpath(*name.split(".")[1:])
                yield (name if base.startswith("grader") and is_module(path) else base), node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "import_module":
            assert file.name == "app.py", f"{file}:{node.lineno} imports by a name that can't be read here"


def is_module(path: Path) -> bool:
    return path.is_dir() or path.with_suffix(".py").is_file()


def folder(module: str) -> str:
    """The folder of the package that a module of ours lies in."""
    parts = module.split(".")
    if len(parts) == 1:
        return ""
    return parts[1]


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_imports_point_one_way(file: Path) -> None:
    relative = str(file.relative_to(PACKAGE)).replace("\\", "/")
    home = relative.split("/")[0] if "/" in relative else ""
    if relative in WORKERS_SIDE:
        return  # held to less by the test below
    for module, line in imports(file):
        if module.split(".")[0] != "grader":
            continue
        other = folder(module)
        if other in ANYBODY:
            continue
        where = f"{relative}:{line} imports {module}"
        if home in ("", "cli"):
            continue  # `python -m grader` and the commands stand above everything
        if home in BESIDE:
            assert other in BESIDE[home], where
        else:
            allowed = {*ORDER[ORDER.index(home) :], "records"} | ({"render"} if home == "batch" else set())
            assert other in allowed, where


@pytest.mark.parametrize("name", WORKERS_SIDE)
def test_the_workers_side_imports_nothing_of_ours_but_itself(name: str) -> None:
    allowed = set(sys.stdlib_module_names) | {"numpy", "torch"}
    for module, line in imports(PACKAGE / name):
        top = module.split(".")[0]
        if top == "grader":
            ours = module if module in OF_THE_WORKER else module.rpartition(".")[0]
            # The layers of the sandbox are applied in the worker's own process, before student code is read.
            assert ours in OF_THE_WORKER or module.startswith("grader.sandbox.layers"), f"{name}:{line}: {module}"
        else:
            assert top in allowed, f"{name}:{line}: {module}"


def test_the_layers_of_the_sandbox_need_the_standard_library_alone() -> None:
    for file in sorted((PACKAGE / "sandbox" / "layers").rglob("*.py")):
        for module, line in imports(file):
            ours = module.startswith("grader.sandbox.layers")
            assert ours or module.split(".")[0] in sys.stdlib_module_names, f"{file.name}:{line}: {module}"


def test_every_folder_has_its_place() -> None:
    folders = {file.relative_to(PACKAGE).parts[0] for file in FILES if len(file.relative_to(PACKAGE).parts) > 1}
    assert folders <= {*ORDER, *BESIDE}


def test_what_is_read_here_sees_an_import_that_is_there() -> None:
    found = {module for module, _line in imports(PACKAGE / "bridge" / "server.py")}
    assert "grader.bridge.wire" in found
    assert "struct" in found
