"""From how a case ended to what is said of it: the verdict, and words for whoever may read them.

A failure has a kind out of a fixed list. Of a public case the student reads everything; of a hidden one only the
sentence that belongs to the kind: whatever the student's code chose (a number, a shape, a text) could otherwise
carry the inputs of hidden cases out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from grader.assignment.manifest import Limits
from grader.bridge.outcomes import MissingNameError, RaisedError, RefusedError
from grader.errors import D2DError
from grader.i18n import _
from grader.report.report import Plot, Verdict, Where
from grader.sandbox.budget import Overrun
from grader.sandbox.worker import EndedError

_LONGEST = 2000  # characters of what an exception of a case says: an answer may stand in it
_HOME = Path(__file__).parents[1]
# What working with a value of the wrong kind raises. A NameError or an ImportError is the author's own.
_BY_ODD_ANSWERS = (TypeError, ValueError, AttributeError, LookupError, ArithmeticError)

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


@dataclass(frozen=True)
class Outcome:
    """How a case ended. `message` is for public cases; `general` has nothing that the student's code chose."""

    verdict: Verdict
    message: str
    general: str
    failure: CaseFailure | None = None
    raised: RaisedError | None = None
    at: Where | None = None  # a line that is known without running anything

    @property
    def shown(self) -> Shown:
        """What a student may see beside the message, where the case is public."""
        return Shown() if self.failure is None else self.failure.shown


def outcome_of(
    error: BaseException | None, *, called: str | None, answered: bool, signatures: dict[str, str], limits: Limits
) -> Outcome:
    """The outcome of a case that ended with `error` (None: it passed).

    `called` is the function that it asked last, and `answered` whether the submission had answered anything in it.
    """
    if error is None:
        return Outcome(Verdict.PASSED, "", "")
    if isinstance(error, CaseFailure):
        return Outcome(Verdict.FAILED, error.message, error.general, failure=error)
    if isinstance(error, MissingNameError):
        return _same(Verdict.MISSING, _("{name} is not written yet.").format(name=error.name))
    if isinstance(error, RaisedError):
        return _raised(error, called, signatures)
    if isinstance(error, RefusedError):
        if error.reason == "not-callable":
            return _same(Verdict.FAILED, _("{name} is not a function.").format(name=called or ""))
        return _same(Verdict.FAILED, KINDS["type" if error.reason == "no-value" else "too-large"]())
    if isinstance(error, EndedError):
        return _ended(error, limits)
    if isinstance(error, AssertionError):
        general = KINDS["assertion"]()
        return Outcome(Verdict.FAILED, str(error)[:_LONGEST] or general, general)
    if answered and isinstance(error, _BY_ODD_ANSWERS) and not _is_ours(error):
        # The reference passes this case (`audit` proves it), so it was the answer that the case could not work with.
        return _same(Verdict.FAILED, KINDS["type"]())
    # Whatever else comes out of a case is the judge's or the author's: it must not cost the student anything.
    text = _("The judge itself failed here ({reason}). This is not your fault; tell the staff.")
    general = text.format(reason=type(error).__name__)
    reason = f"{type(error).__name__}: {error}"[:_LONGEST]
    return Outcome(Verdict.UNGRADABLE, text.format(reason=reason), general)


def _is_ours(error: BaseException) -> bool:
    """Whether the exception came out of this program: then the case was not merely handed an odd answer."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return isinstance(error, D2DError) or trace is None or Path(trace.tb_frame.f_code.co_filename).is_relative_to(_HOME)


def _raised(error: RaisedError, called: str | None, signatures: dict[str, str]) -> Outcome:
    if "NotImplementedError" in error.bases:
        return _same(Verdict.MISSING, _("{name} is not written yet.").format(name=called or ""), error)
    if "MemoryError" in error.bases:
        return _same(Verdict.MEMORY, _("It needed more memory than there is for it."), error)
    # Only builtin names are repeated where a hidden case's input could be written into the name of a class.
    known = error.type_name if error.type_name in error.bases else _("an exception")
    general = _("Your code raised {name}.").format(name=known)
    message = _("Your code raised {error}").format(error=error)
    if "TypeError" in error.bases and not error.frames and called in signatures:
        message += "\n" + _("It is called as {signature}.").format(signature=signatures[called])
    if "RecursionError" in error.bases:
        message = general = _("It calls itself without an end (RecursionError).")
    return Outcome(Verdict.ERROR, message, general, raised=error)


def _ended(error: EndedError, limits: Limits) -> Outcome:
    if error.how == "timeout":
        return _same(Verdict.TIMEOUT, _timeout(error.overrun or Overrun(limits.case_seconds)))
    if error.how == "memory":
        return _same(Verdict.MEMORY, _("It needed more memory than there is for it."))
    if error.how == "lost":
        text = _("The process that your code is started from was ended from outside. This is not your fault.")
        return _same(Verdict.UNGRADABLE, text)
    general = _("The process that ran your code ended in the middle of it.")
    text = _("The process that ran your code ended in the middle of it ({reason}).")
    return Outcome(Verdict.CRASHED, text.format(reason=error.detail) if error.detail else general, general)


def _timeout(overrun: Overrun) -> str:
    if overrun.asleep:
        text = _("It slept or waited for {seconds} seconds, and nothing more is waited for.")
    elif overrun.whole:
        text = _("The {seconds} seconds of computing that a submission has as a whole were used up.")
    else:
        text = _("It computed longer than the {seconds} seconds that there are for it.")
    return text.format(seconds=f"{overrun.seconds:g}")


def _same(verdict: Verdict, message: str, raised: RaisedError | None = None) -> Outcome:
    return Outcome(verdict, message, message, raised=raised)
