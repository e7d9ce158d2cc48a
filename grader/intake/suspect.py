"""Whether a cell may have IPython's own syntax in it; the common one has not, and need not pay for a closer look."""

from __future__ import annotations

import re

# The last part is a cell that begins with an indent: a notebook takes that away.
_SUSPECT = re.compile(
    r"^[ \t]*(?:[!%?,;/]|>>>|\.\.\.|In \[|get_ipython\(\))|=[ \t]*[!%]|\?[ \t]*$|\A\s*^[ \t]", re.MULTILINE
)


def is_suspect(source: str) -> bool:
    """A cell or file that `grader.intake.ipython` has to look at."""
    return _SUSPECT.search(source) is not None
