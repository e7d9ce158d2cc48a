"""CSV files as Notion, Excel, Google Sheets and people write them; an error names file, row and column."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.errors import BadInputError
from grader.files import read_named
from grader.i18n import _

DELIMITERS = ",;\t"
_LARGEST = 16 << 20
_SHOWN = 40
_MARKS_OF_ORDER = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class SheetRow:
    """A row: its number as a spreadsheet shows it, and its cells by column."""

    file: Path
    number: int
    cells: tuple[str, ...]

    def error(self, what: str, column: Column | None = None, hint: str | None = None) -> BadInputError:
        """The error that `what` is wrong in this row, at `column`."""
        place = _("row {row}").format(row=self.number)
        if column is not None:
            name = shortened(column.title)
            place = _("{place}, column {letter} ({name})").format(place=place, letter=column.letter, name=name)
        return BadInputError(f"{place}: {what}", where=self.file, hint=hint)


@dataclass(frozen=True)
class Column:
    """A column: where it stands, and what its head says."""

    at: int
    title: str

    @property
    def key(self) -> str:
        return plain(self.title)

    @property
    def letter(self) -> str:
        """What a spreadsheet calls it: A, …, Z, AA, …."""
        letters, left = "", self.at + 1
        while left:
            left, digit = divmod(left - 1, 26)
            letters = chr(ord("A") + digit) + letters
        return letters


@dataclass(frozen=True)
class Sheet:
    """The columns that have a head, and every row that is not blank."""

    file: Path
    columns: tuple[Column, ...]
    rows: tuple[SheetRow, ...]

    def only(self, columns: Sequence[Column], twice: str) -> Column | None:
        """The column among `columns`, if there is one; where there are several, `twice` names {one} and {other}."""
        if len(columns) > 1:
            one, other = (shortened(column.title) for column in columns[:2])
            raise BadInputError(twice.format(one=one, other=other), where=self.file)
        return columns[0] if columns else None


def plain(text: str) -> str:
    """A cell or head in one spelling: without case, spaces around it and doubled spaces; wide signs are narrow."""
    folded = unicodedata.normalize("NFKC", text.replace("\ufe0f", "")).casefold()
    return " ".join(folded.replace("_", " ").split())


def shortened(text: str) -> str:
    """A cell as a sentence shows it; what somebody typed may be of any length."""
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= _SHOWN else one_line[: _SHOWN - 1] + "…"


def read_sheet(file: Path) -> Sheet:
    """The table in a CSV file."""
    text = _decoded(file)
    delimiter = _declared(text)
    if delimiter is not None:
        text = text.partition("\n")[2]
    rows = list(_records(file, text, delimiter or _delimiter(text), 1 if delimiter is None else 2))
    if not rows:
        raise BadInputError(_("The file is empty."), where=file)
    head, *body = rows
    columns = tuple(Column(at, title.strip()) for at, title in enumerate(head.cells) if title.strip())
    by_key: dict[str, Column] = {}
    for column in columns:
        other = by_key.setdefault(column.key, column)
        if other is not column:
            sentence = _("The head is the same as that of column {letter}.").format(letter=other.letter)
            raise head.error(sentence, column)
    return Sheet(file, columns, tuple(_fitted(row, len(head.cells), columns) for row in body))


def _fitted(row: SheetRow, width: int, columns: tuple[Column, ...]) -> SheetRow:
    """The row as wide as the head. A cell where no column has a head has slipped there from another column."""
    heads = {column.at for column in columns}
    for at, cell in enumerate(row.cells):
        if cell.strip() and at not in heads:
            hint = _("Perhaps a comma stands in a cell without quotes round it.")
            text = _("{cell} stands where no column has a head.").format(cell=shortened(cell))
            raise row.error(text, Column(at, ""), hint)
    return replace(row, cells=(row.cells + ("",) * width)[:width])


def _records(file: Path, text: str, delimiter: str, first: int) -> Iterator[SheetRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = first - 1
    try:
        for number, cells in enumerate(reader, first):
            if any(cell.strip() for cell in cells):
                yield SheetRow(file, number, tuple(cells))
    except csv.Error as error:
        reason = _("the quotes don't match, or a cell is too long")
        sentence = _("row {row}: This can't be read as CSV: {reason}.").format(row=number + 1, reason=reason)
        raise BadInputError(sentence, where=file) from error


def _decoded(file: Path) -> str:
    data = read_named(file, limit=_LARGEST, too_long=_("The file is too large to be a list of members."))
    hint = _("Save the sheet as «CSV UTF-8».")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise BadInputError(_("This is an Excel workbook, not a CSV file."), where=file, hint=hint)
    # Excel's «Unicode text» is UTF-16 with tabs. CP949 comes last: nearly every text could be read as that.
    encodings = ("utf-16",) if data.startswith(_MARKS_OF_ORDER) else ("utf-8-sig", "cp949")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            failed = data.count(b"\n", 0, error.start) + 1
        else:
            if "\0" in text:
                raise BadInputError(_("This is no text."), where=file, hint=hint)
            return text
    sentence = _("row {row}: This is neither UTF-8 nor CP949.").format(row=failed)
    raise BadInputError(sentence, where=file, hint=hint)


def _declared(text: str) -> str | None:
    """The delimiter that Excel writes into a first line of its own: `sep=;`."""
    line = text.partition("\n")[0].rstrip("\r").strip('"').lower()  # a tab may be the delimiter
    return line[4:] if line in {f"sep={delimiter}" for delimiter in DELIMITERS} else None


def _delimiter(text: str) -> str:
    """The delimiter that splits the head into the most columns."""
    head = next(filter(str.strip, text.splitlines()), "")
    return max(DELIMITERS, key=lambda delimiter: _width(head, delimiter))


def _width(line: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error:
        return 0
