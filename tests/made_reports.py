"""Reports made up for tests of what keeps them."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import pytest

from grader.gradebook.book import Gradebook
from grader.report.reader import Document, read_value
from grader.report.report import CaseResult, Hint, Kind, Note, Plot, Report, Verdict, Visibility, Where
from grader.report.signature import SigningKey, keygen, read_signing_key

Make = Callable[..., Report]
MakeDocument = Callable[..., Document]


def made(
    member: str = "kim",
    assignment: str = "hw1",
    points: int = 41,
    of: int = 50,
    *,
    content: str = "",
    graded_at: str = "2026-03-20T12:00:00+00:00",
    visibility: str = "full",
    ungradable: bool = False,
) -> Report:
    cases = [
        CaseResult(
            id="test_hidden.py::test_reductions[mean]",
            section="mse_loss",
            concept="reduction",
            title="mse_loss follows `reduction`.",
            visibility=Visibility.HIDDEN,
            verdict=Verdict.PASSED if points else Verdict.FAILED,
            points=Fraction(points),
            max_points=Fraction(points) or Fraction(1),
            seconds=0.00412,
        )
    ]
    left = Fraction(of) - cases[0].max_points
    if left or ungradable:
        cases.append(
            CaseResult(
                id="test_public.py::test_mse",
                section="mse_loss",
                concept="definition",
                title="평균 제곱 오차",
                visibility=Visibility.PUBLIC,
                verdict=Verdict.UNGRADABLE if ungradable else Verdict.FAILED,
                points=Fraction(0),
                max_points=left,
                message="값이 달라요.",
                details=("expected  1.5", "got       3.0"),
                output="1.5\n",
                hint=Hint("mean-over-batch", "합이 아니라 평균이에요."),
                where=Where("kim.ipynb", line=4, cell=7),
                seconds=1.0,
                plot=Plot(Kind.VALUES, (1.5, -2.0), (3.0, None), 2),
            )
        )
    return Report(
        assignment=assignment,
        assignment_version="1.0.0",
        title="Losses",
        member=member,
        submission_sha256=hashlib.sha256(f"{member} {assignment} {content}".encode()).hexdigest(),
        cases_sha256="ab" * 32,
        visibility=visibility,
        pass_percent=60,
        cases=tuple(cases),
        notes=(Note("cell-set-aside", "One cell was set aside.", Where("kim.ipynb", cell=2)),),
        layers=("landlock", "seccomp"),
        limits={"case_seconds": 3.0, "memory_mb": 1024},
        grader_version="0.1.0",
        graded_at=graded_at,
    )


@pytest.fixture(scope="session")
def make() -> Make:
    return made


@pytest.fixture(scope="session")
def document() -> Callable[..., Document]:
    return lambda *arguments, **options: read_value(made(*arguments, **options).as_json())


@pytest.fixture(scope="session")
def signing_key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    file = tmp_path_factory.mktemp("keys") / "d2d.key"
    keygen(file)
    return read_signing_key(file)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "gradebook.db"


def execute(book: Path, *statements: str) -> None:
    """What somebody does to a gradebook who has the file and no respect for triggers."""
    with closing(sqlite3.connect(book)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def filled(book: Path, document: MakeDocument) -> Path:
    """A gradebook with three reports, an override and decisions."""
    with Gradebook(book, create=True) as opened:
        for member in ("kim", "lee", "park"):
            opened.add(document(member), by="staff")
        opened.override("lee", "hw1", Fraction(7, 2), by="park", why="rubric", max_score=Fraction(50), pass_percent=60)
        opened.decide([{"member": "kim", "decision": "junior"}], by="staff")
    return book
