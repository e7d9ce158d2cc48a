"""A large notebook beside the same code in a plain file: what reading it cell by cell costs."""

from __future__ import annotations

import ast
import base64
import json
import random
import sys
import tempfile
from pathlib import Path

from start import D2D, course, paired
from table import Row

ROOT = Path(__file__).parents[2]
CELLS, BYTES = 150, 3 << 20
_MORE = 0.3  # seconds
# What stands between the definitions of real notebooks.
_BETWEEN = (
    "!pip install --quiet torchvision\nimport matplotlib.pyplot as plt",
    "%matplotlib inline\nplt.rcParams['figure.figsize'] = (8, 3)",
    "x = np.linspace(-5, 5, 1000)\nplt.plot(x, sigmoid(x))\nplt.show()",
    "for epoch in range(100000):\n    loss = mse_loss(x, np.zeros(1000))\n    print(epoch, loss)",
    "%%time\nhistory = [l1_loss(x, x + k) for k in range(10000)]",
    "scores = {name: input(name) for name in ('kim', 'lee')}",
)


def sources() -> list[str]:
    """The reference's statements, one a cell, among others."""
    text = (ROOT / "reference" / "hw1.py").read_text("utf-8")
    cells = [ast.get_source_segment(text, node) or "" for node in ast.parse(text).body]
    return [cells.pop(0) if at % 3 == 0 and cells else _BETWEEN[at % len(_BETWEEN)] for at in range(CELLS - 1)] + [
        "\n\n\n".join(cells)
    ]


def write(folder: Path) -> None:
    """`large.ipynb` with pictures below its cells, and `large.py`."""
    picture = base64.b64encode(random.Random(0).randbytes(BYTES * 3 // 4 // CELLS)).decode()
    output = {"output_type": "display_data", "data": {"image/png": picture, "text/plain": ["<Figure>"]}, "metadata": {}}
    cells = [
        {"cell_type": "code", "execution_count": at, "metadata": {}, "outputs": [output], "source": source}
        for at, source in enumerate(sources(), 1)
    ]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, indent=1)
    assert len(text) >= BYTES
    (folder / "large.ipynb").write_text(text, "utf-8")
    (folder / "large.py").write_text("\n\n\n".join(f"# %%\n{source}" for source in sources()), "utf-8")


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = course(Path(name))
        write(folder)
        check = [*D2D, "check", "hw1"]
        notebook, script = paired([*check, "large.ipynb"], [*check, "large.py"], folder, runs=9)
    meaning = f"its .py equivalent ({script:.3f} s) + {_MORE} s"
    return [Row(f"check of 3 MB and {CELLS} cells", notebook, script + _MORE, "s", meaning)]


if __name__ == "__main__":
    print(*rows(), sep="\n")
    sys.exit(not all(row.held for row in rows()))
