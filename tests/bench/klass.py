"""A class as it hands in: half of it right, half with the mistakes that people make; notebooks and Python files.

The right ones are the reference and the accepted alternatives. The wrong ones have one to three functions each changed
in one place (a sign, an axis, a factor, a `mean` for a `sum`), or not written; some have a cell that does not parse.
Everything is drawn from one seed, so a class of a size is always the same.
"""

from __future__ import annotations

import ast
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from grader.authoring.mutants import mutants

ROOT = Path(__file__).parents[2]
SEED = 2026


def hand_in(folder: Path, hw: str, count: int = 100) -> Path:
    """A folder of `count` entries for `hw`."""
    folder.mkdir(parents=True, exist_ok=True)
    for at, source in enumerate(sources(hw, count)):
        if at % 2:
            (folder / f"member{at:04}.py").write_text(source, "utf-8")
        else:
            (folder / f"member{at:04}.ipynb").write_text(notebook(source), "utf-8")
    return folder


def sources(hw: str, count: int) -> list[str]:
    """What the members wrote; of four neighbours two are right, one as a notebook and one as a file."""
    draw = random.Random(f"{SEED} {hw}")
    reference = (ROOT / "reference" / f"{hw}.py").read_text("utf-8")
    right = [reference, *_alternatives(hw)]
    wrong = _mistakes(reference)
    return [draw.choice(right) if at % 4 < 2 else _wrong(draw, reference, wrong) for at in range(count)]


def notebook(source: str) -> str:
    """The source as a notebook: text, a cell a definition, and somebody trying it out below."""
    cells = []
    for unit in _units(source):
        cells += [_cell("markdown", "## Next"), _cell("code", unit)]
    cells.append(_cell("code", "import numpy as np\nnp.random.seed(0)\nprint(np.random.normal(size=3))"))
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def _cell(kind: str, source: str) -> dict[str, object]:
    more = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {"cell_type": kind, "id": "x", "metadata": {}, "source": source.splitlines(keepends=True), **more}


def _units(source: str) -> list[str]:
    """The source cut before each definition, so that comments stay where they are; one piece if it does not parse."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return [source]
    starts = [min([node.lineno, *(d.lineno for d in node.decorator_list)]) for node in tree.body
              if isinstance(node, ast.FunctionDef | ast.ClassDef)]  # fmt: skip
    lines = source.splitlines(keepends=True)
    bounds = [0, *(start - 1 for start in starts), len(lines)]
    return [text for a, b in pairwise(bounds) if (text := "".join(lines[a:b])).strip()]


def _alternatives(hw: str) -> list[str]:
    return [file.read_text("utf-8") for file in sorted((ROOT / "tests" / "corpus" / hw).glob("alternative-*/*.py"))]


def _mistakes(reference: str) -> dict[str, list[str]]:
    """By function or class, the ways in which its definition can be wrong in one place."""
    found = defaultdict(list)
    for mutant in mutants(reference):
        name = mutant.name.partition(":")[0]
        found[name].append(_definitions(mutant.source)[name])
    return dict(found)


def _wrong(draw: random.Random, reference: str, mistakes: dict[str, Sequence[str]]) -> str:
    parts = _definitions(reference)
    for name in draw.sample(sorted(mistakes), draw.randint(1, 3)):
        parts[name] = draw.choice(mistakes[name])
    names = [name for name in parts if name]
    if draw.random() < 0.3:  # not finished: the last ones are as they were handed out
        for name in names[-draw.randint(1, 3) :]:
            parts[name] = _not_written(parts[name])
    source = "\n\n".join(parts.values())
    return source + "\n\nprint('done'\n" if draw.random() < 0.1 else source


def _definitions(source: str) -> dict[str, str]:
    """The text of each definition by name, and of everything before the first one by ''."""
    parts: dict[str, str] = {"": ""}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            parts[node.name] = ast.unparse(node)
        else:
            parts[""] += ast.unparse(node) + "\n"
    return parts


def _not_written(source: str) -> str:
    """A definition whose functions raise NotImplementedError."""
    node = ast.parse(source)
    for each in ast.walk(node):
        if isinstance(each, ast.FunctionDef):
            each.body = ast.parse("raise NotImplementedError").body
    return ast.unparse(node)
