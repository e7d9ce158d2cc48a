"""An assignment as its manifest describes it."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from grader.errors import BadAssignmentError
from grader.fields import NO_DEFAULT, FormError, Table, as_amount, load_table
from grader.i18n import LANGUAGES, _, catalog, language

MANIFEST = "assignment.toml"
RECORDING = "public.d2d"
MODES = ("definitions", "whole")  # which statements of a submission run
MAX_FILES = 16 << 20  # bytes of all files that lie beside a submission: every fresh worker gets new copies
# What judges or is filled in: a slip of the pen must not hand it out.
_NO_DATA = frozenset({".py", ".toml", ".md", ".ipynb", ".d2d"})
_FILE_NAME = re.compile(r"[\w][\w.-]{0,99}")


@dataclass(frozen=True)
class Limits:
    """How much of the machine one submission may use: time for a case, for loading and for all, memory, files, output.

    `load_seconds` is for a statement; where every cell runs, `cell_seconds` is for a cell.
    """

    case_seconds: float = 3.0
    load_seconds: float = 10.0
    cell_seconds: float = 30.0
    total_seconds: float = 60.0
    memory_mb: int = 1024
    file_mb: int = 64
    scratch_mb: int = 64
    processes: int = 16
    output_kb: int = 64

    def for_worker(self, scratch: str) -> dict[str, Any]:
        """What the worker itself has to know."""
        return {
            "scratch": scratch,
            "memory_bytes": self.memory_mb << 20,
            "file_bytes": self.file_mb << 20,
            "scratch_bytes": self.scratch_mb << 20,
            "processes": self.processes,
            "cpu_seconds": math.ceil(self.total_seconds) + 2,  # the judge ends it first
        }

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class SectionInfo:
    """What a line of the score report is about: the names asked for, and the points of its cases together."""

    name: str
    asks: tuple[str, ...]
    points: Fraction


@dataclass(frozen=True)
class Assignment:
    """An assignment: its manifest, and where its parts lie."""

    id: str
    version: str
    titles: dict[str, str]
    folder: Path
    stub: Path
    stub_text: str
    pass_percent: int
    imports: tuple[str, ...]
    forbid: tuple[str, ...]  # names that an answer may not use, though they can be imported
    canary: tuple[str, ...]  # parts of torch that give other values where borrowed answers are looked for
    limits: Limits
    mode: str  # "definitions", or "whole": every cell runs
    files: tuple[Path, ...]  # of the folder; copies of them lie where a submission runs, before any of it does
    values: frozenset[str]  # names asked for that are no functions: `student.predictions` is what it holds
    sections: dict[str, SectionInfo]
    hidden: Path  # the folder of the hidden cases, or the one file that holds them
    wrong: Path  # the same of the misconceptions
    reference: Path | None  # the staff has it; members have a recording of its answers to the public cases

    @property
    def title(self) -> str:
        return self.titles.get(language()) or self.titles["en"]

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """Every name that is asked for."""
        return tuple(name for section in self.sections.values() for name in section.asks)

    @property
    def whole(self) -> bool:
        """Whether every cell of a submission runs, not its definitions alone."""
        return self.mode == "whole"

    @property
    def public_cases(self) -> Path:
        return self.folder / "test_public.py"

    @property
    def common(self) -> tuple[Path, ...]:
        """What public and hidden cases share: `common.py`, and `common_….py` where that is more than one thing."""
        return tuple(sorted(self.folder.glob("common*.py")))

    @property
    def inputs(self) -> Path:
        """What the files of hidden cases share; not every assignment has it."""
        return self.folder / "inputs.py"

    @property
    def hidden_cases(self) -> tuple[Path, ...]:
        """The files of the hidden cases, in the order of the sections; members have none."""
        return self._by_section(self.hidden, "test_")

    def files_beside(self, *, hidden: bool) -> tuple[Path, ...]:
        """The data that a submission finds; where hidden cases judge, what lies beside them under the same name.

        So what was worked out for the members' own data, or written in by hand, is no answer there.
        """
        others = [self.hidden / file.name if hidden else file for file in self.files]
        return tuple(other if other.is_file() else file for file, other in zip(self.files, others, strict=True))

    @property
    def misconceptions(self) -> tuple[Path, ...]:
        """The files of the misconceptions, in the order of the sections."""
        return self._by_section(self.wrong, "")

    def _by_section(self, place: Path, prefix: str) -> tuple[Path, ...]:
        """The file `place`, or the files in it: first those that are named after a section."""
        ranks = {f"{prefix}{section}": rank for rank, section in enumerate(self.sections)}
        files = [place] if place.is_file() else place.glob(f"{prefix}*.py")
        return tuple(sorted(files, key=lambda file: (ranks.get(file.stem, len(ranks)), file.name)))

    @property
    def recording(self) -> Path:
        return self.folder / RECORDING

    @property
    def needed_reference(self) -> Path:
        """The reference, for what nobody can do without it."""
        if self.reference is None:
            raise BadAssignmentError(_("The reference of {name} is missing.").format(name=self.id), where=self.folder)
        return self.reference

    @cached_property
    def signatures(self) -> dict[str, str]:
        """How the functions of the stub are called: `mse_loss(x, y, reduction='mean')`."""
        try:
            tree = ast.parse(self.stub_text, self.stub.name)
        except SyntaxError as error:
            text = _("The stub is no Python: {reason}.").format(reason=error.msg)
            raise BadAssignmentError(text, where=f"{self.stub}:{error.lineno}") from error
        for argument in ast.walk(tree):
            if isinstance(argument, ast.arg):
                argument.annotation = None
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        return {function.name: f"{function.name}({ast.unparse(function.args)})" for function in functions}

    def case_titles(self) -> Callable[[str], str]:
        """What the title of a case is in the language in use, by the assignment's own catalog."""
        texts = catalog(self.id, self.folder / "locale")
        return lambda english: texts.gettext(english) if english else english


