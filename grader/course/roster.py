"""Who is in the group, and what the sheets of attendance and discussion say of each.

A member is never guessed: one who is asked for and has no row is named, one with two rows as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.course.csvfile import Column, Sheet, SheetRow, plain, read_sheet, shortened
from grader.course.marks import Tally, tally_of
from grader.course.policy import Policy, Share
from grader.errors import BadInputError
from grader.i18n import _
from grader.member import MemberName

# In this order: where a sheet has several, the first one says who a row is about.
_IDENTITY = (
    ("member", {"member", "members", "멤버", "id", "아이디", "handle", "username", "user", "회원"}),
    ("github", {"github", "github id", "github username", "깃허브", "깃헙", "깃허브 아이디", "깃헙 아이디"}),
    ("name", {"name", "full name", "이름", "성명", "성함", "참가자", "부원", "학생"}),
)
_REPOSITORY = {"repository", "repo", "repository url", "저장소", "레포", "레포지토리", "url"}
_EMAIL = {"email", "e-mail", "mail", "이메일", "메일"}
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
    """Every member, and by which names sheets may call them."""

    file: Path
    people: tuple[Person, ...]
    by_alias: Mapping[str, Person | None]  # None: two people are called so

    @property
    def members(self) -> list[str]:
        return [person.member for person in self.people]


@dataclass(frozen=True)
class Attendance:
    """The tally of everybody whom a sheet names, and who of them the roster does not know."""

    file: Path
    tallies: Mapping[str, Tally]
    unknown: tuple[str, ...] = ()

    def share(self, member: str, policy: Policy) -> Share:
        return self.tallies[member].share(policy)


def read_roster(file: Path) -> Roster:
    """The roster: a column `member`, and as they come a name, GitHub name, repository, e-mail."""
    sheet = read_sheet(file)
    columns = _identity(sheet)
    extra = {
        name: next((column for column in sheet.columns if column.key in keys), None)
        for name, keys in (("repository", _REPOSITORY), ("email", _EMAIL))
    }
    people = []
    for row, member in _rows(sheet, next(iter(columns.values()))):
        cells = {name: row.cells[column.at].strip() for name, column in (columns | _there(extra)).items()}
        people.append(Person(**{**cells, "member": member}))
    if not people:
        raise BadInputError(_("Nobody is in this file."), where=file)
    by_alias: dict[str, Person | None] = {}
    for person in people:
        for alias in {_alias(person.member), _alias(person.name), _alias(person.github)} - {""}:
            by_alias[alias] = None if alias in by_alias else person
    # A member's own name in the records is theirs, whoever else goes by it.
    by_alias |= {_alias(person.member): person for person in people}
    return Roster(file, tuple(people), by_alias)


def read_attendance(file: Path, roster: Roster | None = None) -> Attendance:
    """What a sheet of attendance, or of discussion tasks, says of everybody in it."""
    sheet = read_sheet(file)
    columns = _identity(sheet)
    tally = tally_of(sheet, columns.values())
    tallies: dict[str, Tally] = {}
    rows: dict[str, SheetRow] = {}
    unknown = []
    for row, name in _rows(sheet, next(iter(columns.values()))):
        member: str | None = name
        if roster is not None:
            member = _known(roster, row, columns)
            if member is None:
                unknown.append(name)
                continue
            if member in rows:
                text = _("{member} has a row already: row {row}.")
                raise row.error(text.format(member=shortened(member), row=rows[member].number))
        assert member is not None
        rows[member] = row
        tallies[member] = tally(row)
    return Attendance(file, tallies, tuple(unknown))


def demand_rows(sheets: Iterable[Attendance], members: Iterable[str]) -> None:
    """Everybody must be in every sheet; who is not is named."""
    wanted = sorted(members)
    for sheet in sheets:
        without = [member for member in wanted if member not in sheet.tallies]
        if without:
            names = ", ".join(shortened(member) for member in without[:_NAMED])
            if len(without) > _NAMED:
                names += " " + _("and {count} more").format(count=len(without) - _NAMED)
            hint = _("Add their rows, or say by --roster CSV what they are called in this file.")
            raise BadInputError(_("There is no row for {names}.").format(names=names), where=sheet.file, hint=hint)


def _identity(sheet: Sheet) -> dict[str, Column]:
    """The columns that say who a row is about, the one that counts first."""
    found = {}
    for name, keys in _IDENTITY:
        columns = [column for column in sheet.columns if column.key in keys]
        if len(columns) > 1:
            sentence = _("{one} and {other} both say who a row is about.")
            text = sentence.format(one=shortened(columns[0].title), other=shortened(columns[1].title))
            raise BadInputError(text, where=sheet.file)
        if columns:
            found[name] = columns[0]
    if not found:
        heads = ", ".join(shortened(column.title) for column in sheet.columns[:_NAMED])
        hint = _("Call the column member or 이름. The heads here: {heads}").format(heads=heads)
        raise BadInputError(_("row 1: No column says who a row is about."), where=sheet.file, hint=hint)
    return found


def _rows(sheet: Sheet, column: Column) -> Iterator[tuple[SheetRow, str]]:
    """Each row with the name in `column`, which nobody may have twice."""
    seen: dict[str, SheetRow] = {}
    for row in sheet.rows:
        name = MemberName(row.cells[column.at].strip())
        if not name:
            raise row.error(_("The name is missing."), column)
        other = seen.setdefault(_alias(name), row)
        if other is not row:
            text = _("{member} has a row already: row {row}.")
            raise row.error(text.format(member=shortened(name), row=other.number), column)
        yield row, name


def _known(roster: Roster, row: SheetRow, columns: Mapping[str, Column]) -> str | None:
    """Who of the roster a row is about, by the first of its names that the roster knows."""
    for column in columns.values():
        cell = row.cells[column.at].strip()
        if _alias(cell) in roster.by_alias and cell:
            person = roster.by_alias[_alias(cell)]
            if person is None:
                text = _("Two people are called {name} in the roster.")
                hint = _("Give the sheet a column member, with the names of the roster's column.")
                raise row.error(text.format(name=shortened(cell)), column, hint)
            return person.member
    return None


def _alias(text: str) -> str:
    return plain(text).lstrip("@").replace(" ", "")


def _there(columns: Mapping[str, Column | None]) -> dict[str, Column]:
    return {name: column for name, column in columns.items() if column is not None}
