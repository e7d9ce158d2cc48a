"""The plan of the house: a name means one thing, a module is short and has its test, no test looks at a clock."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GRADER, TESTS = ROOT / "grader", ROOT / "tests"
MODULES = sorted(path.relative_to(GRADER) for path in GRADER.rglob("*.py"))
TEST_MODULES = sorted(path.relative_to(TESTS) for path in TESTS.rglob("test_*.py") if "corpus" not in path.parts)
MOST_LINES = 400
# Folders of tests that no single module is tested by, and what they prove.
CROSS_CUTTING = {
    "actions": "the workflows, run as GitHub runs them",
    "assignments": "the assignments: their cases, handouts and notebooks",
    "attacks": "what a hostile submission can reach",
    "browser": "the pages, in a real Chromium",
    "fuzz": "hostile and random files",
    "reference": "the model answers, against PyTorch",
    "verdicts": "whole runs of the judge, from a file to its report",
}
# Tests of the repository itself, and of what its guides promise.
WHOLE = {"test_catalogs.py", "test_docs.py", "test_house.py", "test_readme.py", "test_wheel.py"}
# Tests inside a room that several of its modules take part in.
WHOLE |= {
    "cli/test_language.py",  # in which language a command speaks
    "grading/test_engines.py",  # the table of engines, which stands in the room's __init__
    "gradebook/test_writers.py",  # processes that write at once
}
_PAGE_CLOCK = re.compile(r"\b(?:performance|Date)\.now\(")
CLOCKS = {"monotonic", "perf_counter", "process_time", "thread_time", "time", "time_ns"}


def public_names(path: Path) -> Iterator[str]:
    """What a module defines at top level without a leading underscore."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names = [node.name]
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
        else:
            continue
        yield from (name for name in names if not name.startswith("_"))


def looks_at_clocks(path: Path) -> list[int]:
    """The lines of a test module that ask a clock for the time, in the script of a page too."""
    lines = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.ImportFrom(module="time", names=names) if {name.name for name in names} & CLOCKS:
                lines.append(node.lineno)
            case ast.Attribute(value=ast.Name(id="time"), attr=name) if name in CLOCKS:
                lines.append(node.lineno)
            case ast.Constant(value=str() as text) if _PAGE_CLOCK.search(text):
                lines.append(node.lineno)
    return sorted(lines)


def test_a_public_name_is_defined_once() -> None:
    homes: defaultdict[str, set[str]] = defaultdict(set)
    for module in MODULES:
        for name in public_names(GRADER / module):
            homes[name].add(str(module))
    assert {name: modules for name, modules in homes.items() if len(modules) > 1} == {}


def test_no_module_is_long() -> None:
    lengths = {str(module): len((GRADER / module).read_text("utf-8").splitlines()) for module in MODULES}
    assert {module: lines for module, lines in lengths.items() if lines > MOST_LINES} == {}


def test_each_module_has_its_test() -> None:
    wanted = {module.with_name(f"test_{module.name}") for module in MODULES if not module.name.startswith("__")}
    assert sorted(map(str, wanted - set(TEST_MODULES))) == []


def test_each_test_has_its_module() -> None:
    mirrors = [module for module in TEST_MODULES if module.parts[0] not in CROSS_CUTTING and str(module) not in WHOLE]
    modules = {module.with_name(f"test_{module.stem.strip('_')}.py") for module in MODULES}
    assert [str(module) for module in mirrors if module not in modules] == []


def test_no_test_looks_at_a_clock() -> None:
    """Waiting is done in `tests/waiting.py`, and what work costs is counted in `tests/cost.py`."""
    looks = {str(module): looks_at_clocks(TESTS / module) for module in TEST_MODULES}
    assert {module: lines for module, lines in looks.items() if lines} == {}


def test_a_look_at_a_clock_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "test_it.py"
    path.write_text(
        "import time\nfrom time import monotonic\nassert time.perf_counter() - 1 < 2\ntime.sleep(0)\n"
        "page.evaluate('performance' '.now()')\n",
        "utf-8",
    )
    assert looks_at_clocks(path) == [2, 3, 5]
