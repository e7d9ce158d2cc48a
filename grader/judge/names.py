"""What is said of names that a submission defines twice, or leaves to cells that are not run."""

from __future__ import annotations

from collections.abc import Iterable

from grader.bridge.loading import NameRemark
from grader.i18n import _
from grader.report.report import Note, Where


def notes_of_names(remarks: Iterable[NameRemark]) -> tuple[Note, ...]:
    """A note for each remark of a kind that is known here."""
    return tuple(note for remark in remarks if (note := _note(remark)) is not None)


def _note(remark: NameRemark) -> Note | None:
    if not remark.others:
        return None
    texts = {
        "redefined": _("{name} is defined more than once, and not the same; this last one counts, not {places}."),
        "placeholder-wins": _(
            "{name} is defined more than once; this last one counts, and it is not filled in. "
            "Delete it if {places} is the one that you mean."
        ),
        "only-exploration": _(
            "{name} is used here, but only code that is not run makes it ({places}): "
            "just imports, constants, functions and classes are run. Pass it as an argument instead."
        ),
        "exploration-changes": _(
            "{name} is used here with the value of its constant; code that is not run changes it later ({places})."
        ),
    }
    if remark.kind not in texts:
        return None
    places = ", ".join(_place(each) for each in remark.others)
    return Note(remark.kind, texts[remark.kind].format(name=remark.name, places=places), remark.where)


def _place(where: Where) -> str:
    if where.cell is None:
        return _("line {line}").format(line=where.line)
    return _("cell {cell}, line {line}").format(cell=where.cell, line=where.line)
