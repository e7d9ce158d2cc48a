"""Similarity of made-up classes, of what the project ships, and of submissions that mean harm."""

from __future__ import annotations

import ast
import html
import json
import random
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.course.course import find_course
from grader.intake.read import read_submission
from grader.similarity.fingerprints import MAX_CHARACTERS, pieces
from grader.similarity.similar import Overlap, compare, compared_text, given_texts, in_short, overlap_page

from .classroom import COPIES, FUNCTIONS, classroom, honest

ROOT = Path(__file__).parents[2]
HW1 = find_course(ROOT).assignment("hw1")
GIVEN = given_texts(HW1)

FUNCTION = "def work{0}(x):\n" + "".join(f"    x = x.a{{0}}(x.b{at}, {at}) * x.c{{0}}\n" for at in range(12))


def texts(sources: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The sources as members hand them in: written to files, and read as every command reads them."""
    found = {}
    for name, source in sources.items():
        file = folder / f"{name}{'.ipynb' if source.startswith('{') else '.py'}"
        file.write_text(source, "utf-8")
        found[name] = compared_text(read_submission(file, "hw1", HW1.asked))
    return found


def compared(sources: Mapping[str, str], most: int = 2000) -> Overlap:
    return compare("hw1", sources, GIVEN, HW1.asked, most=most)


def members(found: Overlap) -> list[tuple[str, str]]:
    return [(pair.left.member, pair.right.member) for pair in found.pairs]


def test_every_copy_is_ranked_above_every_honest_pair(tmp_path: Path) -> None:
    sources, copies = classroom(1)
    assert len(sources) == 60
    found = compared(texts(sources, tmp_path))
    assert found.count == 60 * 59 // 2
    assert set(members(found)[: len(copies)]) == set(copies)
    assert all(pair.far_out for pair in found.pairs[: len(copies)])
    assert {frozenset(pair) for pair in copies} <= {frozenset(group) for group in found.groups}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(41, 61))
def test_classes_by_which_nothing_was_chosen(seed: int, tmp_path: Path) -> None:
    """The numbers in `similar` and `fingerprints` were chosen by the classes 1 to 40."""
    sources, copies = classroom(seed)
    ranked = members(compared(texts(sources, tmp_path)))
    assert set(ranked[: len(copies)]) == set(copies)


def test_the_made_up_class_is_one(tmp_path: Path) -> None:
    """No two honest ones hand in the same, all of it is Python, and much of it differs also without names."""
    authors = honest(54)
    assert len({author.source for author in authors}) == 54
    for author in authors:
        ast.parse(author.source)
    bare = {author.name: frozenset(" ".join(token.text for token in piece) for piece in pieces(author.source))
            for author in authors}  # fmt: skip
    assert len(set(bare.values())) == 54
    shared = [len(bare[one.name] & bare[two.name]) / len(bare[one.name]) for one in authors for two in authors
              if one is not two]  # fmt: skip
    assert 0.1 < sum(shared) / len(shared) < 0.5  # as in a class: some of what is asked has one short answer


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_of_each_kind_is_seen_through(how: str, tmp_path: Path) -> None:
    original = honest(1)[0]
    copy = COPIES[how](original, random.Random(3))
    assert copy != original.source
    found = compared(texts({"one": original.source, "two": copy}, tmp_path))
    (pair,) = found.pairs
    least = {"half": 35, "rewritten": 50}.get(how, 90)
    assert min(pair.left.percent, pair.right.percent) >= least


def test_what_was_given_is_nobody_s_own() -> None:
    untouched = {"kim": HW1.stub_text, "lee": HW1.stub_text}
    assert compared(untouched).pairs == ()
    together = {name: HW1.stub_text + author.source for name, author in zip("ab", honest(2), strict=True)}
    alone = {name: author.source for name, author in zip("ab", honest(2), strict=True)}
    assert [pair.surprise for pair in compared(together).pairs] == [pair.surprise for pair in compared(alone).pairs]


@pytest.mark.slow
def test_a_lecture_s_code_that_everybody_took_is_hardly_a_surprise() -> None:
    lecture = honest(1, seed=77)[0].source
    given = {author.name: author.source + lecture.replace("def ", "def lecture_") for author in honest(12)}
    alone = {author.name: author.source for author in honest(12)}
    assert compared(given).usual < compared(alone).usual * 1.2
    assert compared(given).groups == ()


def test_trivial_functions_are_no_evidence() -> None:
    one = "import numpy as np\n\n\ndef mse_loss(x, y):\n    return ((x - y) ** 2).mean()\n"
    assert compared({"kim": one, "lee": one}).pairs == ()


@pytest.mark.slow
def test_honest_ways_of_hw2_are_no_copies(tmp_path: Path) -> None:
    """Eight programs that really were written apart, and one that was copied from one of them."""
    hw2 = find_course(ROOT).assignment("hw2")
    found = {
        folder.name: compared_text(read_submission(next(folder.glob("hw2.*")), "hw2", hw2.asked))
        for folder in sorted((ROOT / "tests/corpus/hw2").glob("alternative-*"))
    }
    tree = ast.parse(found["alternative-tape"])
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in dir(__builtins__):
            node.id = f"{node.id}_"
    found["copy"] = ast.unparse(tree)
    compared_ = compare("hw2", found, given_texts(hw2), hw2.asked)
    assert members(compared_)[0] == ("alternative-tape", "copy")
    assert compared_.pairs[0].surprise > 3 * compared_.pairs[1].surprise


def test_marks_are_where_the_same_code_stands(tmp_path: Path) -> None:
    original = honest(1)[0]
    sources = {"one": original.source, "two": COPIES["reordered"](original, random.Random(1))}
    (pair,) = compared(sources).pairs
    left = {mark.number: sources["one"][mark.start : mark.end] for mark in pair.left.stretches}
    right = {mark.number: sources["two"][mark.start : mark.end] for mark in pair.right.stretches}
    assert left.keys() == right.keys()
    assert left == right
    assert len(left) > 5


def test_of_few_nobody_says_what_is_usual() -> None:
    found = compared({author.name: author.source for author in honest(4)})
    assert (found.count, found.bound, found.groups) == (6, None, ())
    assert compared({}).pairs == compared({"kim": "x = 1"}).pairs == ()


def bare(source: str) -> list[str]:
    return [" ".join(token.text for token in piece) for piece in pieces(source, FUNCTIONS)]


@pytest.mark.slow
def test_a_class_that_means_harm_is_compared_as_any_other() -> None:
    length = MAX_CHARACTERS // 4
    sources = {f"{at}": (part * length)[:length] for at, part in enumerate(['"', "(", ". a", "def f():\n x\n"])}
    found = compared({**sources, "again": sources["1"], "honest": honest(1)[0].source})
    assert ("1", "again") in members(found)


def test_what_is_longer_is_cut(tmp_path: Path) -> None:
    (tmp_path / "kim.py").write_text("x = 1\n" * MAX_CHARACTERS, "utf-8")
    text = compared_text(read_submission(tmp_path / "kim.py", "hw1"))
    assert len(text) == MAX_CHARACTERS


def test_json_is_data() -> None:
    found = compared({author.name: author.source for author in honest(6)}, most=3)
    value = json.loads(json.dumps(found.as_json()))
    assert (len(value["pairs"]), value["compared"], len(value["members"])) == (3, 15, 6)
    assert [pair["surprise"] for pair in value["pairs"]] == sorted(
        (pair["surprise"] for pair in value["pairs"]), reverse=True
    )


def test_a_shared_stretch_links_to_the_other_side() -> None:
    texts = {f"m{at}": FUNCTION.format(at) for at in range(10)}
    overlap = compare("hw1", {**texts, "lee": texts["m0"], "kim": "<script>"}, [], [], unread=[("park", "<b>")])
    page = overlap_page(overlap)
    assert overlap.pairs[0].far_out
    assert 'href="#p1r-1"' in page
    assert 'id="p1r-1"' in page
    assert "<script>" not in page
    assert "&lt;b&gt;" in page
    assert "pairs: 66" in in_short(overlap)


def test_the_code_stays_as_it_is_whatever_its_length() -> None:
    long = FUNCTION.format(1) + "rest = [\n" + "    1,  # <one>\n" * 3000 + "]\n"
    page = overlap_page(compare("hw1", {"kim": long, "lee": FUNCTION.format(1)}, [], []))
    shown = [html.unescape(re.sub(r"<[^>]*>", "", code)) for code in re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.S)]
    assert shown == [long, FUNCTION.format(1)]


def test_the_histogram_has_all_steps_and_marks_what_is_far_out() -> None:
    texts = {f"m{at}": FUNCTION.format(at) for at in range(10)}
    page = overlap_page(compare("hw1", {**texts, "lee": texts["m0"]}, [], []))
    assert page.count('<rect class="column') == 40
    assert 'class="column far"' in page
    assert "{" not in re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.S)
