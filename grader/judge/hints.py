"""Which misconception explains a wrong answer.

Each misconception is a wrong variant of one function of the reference. The failing case is run once more with the
reference so changed in the student's place; where everything that it answers is what the student answered, the
variant explains the answer. A variant with which the case passes explains nothing.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from grader.assignment.manifest import Assignment
from grader.bridge.transport import ByteTransport
from grader.errors import BadAssignmentError
from grader.i18n import LANGUAGES, _
from grader.judge.case import Misconception
from grader.judge.casefile import run_module
from grader.judge.cases import Case
from grader.judge.log import SUBMISSION, Answered, BridgeLog, same_answers
from grader.judge.reference import LiveReference
from grader.report.report import Hint
from grader.worker.program import program_of
from grader.worker.selection import slice_of
from grader.worker.server import Server
from grader.worker.survey import statements

# Runs a case with another in the student's place; the exception that ended it, None if it passed.
Rerun = Callable[[ByteTransport], BaseException | None]
_AT_MOST = 2  # two candidates are a question; three are noise


class Hints(Protocol):
    """Finds the hint for a failing case."""

    def explain(self, case: Case, log: BridgeLog, rerun: Rerun) -> Hint | None:
        """The hint, where one or two misconceptions explain what was answered."""


def hint_of(
    candidates: Iterable[tuple[Misconception, Sequence[Answered] | None]], log: BridgeLog, asked: tuple[str, ...]
) -> Hint | None:
    """The candidates that answer what was answered: one as a statement, two as a question, more or none as nothing.

    One about a function that is asked for here goes before one about a function that it uses.
    """
    if (answers := log.answers()) is None:
        return None
    explaining = [known for known, wrong in candidates if wrong is not None and same_answers(wrong, answers)]
    explaining = [known for known in explaining if known.of in asked] or explaining
    if not explaining or len(explaining) > _AT_MOST:
        return None
    if len(explaining) == 1:
        return Hint(explaining[0].id, explaining[0].text)
    text = _("One of these two?") + "".join(f"\n- {known.text}" for known in explaining)
    return Hint(" | ".join(known.id for known in explaining), text)


@dataclass
class LiveHints:
    """Misconceptions tried out on the reference itself; what they answer is kept for the next submission."""

    assignment: Assignment
    misconceptions: tuple[Misconception, ...]
    _servers: dict[str, Server] = field(default_factory=dict)
    _answers: dict[tuple[str, str], list[Answered] | None] = field(default_factory=dict)
    _reached: dict[str, frozenset[str]] = field(default_factory=dict)

    def explain(self, case: Case, log: BridgeLog, rerun: Rerun) -> Hint | None:
        """The hint, where one or two misconceptions explain what was answered."""
        candidates = ((known, self.answers(case, known, rerun)) for known in self.relevant(case.info.section))
        return hint_of(candidates, log, self.assignment.sections[case.info.section].asks)

    def answers(self, case: Case, misconception: Misconception, rerun: Rerun) -> list[Answered] | None:
        """What the variant answers in this case; None if it passes."""
        key = (case.id, misconception.id)
        if key not in self._answers:
            log, server = BridgeLog(), self.server(misconception)
            with np.errstate(all="ignore"):  # a wrong variant may well divide by zero
                transport = ByteTransport(log.listening(SUBMISSION, server.answer), server.bounds)
                transport.told_apart = log.apart_from_chance
                failed = rerun(transport) is not None
            server.handles.clear()
            self._answers[key] = log.answers() if failed else None
        return self._answers[key]

    def server(self, misconception: Misconception) -> Server:
        """The reference with one function in its wrong variant."""
        if misconception.id not in self._servers:
            self._hold_apart(misconception, self.assignment.needed_reference.read_text("utf-8"))
            server = LiveReference(self.assignment.needed_reference, definitions=self.assignment.whole).server
            setattr(server.module, misconception.of, misconception.variant)
            self._servers[misconception.id] = server
        return self._servers[misconception.id]

    def _hold_apart(self, misconception: Misconception, reference: str) -> None:
        """A variant that says what the reference says would be a hint for right answers."""
        try:
            variant = inspect.getsource(misconception.variant)
        except (OSError, TypeError):  # made by a call, say: then `d2d audit` alone can tell
            return
        if _body_of(textwrap.dedent(variant), misconception.variant.__name__) == _body_of(reference, misconception.of):
            what = _("The variant of {name} is the reference's {function} itself.")
            raise BadAssignmentError(
                what.format(name=misconception.id, function=misconception.of),
                where=place_of(self.assignment.misconceptions, misconception.id),
                hint=_("Make it wrong in one thing, or take the misconception out."),
            )

    def relevant(self, section: str) -> tuple[Misconception, ...]:
        """Those about a function that the section asks for, or that the reference uses for it."""
        return tuple(known for known in self.misconceptions if known.of in self.reached(section))

    def reached(self, section: str) -> frozenset[str]:
        """The names of the reference that what the section asks for is made of."""
        if section not in self._reached:
            asks = self.assignment.sections[section].asks
            program = program_of([statements(self.assignment.needed_reference.read_text("utf-8"))])
            made = {name for statement in slice_of(program, asks, asks) for name in statement.names.binds}
            self._reached[section] = frozenset(made)
        return self._reached[section]


def read_misconceptions(assignment: Assignment) -> tuple[Misconception, ...]:
    """`MISCONCEPTIONS` of each file; what an author can get wrong in it is said with its line."""
    misconceptions: dict[str, Misconception] = {}
    for file in assignment.misconceptions:
        for misconception in _read_file(file, assignment.folder):
            if not isinstance(misconception, Misconception):
                raise BadAssignmentError(_("MISCONCEPTIONS holds something that is no Misconception."), where=file)
            if misconception.id in misconceptions:
                raise _complaint(file, misconception.id, _("Two misconceptions are called {name}."))
            if not all(misconception.texts.get(code, "").strip() for code in LANGUAGES):
                raise _complaint(file, misconception.id, _("{name} lacks its hint in one language."))
            misconceptions[misconception.id] = misconception
    return tuple(misconceptions.values())


def _read_file(file: Path, folder: Path) -> tuple[object, ...]:
    try:
        module = run_module(f"misconceptions_{folder.name}_{file.stem}", file, folder)
    except Exception as error:
        text = _("The misconceptions do not load: {reason}")
        raise BadAssignmentError(text.format(reason=f"{type(error).__name__}: {error}"), where=file) from error
    return tuple(getattr(module, "MISCONCEPTIONS", ()))


def _body_of(source: str, name: str) -> list[str] | None:
    """The statements of a function or class, without its docstring; None where it is not defined here."""
    for node in ast.parse(source).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == name:
            told = ast.get_docstring(node) is not None
            arguments = [ast.unparse(node.args)] if isinstance(node, ast.FunctionDef) else []
            return arguments + [ast.dump(statement) for statement in node.body[told:]]
    return None


def _complaint(file: Path, id_: str, what: str) -> BadAssignmentError:
    """An error about one misconception, with the line on which its id stands."""
    return BadAssignmentError(what.format(name=id_), where=place_of((file,), id_))


def place_of(files: tuple[Path, ...], id_: str) -> str:
    """The file and the line on which a misconception's id stands."""
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and node.value == id_:
                return f"{file}:{node.lineno}"
    return str(files[0])
