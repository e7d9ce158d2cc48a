"""The tree of errors is the one that its docstring draws, exit codes included."""

from __future__ import annotations

import re

from grader import errors


def test_the_docstring_draws_the_tree_that_there_is() -> None:
    tree = errors.__doc__ or ""
    drawn = dict(re.findall(r"─ (\w+Error) +(\d) ", tree))
    classes = {name: value for name, value in vars(errors).items() if name.endswith("Error") and name != "D2DError"}
    assert {name: str(value.exit_code) for name, value in classes.items()} == drawn
    lines = re.findall(r"^ {4}([│ ]*)[├└]── (\w+Error)", tree, re.MULTILINE)
    branch: list[type] = [errors.D2DError]
    for indent, name in lines:
        del branch[len(indent) // 4 + 1 :]
        assert classes[name].__bases__ == (branch[-1],)
        branch.append(classes[name])
    assert len(lines) == len(drawn)


def test_an_error_says_where() -> None:
    assert str(errors.UsageError("What.", where="a.toml:3", hint="Next.")) == "a.toml:3: What."
    assert str(errors.UsageError("What.")) == "What."
