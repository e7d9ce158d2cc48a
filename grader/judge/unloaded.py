"""Names that a submission defines and that are not there: which problem kept them from being made.

One slip at the top of a notebook makes all that follows fail with a NameError. What is told is the first cause: in a
note once, and where a case meets a name that is not there for it. The worker is asked as soon as the code is loaded,
before it has seen anything of a case; what it says decides no point, it is in words alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader.bridge.loader import LoadProblem
from grader.bridge.outcomes import BridgeError, MissingNameError, RaisedError
from grader.bridge.transport import ByteTransport
from grader.i18n import _, ngettext
from grader.judge.notes import note_of_problem, notes_limited, place_in_words
from grader.judge.verdict import Outcome
from grader.report.report import Note, Verdict

_LONGEST = 100
_UNDEFINED = re.compile(r"name '(\w+)' is not defined")


@dataclass(frozen=True)
class Unloaded:
    """The problems of loading, the one that each missing name comes from, and the names that the submission makes."""

    problems: Sequence[LoadProblem] = ()
    causes: Mapping[str, LoadProblem] = field(default_factory=dict)
    made: Collection[str] = ()
    _told: dict[int, str] = field(default_factory=dict)  # causes, each by the section in which it was told in full

    @classmethod
    def of(cls, transport: ByteTransport, problems: Sequence[LoadProblem], asked: Sequence[str]) -> Unloaded:
        """What the worker says that each statement which did not run would have made; `asked` are names not there."""
        open_ones = [problem for problem in problems if not problem.recovered]
        if not open_ones and not asked:
            return cls(problems)
        steps = [(problem.cell.label, problem.index, problem.rest) for problem in open_ones]
        try:
            answer, made = transport.request("makes", steps, list(asked))
            names = [[name for name in row if _is_name(name)] for row in answer]
        except (BridgeError, TypeError, ValueError):  # no answer that our side of the worker gives
            return cls(problems)
        causes: dict[str, LoadProblem] = {}
        for problem, row in zip(open_ones, names, strict=False):
            for name in row:
                causes.setdefault(name, problem)
        for problem in open_ones:  # of what nothing makes, the first that lacks it stands for all
            if name := _undefined(problem.error):
                causes.setdefault(name, problem)
        return cls(problems, causes, frozenset(filter(_is_name, made)))

    def notes(self) -> tuple[Note, ...]:
        """A note for each problem that is no consequence of another."""
        roots = {id(problem): self._root(problem) for problem in self.problems}
        followers = Counter(id(root) for key, root in roots.items() if key != id(root))
        notes = []
        for problem in self.problems:
            if roots[id(problem)] is problem:
                note, count = note_of_problem(problem), followers[id(problem)]
                if count:
                    more = ngettext(
                        "{n} more statement did not run because of it.",
                        "{n} more statements did not run because of it.",
                        count,
                    )
                    note = replace(note, text=f"{note.text} {more.format(n=count)}")
                notes.append(note)
        return notes_limited(notes)

    def outcome(self, error: BaseException | None, section: str, usual: Outcome) -> Outcome:
        """How a case ended that met a name which the submission defines and which is not there; else as `usual`."""
        if isinstance(error, MissingNameError) and (error.name in self.causes or error.name in self.made):
            cause = self._cause(error.name)
            text = self._text(error.name, cause, section)
            return Outcome(Verdict.ERROR, text, text, at=cause.cell.at(cause.line) if cause else None)
        name = _undefined(error)
        if usual.verdict is Verdict.ERROR and name and (cause := self._cause(name)) is not None:
            # Of a hidden case this would be too much: which name it lacks may depend on what it was asked.
            return replace(usual, message=self._text(name, cause, section))
        return usual

    def _cause(self, name: str) -> LoadProblem | None:
        problem = self.causes.get(name)
        return problem and self._root(problem)

    def _root(self, problem: LoadProblem) -> LoadProblem:
        """The first of the problems, each of which lacks a name for the one before."""
        seen = {id(problem)}
        while (name := _undefined(problem.error)) and (before := self.causes.get(name)) is not None:
            if id(before) in seen:
                break
            seen.add(id(before))
            problem = before
        return problem

    def _text(self, name: str, cause: LoadProblem | None, section: str) -> str:
        if cause is None:
            text = _("{name} is in this file, and not there once it was loaded: is it deleted, or under a condition?")
            return text.format(name=name)
        where = cause.cell.at(cause.line)
        if self._told.setdefault(id(cause), section) != section:
            return _("{name} did not load either, because of {place}.").format(name=name, place=place_in_words(where))
        text = _("{name} did not load, because of {place}: {reason}")
        return text.format(name=name, place=place_in_words(where), reason=note_of_problem(cause).text)


def _is_name(value: object) -> bool:
    return type(value) is str and value.isidentifier() and len(value) <= _LONGEST


def _undefined(error: object) -> str:
    """The name that a NameError is about; nothing of another error."""
    if not isinstance(error, RaisedError) or "NameError" not in error.bases:
        return ""
    match = _UNDEFINED.match(error.text)
    return match[1] if match else ""
