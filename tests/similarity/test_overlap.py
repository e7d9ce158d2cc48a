"""The result of a comparison as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from grader.course.course import find_course
from grader.similarity.overlap import Overlap
from grader.similarity.similar import compare, given_texts

from .classroom import honest

ROOT = Path(__file__).parents[2]


HW1 = find_course(ROOT).assignment("hw1")


GIVEN = given_texts(HW1)


def compared(sources: Mapping[str, str], most: int = 2000) -> Overlap:
    return compare("hw1", sources, GIVEN, HW1.asked, most=most)


def test_json_is_data() -> None:
    found = compared({author.name: author.source for author in honest(6)}, most=3)
    value = json.loads(json.dumps(found.as_json()))
    assert (len(value["pairs"]), value["compared"], len(value["members"])) == (3, 15, 6)
    assert [pair["surprise"] for pair in value["pairs"]] == sorted(
        (pair["surprise"] for pair in value["pairs"]), reverse=True
    )
