"""The grader's tests as data: submissions in `tests/corpus/hw1`, each with what is to be said of it.

`expected.toml` beside a submission holds `about`, `score` (of the public cases), `exit_code`, and

    [verdicts]      of the cases of a section, or of one case; "missing" where nothing is said
    [says]          words that the message of each of those cases has
    [printed]       words that the report keeps of what was printed
    [limits]        those that differ for it: what hangs need not be waited for long
    [[notes]]       every note, in order: kind, and where given cell, line and words that it `says`
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from grader.cli.check import exit_code
from grader.report.reader import read_value, schema
from grader.report.report import CaseResult

if TYPE_CHECKING:
    from tests.benches import Bench

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SCHEMA = jsonschema.Draft202012Validator(schema())
CORPUS = Path(__file__).parents[1] / "corpus" / "hw1"
SUBMISSIONS = sorted(file for file in CORPUS.glob("*/submission.*") if file.suffix in (".py", ".ipynb"))
# Further ones that hang until their limit, for the slow suite: others that hang stand for them by default.
HANG_TOO = (
    "c-call-that-holds-the-interpreter",
    "dripping-reply",
    "loop-at-top-level",
    "prints-without-end",
    "sleeps",
    "stops-itself",
)


def said_of(case: CaseResult, table: dict[str, Any], default: str) -> str:
    """What the table says of a case: by its own name, its function or its section."""
    name = case.id.partition("::")[2]
    return str(table.get(name) or table.get(name.partition("[")[0]) or table.get(case.section) or default)


def note_as_expected(note: Any, expected: dict[str, Any]) -> bool:
    where = note.where
    place = {"cell": where.cell, "line": where.line} if where else {}
    return (
        note.kind == expected["kind"]
        and all(place.get(key) == expected[key] for key in ("cell", "line") if key in expected)
        and expected.get("says", "") in note.text
    )


@pytest.mark.parametrize(
    "file",
    [pytest.param(file, marks=pytest.mark.slow if file.parent.name in HANG_TOO else ()) for file in SUBMISSIONS],
    ids=lambda file: file.parent.name,
)
def test_a_submission_gets_what_is_expected_of_it(hw1_public: Bench, scratch_home: Path, file: Path) -> None:
    expected = tomllib.loads((file.parent / "expected.toml").read_text("utf-8"))
    report = hw1_public.judge(file, limits=expected.get("limits"))
    verdicts = {case.id: case.verdict.value for case in report.cases}
    assert verdicts == {case.id: said_of(case, expected["verdicts"], "missing") for case in report.cases}
    for case in report.cases:
        assert said_of(case, expected.get("says", {}), "") in case.message
        assert said_of(case, expected.get("printed", {}), "") in case.output
        assert bool(case.message) == (case.verdict.value != "passed")
        assert len(case.message) < 5_000
        assert len(case.output) <= 64 << 10
    notes = expected.get("notes", [])
    assert len(report.notes) == len(notes), report.notes
    assert all(map(note_as_expected, report.notes, notes)), report.notes
    assert (report.score, exit_code(report)) == (expected["score"], expected["exit_code"])
    assert list(SCHEMA.iter_errors(report.as_json())) == []
    assert read_value(report.as_json()).report.as_json() == report.as_json()
    assert living_children_of(hw1_public) == []
    assert list(scratch_home.glob("d2d-*/*")) == []


def living_children_of(bench: Bench) -> list[str]:
    """What is left below the zygote."""
    pid = bench.server.process.pid  # type: ignore[attr-defined]  # the fork server is what runs here
    return Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()


def test_every_folder_of_the_corpus_is_complete_and_says_what_it_is_about() -> None:
    folders = sorted(folder for folder in CORPUS.iterdir() if not folder.name.startswith("alternative-"))
    assert [file.parent for file in SUBMISSIONS] == folders
    abouts = [tomllib.loads((folder / "expected.toml").read_text("utf-8"))["about"] for folder in folders]
    assert len(set(abouts)) == len(abouts)
