"""What the cells of a sheet mean: a mark for a session («was there», «handed in»), or a count of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from itertools import product

from grader.course.csvfile import Column, Sheet, SheetRow, plain, shortened
from grader.course.policy import Policy, Share
from grader.errors import BadInputError
from grader.i18n import _


class Mark(str, Enum):
    """What a cell says of a member and a session."""

    ATTENDED = "attended"
    ABSENT = "absent"
    LATE = "late"
    EXCUSED = "excused"


_WORDS = {
    # ㅇ is what a Korean keyboard types for a ring in a hurry
    Mark.ATTENDED: "O ○ ◯ ⭕ ● 〇 ㅇ 1 1.0 ✓ ✔ ☑ ✅ V Y Yes T True 출석 출 참석 참여 제출 완료 Present Done Submitted",
    Mark.ABSENT: "X × ✕ ✖ ✗ ✘ ❌ ☐ 0 0.0 N No F False 결석 결 불참 미참여 미제출 Absent Missing",
    Mark.LATE: "지각 지 △ ▲ Late 늦음",
    Mark.EXCUSED: "공결 병결 인정 인정결석 Excused",
}
_MARKS = {plain(word): mark for mark, words in _WORDS.items() for word in words.split()}
# «O» and «0» look alike: a file has either letters or digits.
_LETTERS, _DIGITS = {"o", "x"}, {"0", "1"}

_COUNTS = {  # heads without their spaces
    "attended": "attended present done submitted 출석 출석수 출석횟수 참석 참석수 참석횟수 제출 제출수 제출횟수 완료",
    "held": "held total given sessions 전체 전체수 전체횟수 전체회차 총 총계 총횟수 총회차 총세션 회차 세션수",
    "absent": "absent 결석 결석수 결석횟수 불참 미제출",
    "late": "late 지각 지각수 지각횟수",
    "excused": "excused 공결 공결수 공결횟수",
}
# Columns of such sheets that are no session.
_ASIDE = re.compile(
    r"e-?mail|이메일|메일|phone|전화.*|연락처|휴대폰|학번|학과|전공|학년|기수|팀|조|team|group|role|역할"
    r"|notes?|memo|remarks?|비고|메모|기타|참고|사유"
    r"|tags?|태그|created.*|last edited.*|생성 ?일시?|최종 편집.*|no\.?|번호|순번|#|timestamp|타임스탬프"
    r"|rate|percent|%|.*율|.*율 ?\(%\)|sum|total|합계|총합|계|소계|score|점수"
)
_COUNT = re.compile(r"(\d{1,6})(?:\.0+)?")


@dataclass(frozen=True)
class Tally:
    """How often a member had each mark."""

    attended: int = 0
    absent: int = 0
    late: int = 0
    excused: int = 0

    def share(self, policy: Policy) -> Share:
        """The share of sessions that the policy counts as attended."""
        held = self.attended + self.absent + self.late + self.excused
        lost = self.late // policy.late_per_absence if policy.late_per_absence else 0
        excused = self.excused if policy.excused_attended else 0
        return Share(self.attended + self.late - lost + excused, held)


def tally_of(sheet: Sheet, identity: Iterable[Column]) -> Callable[[SheetRow], Tally]:
    """What reads a row of `sheet`: its counts, or its marks with a column for every session."""
    taken = set(identity)
    columns = [column for column in sheet.columns if column not in taken]
    counts = _count_columns(sheet, columns)
    sessions = [column for column in columns if not _ASIDE.fullmatch(column.key)]
    # A column without any mark is a session that is still to come.
    held = [column for column in sessions if _cells(sheet, column)]
    if counts:
        for column in held:
            if column not in counts.values() and all(cell in _MARKS for cell in _cells(sheet, column)):
                text = _("There are counts, and marks of a session in column {letter} ({name}): which of them hold?")
                text = text.format(letter=column.letter, name=shortened(column.title))
                raise BadInputError(text, where=sheet.file, hint=_("Take the ones or the others out of the file."))
        return lambda row: _counted(row, counts)
    if not held:
        hint = _("Either columns attended and held, or a column for every session.")
        raise BadInputError(_("There is neither a column of counts nor one of a session."), where=sheet.file, hint=hint)
    _one_alphabet(sheet, held)
    return lambda row: Tally(**Counter(_mark(row, column).value for column in held))


def _cells(sheet: Sheet, column: Column) -> list[str]:
    return [plain(row.cells[column.at]) for row in sheet.rows if row.cells[column.at].strip()]


def _count_columns(sheet: Sheet, columns: list[Column]) -> dict[str, Column]:
    """The columns of counts by what they count; none where the sheet has marks."""
    counts = {}
    for name, heads in _COUNTS.items():
        same = [column for column in columns if column.key.replace(" ", "") in heads.split()]
        if column := sheet.only(same, _("{one} and {other} both count the same.")):
            counts[name] = column
    if "attended" not in counts or not {"held", "absent"} & set(counts):
        return {}
    other = counts.get("late") or counts.get("excused")
    if other and "absent" not in counts:
        text = _("Nobody can tell whether {attended} counts {other} as well.")
        text = text.format(attended=shortened(counts["attended"].title), other=shortened(other.title))
        raise BadInputError(text, where=sheet.file, hint=_("Add a column absent."))
    return counts


def _counted(row: SheetRow, columns: dict[str, Column]) -> Tally:
    counts = {name: _count(row, column) for name, column in columns.items()}
    held = counts.pop("held", None)
    if held is None:
        return Tally(**counts)
    attended = counts["attended"]
    if attended > held:
        text = _("{attended} of {held} is more than 100 %.")
        raise row.error(text.format(attended=attended, held=held), columns["attended"])
    if "absent" not in counts:
        return Tally(attended=attended, absent=held - attended)
    if sum(counts.values()) != held:
        raise row.error(_("The counts don't add up to {held}.").format(held=held), columns["held"])
    return Tally(**counts)


def _count(row: SheetRow, column: Column) -> int:
    text = plain(row.cells[column.at])
    if match := _COUNT.fullmatch(text):
        return int(match[1])
    what = _("{cell} is no count.") if text else _("A count is missing.")
    raise row.error(what.format(cell=shortened(text)), column)


def _mark(row: SheetRow, column: Column) -> Mark:
    cell = row.cells[column.at]
    mark = _MARKS.get(plain(cell))
    if mark is None:
        if not cell.strip():
            raise row.error(_("The mark is missing: was {mark} meant?").format(mark="X"), column)
        hint = _("Marks are O and X, 1 and 0, ✓, Yes and No, 출석, 결석, 지각. Call a column of notes 비고.")
        raise row.error(_("{cell} is no mark that is known.").format(cell=shortened(cell)), column, hint)
    return mark


def _one_alphabet(sheet: Sheet, columns: list[Column]) -> None:
    """Refuse a file with both «O» and «0»: one of them is a typing mistake, and nobody can tell which."""
    first = ""
    for row, column in product(sheet.rows, columns):
        mark = plain(row.cells[column.at])
        if mark in _LETTERS | _DIGITS:
            first = first or mark
            if (mark in _LETTERS) is not (first in _LETTERS):
                text = _("Marks are mixed: {one} here, {other} above. A letter O is not a zero.")
                raise row.error(text.format(one=mark.upper(), other=first.upper()), column)
