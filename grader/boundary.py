"""One member, one failure: what goes wrong with one member's work is that member's trouble, and the others go on."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from grader.clean import inline
from grader.errors import OUR_FAULT, BadAssignmentError, D2DError, MachineError, OurFaultError
from grader.i18n import _

TakeTrouble = Callable[[str, D2DError], None]  # is given a member's name, and what went wrong


@contextmanager
def one_member(member: str, take: TakeTrouble, *, theirs: bool = False) -> Iterator[None]:
    """Give whatever is raised inside to `take` as this member's trouble.

    What is this machine's, or the author's of the assignment, gets out, since it concerns everybody, and so does what
    ends the command. All else is our fault, unless `theirs` says that a member's file is read inside: then bad input
    stays bad input.
    """
    try:
        yield
    except (MachineError, BadAssignmentError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 — some libraries' own derive from it, a panic in Rust for one
        take(member, _trouble(member, error, theirs=theirs))


def _trouble(member: str, error: BaseException, *, theirs: bool) -> D2DError:
    """The error as one of ours, with its traceback for `--debug`."""
    if not isinstance(error, D2DError):
        reason = inline(f"{type(error).__name__}: {error}")
        hint = _(
            "This is not the member's fault. Give the same command again with --debug, and tell us what it prints."
        )
        trouble: D2DError = OurFaultError(
            _("d2d itself failed: {reason}").format(reason=reason), where=member, hint=hint
        )
    elif theirs or error.exit_code == OUR_FAULT:
        trouble = error
    else:
        trouble = OurFaultError(error.what, where=error.where, hint=error.hint)
    if trouble.where is None or member not in trouble.where:  # whoever reads it must know whose it is
        trouble.where = member if trouble.where is None else f"{member} ({trouble.where})"
    trouble.trace = trouble.trace or "".join(traceback.format_exception(error))
    return trouble
