"""The top-level statements of a cell; of one that does not parse, those that can be saved."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

# A .py file that does not parse as a whole is cut before each unindented definition, import and assignment, so that
# one slip costs one function.
_START = re.compile(r"^(?=@|(?:def|class|async|import|from)\b|[^\W\d]\w*[ \t]*(?::[^=\n]*)?=(?!=))", re.MULTILINE)
_MOST_JOINED = 20  # pieces that are tried as one: a cut may have gone through a text or a list of several lines
_UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)


@dataclass(frozen=True)
class ParsedStatement:
    """One top-level statement and its line; or the reason why there is none."""

    line: int
    node: ast.stmt | None
    error: BaseException | None = None


def parse_cell(source: str, cell: str) -> list[ParsedStatement]:
    """The statements of a cell, in order."""
    try:
        return _parsed(source, cell, 1)
    except _UNPARSABLE as error:
        pieces = _pieces(source)
        if len(pieces) < 2:
            return [_slip(error, 1)]
    statements: list[ParsedStatement] = []
    line = at = 0
    while at < len(pieces):
        more, used = _fewest(pieces[at : at + _MOST_JOINED], cell, line + 1)
        statements += more
        line += sum(piece.count("\n") for piece in pieces[at : at + used])
        at += used
    return statements


def _fewest(pieces: list[str], cell: str, line: int) -> tuple[list[ParsedStatement], int]:
    """The statements of the fewest pieces from here that parse together; if none do, the first alone is set aside."""
    slip: ParsedStatement | None = None
    for count in range(1, len(pieces) + 1):
        try:
            return _parsed("".join(pieces[:count]), cell, line), count
        except _UNPARSABLE as error:
            slip = slip or _slip(error, line)
    assert slip is not None
    return [slip], 1


def _parsed(source: str, cell: str, line: int) -> list[ParsedStatement]:
    # Blank lines in front keep the numbers of the lines as the student sees them.
    return [ParsedStatement(node.lineno, node) for node in ast.parse("\n" * (line - 1) + source, cell).body]


def _slip(error: BaseException, line: int) -> ParsedStatement:
    return ParsedStatement((error.lineno if isinstance(error, SyntaxError) else None) or line, None, error)


def _pieces(source: str) -> list[str]:
    """The source cut before each statement that surely starts one, decorators staying with what they decorate."""
    pieces: list[str] = []
    decorating = False
    for piece in _START.split(source):
        if decorating:
            pieces[-1] += piece
        elif piece:
            pieces.append(piece)
        decorating = piece.startswith("@")
    return pieces
