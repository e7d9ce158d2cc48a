"""The folder that a grading run writes: `reports/NAME.json` one by one, whole or not there, and what was there before.

A report is on the disk before anybody is told of it, so a run that is killed, or whose machine dies, loses none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.boundary import one_member
from grader.errors import BadInputError, D2DError, NoRoomError, UsageError
from grader.files import UNFINISHED, held, write_whole
from grader.grading.cohort import SummaryRow
from grader.i18n import _
from grader.member import MemberName
from grader.report.reader import Document, read_file
from grader.report.report import Report, laid_out

if TYPE_CHECKING:
    from grader.report.signature import SigningKey

_MOST_KEPT = 100  # reports in memory, of half a megabyte each at most as a rule: a class of thousands must not be


@dataclass(frozen=True)
class Kept:
    """A report that was there: what it comes to, and what it was made of (None where it is not to be relied on)."""

    row: SummaryRow
    inputs_sha256: str | None


class ReportFolder:
    """The reports of one assignment in `DIR/reports`, signed where there is a key.

    With `read_again` the latest that were written stay in memory, for pages, notebooks or a gradebook.
    """

    def __init__(
        self, folder: Path, assignment: str, key: SigningKey | None = None, *, read_again: bool = False
    ) -> None:
        self.folder, self.assignment, self.key = folder, assignment, key
        self.reports = folder / "reports"
        self.before: dict[str, Kept] = {}
        self.troubles: list[D2DError] = []  # files there that are no reports of a member
        self._latest: dict[str, Document] = {}
        self._most_kept = _MOST_KEPT if read_again else 0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Make the folder, keep other runs out of it meanwhile, and find out what an earlier run has left in it."""
        with held(self.reports):
            for left in self.reports.glob(f"{UNFINISHED}*"):
                left.unlink()
            self._look()
            yield

    def path(self, member: str) -> Path:
        """Where a member's report is."""
        return self.reports / f"{member}.json"

    def kept(self, member: str, inputs_sha256: str) -> SummaryRow | None:
        """What the report comes to that is there already, made of the very same."""
        before = self.before.get(member)
        return before.row if before is not None and before.inputs_sha256 == inputs_sha256 else None

    def write(self, report: Report) -> SummaryRow:
        """Put a report on the disk, signed."""
        signed = report if self.key is None else self.key.sign(report)
        document = Document(signed, signed.as_json())
        try:
            write_whole(self.path(report.member), laid_out(document.value), mode=0o644, lasting=True)
        except NoRoomError as error:
            hint = _("What was written before is whole. Make room, and give the same command again: it goes on there.")
            raise NoRoomError(error.what, where=error.where, hint=hint) from error
        self._latest.pop(report.member, None)
        self._latest[report.member] = document
        if len(self._latest) > self._most_kept:
            del self._latest[next(iter(self._latest))]
        return SummaryRow.of(report)

    def document(self, member: str) -> Document:
        """A member's report; the latest that were written here need not be read and checked again."""
        return self._latest.get(member) or read_file(self.path(member))

    def _look(self) -> None:
        for file in sorted(self.reports.glob("*.json")):
            document = None
            with one_member(file.stem, self._fail, theirs=True):
                document = read_file(file)
            if document is None:
                continue
            report = document.report
            if report.assignment != self.assignment:  # the one's reports would take the place of the other's
                what = _("This folder holds reports on {other}, not on {assignment}.")
                hint = _("Name another folder: --out DIR")
                text = what.format(other=report.assignment, assignment=self.assignment)
                raise UsageError(text, where=self.folder, hint=hint)
            if report.member != MemberName(file.stem):
                what = _("This report is {member}'s, and the file is called otherwise.").format(member=report.member)
                self.troubles.append(BadInputError(what, where=file))
                continue
            relied = report.complete and self._is_ours(document)
            self.before[report.member] = Kept(SummaryRow.of(report), report.inputs_sha256 if relied else None)

    def _fail(self, _member: str, trouble: D2DError) -> None:
        self.troubles.append(trouble)

    def _is_ours(self, document: Document) -> bool:
        """Whether it is signed as it would be now; without a key there is nothing to go by."""
        if self.key is None:
            return True
        from grader.report.signature import Check

        return self.key.public.check(document) is Check.VALID
