"""What each report of a folder follows from and comes to, so that the next run need not read and check them all.

A line a report: a hash of what the line says, the mark of the run over it (`-` where it has none), and what it says.
It counts for a file with the very bytes that it names: what somebody edited is not the report of its line. A line is on
the disk before its report, and lines are only added, so whenever a run is killed each of its reports has one.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from grader.files import write_whole, writing_to
from grader.grading.cohort import Ended, SummaryRow
from grader.member import MemberName
from grader.report.report import Hint, Report, Verdict, Visibility

LEDGER_FILE = "reports.ledger"
_FORM = "d2d.ledger/1"
_MOST_OLD = 3  # lines for each that counts, after which the file is written anew


class Marker(Protocol):
    """Marks lines as ours; nobody else can."""

    def mark(self, text: str) -> str:
        """The mark on a text."""

    def has_marked(self, text: str, mark: str) -> bool:
        """Whether this is the mark on that text."""


@dataclass(frozen=True)
class Kept:
    """A report that was there: what it comes to, and what it was made of (None where it is not to be relied on).

    `judged`: a line that is marked says that a run of ours has judged it.
    """

    row: SummaryRow
    inputs_sha256: str | None
    judged: bool = False


class Ledger:
    """The lines in the file of a folder: `kept` are those of reports that are there, by member and hash of the bytes.

    `members` are all of whom there is a line. With a marker only lines that it has marked are read.
    """

    def __init__(self, file: Path, assignment: str, marker: Marker | None) -> None:
        self.file, self.assignment, self.marker = file, assignment, marker
        self.kept: dict[tuple[str, str], Kept] = {}
        self.members: set[str] = set()

    def read(self, there: Mapping[str, str]) -> None:
        """Take in what the lines say of the reports that are there, of which `there` has the hashes by member."""
        newest: dict[str, int] = {}  # of each member the line that counts, else the last
        shared: dict[tuple[Any, ...], Ended] = {}
        lines = 0
        for _line, said in self._lines():
            member, digest = MemberName(said["member"]), said["report"]
            if (
                there.get(member) == digest
                and (kept := _kept(said, shared, is_marked=self.marker is not None)) is not None
            ):
                self.kept[member, digest] = kept
                newest[member] = lines
            elif (member, there.get(member, "")) not in self.kept:
                newest[member] = lines
            lines += 1
        self.members = set(newest)
        if lines > _MOST_OLD * len(newest):
            numbers = set(newest.values())
            kept_lines = [f"\n{line}" for at, (line, _said) in enumerate(self._lines()) if at in numbers]
            write_whole(self.file, "".join(kept_lines), lasting=True)

    def add(self, report: Report, digest: str, *, judged: bool = True, lasting: bool = True) -> None:
        """Write the line of a report whose bytes have this hash, and whether this run has judged it."""
        said = {"form": _FORM, "assignment": self.assignment, "report": digest, "judged": judged, **_said(report)}
        text = json.dumps(said, ensure_ascii=True, separators=(",", ":"))
        mark = "-" if self.marker is None else self.marker.mark(text)
        # The end of a line stands before it: one that a full disk cut off spoils no other.
        data = f"\n{_hash(text)} {mark} {text}".encode()
        with writing_to(self.file), self.file.open("ab") as file:
            file.write(data)
            file.flush()
            if lasting:
                os.fsync(file.fileno())

    def _lines(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each line that is whole, and ours where there is a marker, with what it says."""
        marked = None if self.marker is None else self.marker.has_marked
        if not self.file.is_file():
            return
        with self.file.open(encoding="utf-8", errors="replace", newline="\n") as file:
            for line in file:
                digest, _space, rest = line.rstrip("\n").partition(" ")
                mark, _space, text = rest.partition(" ")
                if digest != _hash(text) or (marked is not None and not marked(text, mark)):
                    continue
                said = _object(text)
                if said is not None and said["assignment"] == self.assignment:
                    yield line.rstrip("\n"), said


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _object(text: str) -> dict[str, Any] | None:
    """What a line says, if it is of this form."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    texts = ("member", "report", "assignment")
    is_ours = isinstance(said, dict) and said.get("form") == _FORM
    return said if is_ours and all(isinstance(said.get(name), str) for name in texts) else None


def _said(report: Report) -> dict[str, Any]:
    row = SummaryRow.of(report)
    flags = {name: getattr(row, name) for name in ("percent", "passed", "complete", "all_passed")}
    return {
        "member": report.member,
        "inputs": report.inputs_sha256,
        "score": str(row.score),
        "max_score": str(row.max_score),
        **flags,
        "sections": [[name, str(points), str(row.most[name])] for name, points in row.sections.items()],
        "cases": [list(_case(case)) for case in row.cases],
    }


def _case(case: Ended) -> Iterator[str]:
    yield from (case.id, case.section, case.title, case.visibility.value, case.verdict.value)
    if case.hint is not None:
        yield from (case.hint.id, case.hint.text)


def _kept(said: dict[str, Any], shared: dict[tuple[Any, ...], Ended], *, is_marked: bool) -> Kept | None:
    """What a line keeps; None where it is not of the form that `add` writes."""
    try:
        row = SummaryRow(
            member=MemberName(said["member"]),
            score=Fraction(said["score"]),
            max_score=Fraction(said["max_score"]),
            percent=int(said["percent"]),
            passed=said["passed"] is True,
            complete=said["complete"] is True,
            all_passed=said["all_passed"] is True,
            sections={name: Fraction(points) for name, points, _most in said["sections"]},
            most={name: Fraction(most) for name, _points, most in said["sections"]},
            cases=tuple(_shared(tuple(case), shared) for case in said["cases"]),
        )
        inputs = said["inputs"]
        judged = is_marked and said.get("judged") is True
        return Kept(row, inputs if row.complete and isinstance(inputs, str) else None, judged)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None


def _shared(case: tuple[str, ...], shared: dict[tuple[Any, ...], Ended]) -> Ended:
    """The end of a case; members of a class share the same ones."""
    ended = shared.get(case)
    if ended is None:
        id_, section, title, visibility, verdict, *hint = case
        given = Hint(*hint) if hint else None
        ended = shared[case] = Ended(id_, section, title, Visibility(visibility), Verdict(verdict), given)
    return ended
