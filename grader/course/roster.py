"""Who is in the group, and what the sheets of attendance and discussion say of every member.

A member is never guessed: who has no row, or has two, is named in an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from grader.course.course import moment
from grader.course.csvfile import Column, Sheet, SheetRow, plain, read_sheet, shortened
from grader.course.marks import Tally, tally_of
from grader.course.policy import Policy, Share
from grader.errors import BadInputError
from grader.i18n import _
from grader.member import MemberName

# In this order: where a sheet has several of these columns, the first says who a row is about.
_IDENTITY = (
    ("member", {"member", "members", "멤버", "id", "아이디", "handle", "username", "user", "회원"}),
    ("github", {"github", "github id", "github username", "깃허브", "깃헙", "깃허브 아이디", "깃헙 아이디"}),
    ("name", {"name", "full name", "이름", "성명", "성함", "참가자", "부원", "학생"}),
)
_CONTACTS = (
    ("repository", {"repository", "repo", "repository url", "저장소", "레포", "레포지토리", "url"}),
    ("email", {"email", "e-mail", "mail", "이메일", "메일"}),
)
_HAND_IN = {"submitted", "submitted at", "handed in", "time", "timestamp", "제출", "제출 시각", "제출 시간", "제출일시"}
_NAMED = 10


@dataclass(frozen=True)
class Person:
    """A member as the roster has them."""

    member: str
    name: str = ""
    github: str = ""
    repository: str = ""
    email: str = ""


@dataclass(frozen=True)
class Roster:
    """Every member, and the names by which sheets may call them."""

    file: Path
    people: tuple[Person, ...]
    by_alias: Mapping[str, Person | None]  # None: two people are called so

    @property
    def members(self) -> list[str]:
        return [person.member for person in self.people]


@dataclass(frozen=True)
class Attendance:
    """The tally of every member in a sheet, and the names in it that are not on the roster."""

    file: Path
    tallies: Mapping[str, Tally]
    unknown: tuple[str, ...] = ()

    def share(self, member: str, policy: Policy) -> Share:
        return self.tallies[member].share(policy)


def read_roster(file: Path) -> Roster:
    """The roster: a column `member`, and any of name, GitHub name, repository and e-mail."""
    sheet = read_sheet(file)
    columns = _identity(sheet)
    for name, keys in _CONTACTS:
        if column := next((column for column in sheet.columns if column.key in keys), None):
            columns[name] = column
    people = []
    for row, member in _rows(sheet, columns):
        cells = {name: row.cells[column.at].strip() for name, column in columns.items()}
        people.append(Person(**cells | {"member": member}))
    if not people:
        raise BadInputError(_("Nobody is in this file."), where=file)
    by_alias: dict[str, Person | None] = {}
    for person in people:
        for alias in {_alias(person.member), _alias(person.name), _alias(person.github)} - {""}:
            by_alias[alias] = None if alias in by_alias else person
    # A name in the column `member` means this member, whoever else is called so.
    by_alias |= {_alias(person.member): person for person in people}
    return Roster(file, tuple(people), by_alias)


def read_attendance(file: Path, roster: Roster | None = None) -> Attendance:
    """What a sheet of attendance, or of discussion tasks, says of everybody in it; names are looked up in `roster`."""
    sheet = read_sheet(file)
    columns = _identity(sheet)
    tally = tally_of(sheet, columns.values())
    tallies: dict[str, Tally] = {}
    rows: dict[str, SheetRow] = {}
    unknown = []
    for row, name in _rows(sheet, columns):
        member = name if roster is None else _known(roster, row, columns)
        if member is None:
            unknown.append(name)
            continue
        other = rows.setdefault(member, row)
        if other is not row:
            raise _second_row(row, member, other)
        tallies[member] = tally(row)
    return Attendance(file, tallies, tuple(unknown))


def read_hand_in_times(file: Path, zone: ZoneInfo, roster: Roster | None = None) -> dict[str, datetime]:
    """When each member in a sheet handed in; without an offset it is the course's time. An empty cell says nothing."""
    sheet = read_sheet(file)
    columns = _identity(sheet)
    twice = _("{one} and {other} both say when something was handed in.")
    when = sheet.only([column for column in sheet.columns if column.key in _HAND_IN], twice)
    if when is None:
        raise BadInputError(_("row 1: No column says when something was handed in: call it submitted."), where=file)
    times = {}
    for row, name in _rows(sheet, columns):
        member = name if roster is None else _known(roster, row, columns) or name
        if text := row.cells[when.at].strip():
            try:
                times[member] = moment(text, zone)
            except ValueError as error:
                hint = _("For instance: 2026-03-20T23:59")
                raise row.error(_("{text} is no time.").format(text=shortened(text)), when, hint) from error
    return times


def demand_rows(sheets: Iterable[Attendance], members: Iterable[str]) -> None:
    """Refuse a sheet that has no row for somebody; the error names them."""
    members = sorted(members)
    for sheet in sheets:
        without = [member for member in members if member not in sheet.tallies]
        if without:
            names = ", ".join(shortened(member) for member in without[:_NAMED])
            if len(without) > _NAMED:
                names += " " + _("and {count} more").format(count=len(without) - _NAMED)
            hint = _("Add their rows, or say by --roster CSV what they are called in this file.")
            raise BadInputError(_("There is no row for {names}.").format(names=names), where=sheet.file, hint=hint)


def _identity(sheet: Sheet) -> dict[str, Column]:
    """The columns that say who a row is about; the first of them counts."""
    identity = {}
    twice = _("{one} and {other} both say who a row is about.")
    for name, keys in _IDENTITY:
        if column := sheet.only([column for column in sheet.columns if column.key in keys], twice):
            identity[name] = column
    if not identity:
        heads = ", ".join(shortened(column.title) for column in sheet.columns[:_NAMED])
        hint = _("Call the column member or 이름. The heads here: {heads}").format(heads=heads)
        raise BadInputError(_("row 1: No column says who a row is about."), where=sheet.file, hint=hint)
    return identity


def _rows(sheet: Sheet, columns: Mapping[str, Column]) -> Iterator[tuple[SheetRow, str]]:
    """Every row with the name in its first column of identity; no two rows may have the same."""
    column = next(iter(columns.values()))
    seen: dict[str, SheetRow] = {}
    for row in sheet.rows:
        name = MemberName(row.cells[column.at].strip())
        if not name:
            raise row.error(_("The name is missing."), column)
        other = seen.setdefault(_alias(name), row)
        if other is not row:
            raise _second_row(row, name, other, column)
        yield row, name


def _second_row(row: SheetRow, name: str, first: SheetRow, column: Column | None = None) -> BadInputError:
    text = _("{member} has a row already: row {row}.").format(member=shortened(name), row=first.number)
    return row.error(text, column)


def _known(roster: Roster, row: SheetRow, columns: Mapping[str, Column]) -> str | None:
    """The member whom a row is about, by the first of its names that the roster has."""
    for column in columns.values():
        cell = row.cells[column.at].strip()
        if cell and _alias(cell) in roster.by_alias:
            person = roster.by_alias[_alias(cell)]
            if person is None:
                text = _("Two people are called {name} in the roster.")
                hint = _("Give the sheet a column member, with the names of the roster's column.")
                raise row.error(text.format(name=shortened(cell)), column, hint)
            return person.member
    return None


def _alias(text: str) -> str:
    return plain(text).lstrip("@").replace(" ", "")
