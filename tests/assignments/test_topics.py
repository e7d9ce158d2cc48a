"""The table in assignments/README.md is true: every handout, section and case that it names is there."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from grader.course.course import find_course
from grader.judge.cases import collect_cases

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "assignments"
ROWS = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", (HOME / "README.md").read_text("utf-8"), re.M)[
    1:
]
# What the lectures have that can be programmed, by words of which the table must not lack any.
TOPICS = (
    "linear regression|logistic regression|gradient descent|sigmoid|tanh|relu|maxout|elu|chain rule|and, or, not|xor|"
    "xnor|initialisation|l1|l2|dropout|batch normalisation|early stopping|sgd|adagrad|rmsprop|adam|adamw|schedules|"
    "batches|epochs|mse|huber|cross-entropy|log-likelihood|cosine|softmax"
)


def anchors(file: Path) -> set[str]:
    """What GitHub calls the headings of a page in links to them."""
    headings = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@cache
def cases(hw: str) -> dict[str, str]:
    """The section of each case function of an assignment."""
    case_set = collect_cases(find_course(ROOT).assignment(hw), hidden=True)
    return {case.name.partition("[")[0]: case.info.section for case in case_set.cases}


def names(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


@pytest.mark.parametrize(("topic", "taught", "sections", "tested"), ROWS, ids=[row[0] for row in ROWS])
def test_a_row_is_true(topic: str, taught: str, sections: str, tested: str) -> None:
    ((hw, heading),) = re.findall(r"\]\((\w+)/handout\.en\.md#([\w-]+)\)", taught)
    assert heading in anchors(HOME / hw / "handout.en.md")
    assert set(names(sections)) <= set(find_course(ROOT).assignment(hw).sections)
    of = cases(hw)
    assert names(tested)
    assert {of.get(name) for name in names(tested)} == set(names(sections))


def test_every_section_and_every_topic_has_its_row() -> None:
    named = {(row[1].partition("](")[2].partition("/")[0], section) for row in ROWS for section in names(row[2])}
    course = find_course(ROOT)
    assert {(hw, section) for hw in course.ids() for section in course.assignment(hw).sections} == named
    topics = " ".join(row[0] for row in ROWS).lower()
    assert [topic for topic in TOPICS.split("|") if topic not in topics] == []
