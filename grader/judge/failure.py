"""Why a case failed, in words that fit who may read them.

A failure has a kind out of a fixed list. Of a public case the student reads everything; of a hidden one only the
sentence that belongs to the kind: whatever the student's code chose (a number, a shape, a text) could otherwise
carry the inputs of hidden cases out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from grader.i18n import _
from grader.report.plot import Plot

# A function each, not a text: the language is chosen after this module is loaded.
KINDS: dict[str, Callable[[], str]] = {
    "type": lambda: _("The answer is of the wrong type."),
    "shape": lambda: _("The shape of the answer is wrong."),
    "dtype": lambda: _("The dtype of the answer is wrong."),
    "nan": lambda: _("The answer has NaN where a number belongs."),
    "not-nan": lambda: _("The answer has a number where NaN belongs."),
    "infinite": lambda: _("The answer is infinite where it should be finite."),
    "finite": lambda: _("The answer is finite where it should be infinite."),
    "sign": lambda: _("The sign is turned round."),
    "scale": lambda: _("The values are off by a constant factor."),
    "shift": lambda: _("The values are off by a constant."),
    "values": lambda: _("The values are not right."),
    "length": lambda: _("The answer has the wrong number of parts."),
    "no-exception": lambda: _("An exception should have been raised here."),
    "other-exception": lambda: _("Another exception should have been raised here."),
    "changed-input": lambda: _("The function changed what it was given."),
    "too-large": lambda: _("The answer is too large or too deeply nested to be read."),
    "assertion": lambda: _("The answer does not do what this case asks for."),
}


@dataclass(frozen=True)
class Shown:
    """What a student sees of a wrong answer beside the sentence: values side by side, and a plot."""

    details: tuple[str, ...] = ()
    plot: Plot | None = None


class CaseFailure(AssertionError):
    """The student's answer is not right. What is shown of it is made when it is asked for: of hidden cases never."""

    def __init__(self, kind: str, message: str | None = None, show: Callable[[], Shown] = Shown) -> None:
        self.kind = kind
        self.general = KINDS[kind]()
        self.message = message or self.general
        self.show = show
        super().__init__(self.message)

    @cached_property
    def shown(self) -> Shown:
        return self.show()
