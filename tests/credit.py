"""What each misconception costs of its section: the table in assignments/README.md.

    python tests/credit.py                  measure all assignments and bring the table up to date
    python tests/credit.py hw4              … this one alone; the lines of the others stay
    python tests/credit.py hw4 --mutants    print which mutants of the reference cost more than half of a section

A misconception may cost more than half of its section only where the section is one idea. `costs.toml` beside the cases
says so, in the form of equivalent.toml: a reason, and the misconceptions that it is true of.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from grader.assignment.manifest import Assignment
from grader.authoring.audit import SECRET
from grader.authoring.mutants import mutants
from grader.course.course import find_course
from grader.fields import load_table
from grader.grading import Setting
from grader.grading.bench import InProcessServer, open_bench
from grader.intake import Cell, Submission
from grader.report.report import Report

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "assignments" / "README.md"
REASONS = "costs.toml"
TITLES = ("Misconception", "Section", "Costs", "Elsewhere", "Why more than half")
_LINE = re.compile(r"^\| (\w+): `([\w-]+)` \|.*\|$", re.M)


@dataclass(frozen=True)
class Cost:
    """What a wrong answer loses of the section that it is about, and of all others together."""

    name: str
    section: str
    lost: Fraction
    points: Fraction
    elsewhere: Fraction

    @property
    def is_above_half(self) -> bool:
        return 2 * self.lost > self.points


def costs_of_misconceptions(assignment: Assignment) -> Iterator[Cost]:
    """The cost of every misconception, in the order of the files."""
    with open_bench(Setting(assignment, SECRET, "en")) as bench:
        for misconception in bench.hints.misconceptions:
            workers = InProcessServer(bench.hints.server(misconception))
            judge = replace(bench.judge, workers=workers, hints=None)  # hints take longer than all cases
            report = judge.judge(Submission(misconception.id, misconception.id, (), ""))
            yield _cost(assignment, misconception.id, misconception.of, report)


def costs_of_mutants(assignment: Assignment) -> Iterator[Cost]:
    """The cost of every mutant of the reference, as they are judged."""
    with open_bench(Setting(assignment, SECRET, "en")) as bench:
        judge = replace(bench.judge, hints=None)
        for mutant in mutants(assignment.needed_reference.read_text("utf-8")):
            report = judge.judge(Submission(mutant.name, mutant.name, (Cell("mutant.py", mutant.source),), ""))
            yield _cost(assignment, mutant.name, mutant.of, report)


def reasons(assignment: Assignment) -> dict[str, str]:
    """Why a misconception may cost more than half of its section."""
    file = assignment.folder / REASONS
    if not file.is_file():
        return {}
    table = load_table(file)
    listed = table.table("one-idea")
    by_name = {name: reason for reason in list(listed.values) for name in listed.names(reason)}
    table.finish()
    return by_name


def lines_of(assignment: Assignment) -> list[str]:
    """The lines of the table for one assignment, as they are measured now."""
    why = reasons(assignment)
    return [line_of(assignment.id, cost, why.get(cost.name, "")) for cost in costs_of_misconceptions(assignment)]


def written_lines(hw: str) -> list[str]:
    """The lines of the table for one assignment, as they stand in assignments/README.md."""
    return [match[0] for match in _LINE.finditer(README.read_text("utf-8")) if match[1] == hw]


def _cost(assignment: Assignment, name: str, of: str, report: Report) -> Cost:
    """The section that asks for `of`; where none does, the one that loses the greatest share."""
    # What a notebook has computed is left out: a misconception is a function by itself.
    sections = [name for name, asked in assignment.sections.items() if not assignment.values.issuperset(asked.asks)]
    lost, points = dict.fromkeys(sections, Fraction(0)), dict.fromkeys(sections, Fraction(0))
    for case in report.cases:
        if case.section in points:
            lost[case.section] += case.max_points - case.points
            points[case.section] += case.max_points
    asking = [section for section, asked in assignment.sections.items() if of in asked.asks]
    own = asking[0] if asking else max(points, key=lambda section: lost[section] / points[section])
    return Cost(name, own, lost[own], points[own], sum(lost.values(), Fraction(0)) - lost[own])


def line_of(hw: str, cost: Cost, why: str) -> str:
    """A cost as it stands in the table."""
    share = f"{_number(cost.lost)} of {_number(cost.points)}"
    cells = (
        f"{hw}: `{cost.name}`",
        f"`{cost.section}`",
        f"**{share}**" if cost.is_above_half else share,
        _number(cost.elsewhere) if cost.elsewhere else "",
        why if cost.is_above_half else "",
    )
    return f"| {' | '.join(cells)} |"


def _number(points: Fraction) -> str:
    return f"{float(points):.2f}".rstrip("0").rstrip(".")


def _write(measured: str, lines: list[str], ids: Iterable[str]) -> None:
    """Put the lines of one assignment into the table; the others keep theirs."""
    table = [f"| {' | '.join(TITLES)} |", "|---" * len(TITLES) + "|"]
    table += [line for hw in ids for line in (lines if hw == measured else written_lines(hw))]
    text = README.read_text("utf-8")
    before, heading, _table = text.partition(table[0])
    assert heading, f"{README} has no line {table[0]}"
    README.write_text(before + "\n".join(table) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hw", nargs="*")
    parser.add_argument("--mutants", action="store_true")
    options = parser.parse_args()
    course = find_course(ROOT)
    for hw in options.hw or list(course.ids()):
        assignment = course.assignment(hw)
        if options.mutants:
            for cost in costs_of_mutants(assignment):
                if cost.is_above_half:
                    sys.stdout.write(line_of(hw, cost, "") + "\n")
        else:
            _write(hw, lines_of(assignment), course.ids())


if __name__ == "__main__":
    main()