def assignment_order(id_: str) -> list[tuple[int, str]]:
    """The key by which assignments are sorted wherever they are listed: hw2 before hw10."""
    return [(int(part) if part.isdecimal() else 0, part) for part in re.split(r"(\d+)", id_)]


def read_assignment(folder: Path, reference: Path | None) -> Assignment:
    """The assignment in `folder`; every mistake of the manifest is named with its line."""
    table = load_table(folder / MANIFEST)
    titles, worker, limits, running = map(table.table, ("title", "worker", "limits", "run"))
    stub = folder / table.text("stub")
    if not stub.is_file():
        raise BadAssignmentError(_("The stub {name} is missing.").format(name=stub.name), where=folder / MANIFEST)
    sections = _sections(table.table("sections"))
    assignment = Assignment(
        id=table.text("id"),
        version=table.text("version"),
        titles={code: titles.text(code, default=NO_DEFAULT if code == "en" else "") for code in LANGUAGES},
        folder=folder,
        stub=stub,
        stub_text=stub.read_text("utf-8"),
        pass_percent=table.whole("pass_percent", 0, 100, 60),
        imports=worker.names("imports"),
        forbid=worker.names("forbid", ()),
        canary=worker.names("canary", ()),
        limits=_limits(limits),
        mode=running.one_of("mode", MODES, MODES[0]),
        files=_files(running, folder),
        values=_values(running, sections),
        sections=sections,
        hidden=_place(table, "hidden", folder, "test_hidden.py"),
        wrong=_place(table, "misconceptions", folder, "misconceptions.py"),
        reference=reference,
    )
    for part in (titles, worker, limits, running, table):
        part.finish()
    return assignment


def _place(table: Table, key: str, folder: Path, file: str) -> Path:
    """The folder or file that `key` names; else the folder called like the key, or `file` where there is none."""
    default = key if (folder / key).is_dir() else file
    return folder / table.text(key, form=rf"{_FILE_NAME.pattern}/?", default=default)


def _files(table: Table, folder: Path) -> tuple[Path, ...]:
    """The data that a submission finds beside it; nothing that judges it can be among them."""
    files = []
    for name in table.names("files", ()):
        if not _FILE_NAME.fullmatch(name) or Path(name).suffix in _NO_DATA:
            text = _("{name} can't be laid beside a submission: a plain name of a data file in this folder is needed.")
            raise table.error(text.format(name=name), "files")
        if not (folder / name).is_file() or (folder / name).is_symlink():
            raise table.error(_("The file {name} is missing.").format(name=name), "files")
        files.append(folder / name)
    if sum(file.stat().st_size for file in files) > MAX_FILES:
        text = _("The files have more than {limit} MB together.")
        raise table.error(text.format(limit=MAX_FILES >> 20), "files")
    return tuple(files)


def _values(table: Table, sections: dict[str, SectionInfo]) -> frozenset[str]:
    names = frozenset(table.names("values", ()))
    for name in sorted(names.difference(*(section.asks for section in sections.values()))):
        raise table.error(_("No section asks for {name}.").format(name=name), "values")
    return names


def _limits(table: Table) -> Limits:
    limits: dict[str, Any] = {}
    for field in fields(Limits):
        if isinstance(field.default, int):
            limits[field.name] = table.whole(field.name, 1, default=field.default)
        else:
            limits[field.name] = table.take(field.name, _seconds, field.default)
    return Limits(**limits)


def _seconds(value: Any, path: str) -> float:
    seconds = as_amount(value, path)
    if not seconds:
        raise FormError(path, _("must be more than 0"))
    return seconds


def _sections(table: Table) -> dict[str, SectionInfo]:
    result = {}
    for name, section in table.tables().items():
        points = section.points("points")
        if not points:
            raise section.error(str(FormError(section.name("points"), _("must be more than 0"))), "points")
        result[name] = SectionInfo(name, section.names("asks"), points)
        section.finish()
    return result
