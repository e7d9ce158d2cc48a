"""The tree of errors is the one that its docstring draws, exit codes included."""

from __future__ import annotations

import re

from grader import errors


def test_the_docstring_draws_the_tree_that_there_is() -> None:
    tree = errors.__doc__ or ""
    drawn = dict(re.findall(r"─ (\w+Error) +(\d) ", tree))
    classes = {name: value for name, value in vars(errors).items() if name.endswith("Error") and name != "D2DError"}
    assert {name: str(value.exit_code) for name, value in classes.items()} == drawn
    lines = re.findall(r"^( *[│ ]*)[├└]── (\w+Error)", tree, re.MULTILINE)
    for indent, name in lines:
        parent = errors.BadInputError if "│" in indent else errors.D2DError
        assert classes[name].__bases__ == (parent,)


def test_an_error_says_where() -> None:
    assert str(errors.UsageError("What.", where="a.toml:3", hint="Next.")) == "a.toml:3: What."
    assert str(errors.UsageError("What.")) == "What."
