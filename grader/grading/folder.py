"""The folder that a grading run writes: `reports/NAME.json` one by one, whole or not there, and what was there before.

A report is on the disk before anybody is told of it, so a run that is killed, or whose machine dies, loses none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from grader.boundary import one_member
from grader.errors import BadInputError, D2DError, FileError, NoRoomError, UsageError
from grader.files import UNFINISHED, held, write_whole
from grader.grading.cohort import SummaryRow
from grader.grading.ledger import LEDGER_FILE, Kept, Ledger
from grader.i18n import _
from grader.member import MemberName
from grader.report.reader import LARGEST_FILE, Document, read_file
from grader.report.report import Report, laid_out

if TYPE_CHECKING:
    from grader.grading.secret import Seal
    from grader.report.signature import SigningKey

_MOST_KEPT = 100  # reports in memory, of half a megabyte each at most as a rule: a class of thousands must not be


class ReportFolder:
    """The reports of one assignment in `DIR/reports`, signed where there is a key.

    Without one a seal tells the reports that earlier runs have judged from those that somebody else may have written.
    With `read_again` the latest that were written stay in memory, for pages, notebooks or a gradebook. `tell` hears how
    many of the reports that were there have been looked at, and how many there are.
    """

    def __init__(
        self,
        folder: Path,
        assignment: str,
        key: SigningKey | None = None,
        seal: Seal | None = None,
        *,
        read_again: bool = False,
        tell: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> None:
        self.folder, self.assignment, self.key, self.tell = folder, assignment, key, tell
        self.reports = folder / "reports"
        self.ledger = Ledger(folder / LEDGER_FILE, assignment, key or seal)
        self.before: dict[str, Kept] = {}
        self.troubles: list[D2DError] = []  # files there that are no reports of a member
        self._latest: dict[str, Document] = {}
        self._judged: dict[str, str] = {}  # the hash of each report that a run of ours has judged, by member
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
        document = Document(signed, signed.as_json(), judged=True)
        data = laid_out(document.value).encode("utf-8")
        digest = hashlib.sha256(data).hexdigest()
        try:
            self.ledger.add(signed, digest)
            write_whole(self.path(report.member), data, mode=0o644, lasting=True)
        except NoRoomError as error:
            hint = _("What was written before is whole. Make room, and give the same command again: it goes on there.")
            raise NoRoomError(error.what, where=error.where, hint=hint) from error
        self._judged[report.member] = digest
        self._latest.pop(report.member, None)
        self._latest[report.member] = document
        if len(self._latest) > self._most_kept:
            del self._latest[next(iter(self._latest))]
        return SummaryRow.of(report)

    def document(self, member: str) -> Document:
        """A member's report; the latest that were written here need not be read and checked again."""
        return self._latest.get(member) or read_file(self.path(member), judged=self._judged.get(member))

    def _look(self) -> None:
        """Find out what is there: by the ledger where it has the line of the very same bytes, else by reading it."""
        files = sorted(self.reports.glob("*.json"))
        digests = {file: _digest(file) for file in files}
        self.ledger.read({MemberName(file.stem): digest for file, digest in digests.items() if digest is not None})
        for done, (file, digest) in enumerate(digests.items()):
            self.tell(done, len(files))
            member = MemberName(file.stem)
            kept = self.ledger.kept.get((member, digest or ""))
            if kept is None:
                document = None
                with one_member(file.stem, self._fail, theirs=True):
                    document = _document(file, member)
                kept = None if document is None else self._taken(document, file, digest)
            if kept is not None:
                self.before[member] = kept
                if kept.judged and digest is not None:
                    self._judged[member] = digest

    def _taken(self, document: Document, file: Path, digest: str | None) -> Kept:
        """What a report comes to of which there is no line yet; there is one afterwards if it can be relied on."""
        report = document.report
        if report.assignment != self.assignment:  # the one's reports would take the place of the other's
            what = _("This folder holds reports on {other}, not on {assignment}.")
            hint = _("Name another folder: --out DIR")
            text = what.format(other=report.assignment, assignment=self.assignment)
            raise UsageError(text, where=self.folder, hint=hint)
        relied = self._is_ours(document, file)
        if relied and digest is not None:
            self.ledger.add(report, digest, judged=False, lasting=False)
        return Kept(SummaryRow.of(report), report.inputs_sha256 if relied and report.complete else None)

    def _fail(self, _member: str, trouble: D2DError) -> None:
        self.troubles.append(trouble)

    def _is_ours(self, document: Document, file: Path) -> bool:
        """Whether it is signed as it would be now; without a key, whether we wrote no other report of this member."""
        if self.key is None:
            is_edited = document.report.member in self.ledger.members
            if is_edited:
                what = _("This report is not as d2d wrote it, so it is not taken for unchanged.")
                self.troubles.append(BadInputError(what, where=file))
            return not is_edited
        from grader.report.signature import Check

        return self.key.public.check(document) is Check.VALID


def _document(file: Path, member: MemberName) -> Document:
    """The member's report in a file."""
    if not file.is_file():  # a pipe would never end
        raise FileError(_("This is no file."), where=file)
    document = read_file(file)
    if (other := document.report.member) != member:
        what = _("This report is {member}'s, and the file is called otherwise.").format(member=other)
        raise BadInputError(what, where=file)
    return document


def _digest(file: Path) -> str | None:
    """The hash of a report's bytes; None where it is no such file, of which reading it says more."""
    try:
        if not file.is_file() or file.stat().st_size > LARGEST_FILE:
            return None
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return None
