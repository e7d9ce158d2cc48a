"""`d2d feedback`: files for members."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from grader import i18n
from grader.gradebook.book import Gradebook
from grader.report.reader import read_file, read_value
from grader.report.report import CaseResult, Report, Verdict, Visibility
from tests.cli.staff import Staff, invoke


def report(member: str, content: str = "00", title: str = "Losses") -> Report:
    cases = [
        CaseResult("h::a", "s", "c", "a secret title", Visibility.HIDDEN, Verdict.PASSED, Fraction(70), Fraction(70)),
        CaseResult("p::b", "s", "c", "a public title", Visibility.PUBLIC, Verdict.FAILED, Fraction(0), Fraction(30)),
    ]
    return Report("hw1", "1.0.0", title, member, content * 32, "00" * 32, "full", 60, tuple(cases),
                  graded_at="2026-03-20T12:00:00+00:00")  # fmt: skip


@pytest.fixture
def d2d(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Staff]:
    (tmp_path / "d2d.toml").write_text(
        'name = "Group"\n[deadlines]\nhw1 = 2026-03-20\n[feedback]\nbefore = "score"\nafter = "title"\n', "utf-8"
    )
    with Gradebook(tmp_path / "book.db", create=True) as book:
        for member in ("kim", "lee"):
            book.add(read_value(report(member).as_json()), by="staff")
    monkeypatch.chdir(tmp_path)

    i18n.use("en")
    yield invoke
    i18n.use("en")


def test_a_folder_for_every_member(d2d: Staff) -> None:
    done = d2d("feedback", "--gradebook", "book.db", "--out", "out", "--now", "2026-03-20T12:00")
    assert (done.code, done.out, done.err) == (0, "", "2 reports for members in out\n")
    names = sorted(str(file.relative_to("out")) for file in Path("out").rglob("*") if file.is_file())
    assert names == ["kim/hw1.html", "kim/hw1.json", "lee/hw1.html", "lee/hw1.json"]
    cut = read_file(Path("out/kim/hw1.json")).report
    assert (cut.member, cut.score, len(cut.cases)) == ("kim", 70, 2)
    for file in ("out/kim/hw1.json", "out/kim/hw1.html"):
        assert "a public title" in Path(file).read_text("utf-8")
        assert "a secret title" not in Path(file).read_text("utf-8")
    assert d2d("feedback", "--gradebook", "book.db", "--out", "out", "--now", "2026-03-21T12:00").code == 0
    assert "a secret title" in Path("out/kim/hw1.json").read_text("utf-8")


def test_many_versions_pause_it(d2d: Staff) -> None:
    with Gradebook(Path("book.db")) as book:
        for number in range(1, 6):
            book.add(read_value(report("kim", f"{number:02}").as_json()), by="staff")
    done = d2d("feedback", "--gradebook", "book.db", "--out", "out")
    assert "1 of them shows nothing of hidden cases for a while" in done.err
    kim, lee = (read_file(Path(f"out/{name}/hw1.json")).report for name in ("kim", "lee"))
    assert ([case.id for case in kim.cases], kim.visibility) == (["p::b"], "public")
    assert kim.notes[-1].text.startswith("Many versions of this were graded one after the other")
    assert len(lee.cases) == 2
    said = "hw1: many versions were graded, so nothing of hidden cases is shown until 20"
    assert said in d2d("gradebook", "show", "kim", "--gradebook", "book.db").out
    assert said not in d2d("gradebook", "show", "lee", "--gradebook", "book.db").out


def test_reports_named_are_cut_and_a_ta_s_hand_shows(d2d: Staff) -> None:
    with Gradebook(Path("book.db")) as book:
        book.override("kim", "hw1", Fraction(90), by="park", why="rubric", max_score=Fraction(100), pass_percent=60)
    Path("new.json").write_text(json.dumps(report("kim", "07").as_json()), "utf-8")
    assert d2d("feedback", "new.json", "--out", "out").code == 0
    assert not any("hand" in note.text for note in read_file(Path("out/kim/hw1.json")).report.notes)
    assert d2d("feedback", "new.json", "--gradebook", "book.db", "--out", "out").code == 0
    found = read_file(Path("out/kim/hw1.json")).report
    assert found.submission_sha256 == "07" * 32
    assert found.notes[0].text == "By the hand of park this counts 90 of 100 points: rubric"
    assert not Path("out/lee").exists()


def test_a_version_that_no_gradebook_has_counted_shows_nothing_of_hidden_cases(d2d: Staff) -> None:
    """Else the hundredth version would be shown like the first."""
    Path("new.json").write_text(json.dumps(report("kim", "07").as_json()), "utf-8")
    Path("known.json").write_text(json.dumps(report("kim").as_json()), "utf-8")
    done = d2d("feedback", "new.json", "--gradebook", "book.db", "--out", "out")
    assert "The gradebook has not counted some of these versions" in done.err
    assert "secret title" not in Path("out/kim/hw1.json").read_text("utf-8")
    done = d2d("feedback", "known.json", "--gradebook", "book.db", "--out", "out")
    assert "counted" not in done.err
    assert "a secret title" in Path("out/kim/hw1.json").read_text("utf-8")
    assert "Without --gradebook nobody counts versions" in d2d("feedback", "new.json", "--out", "out").err
    with Path("d2d.toml").open("a", encoding="utf-8") as file:
        file.write("[feedback.cooldown]\nsubmissions = 0\n")
    assert "counts" not in d2d("feedback", "new.json", "--out", "out").err
    assert "a secret title" in Path("out/kim/hw1.json").read_text("utf-8")


@pytest.mark.parametrize("name", ["../../evil", ".", "a/b"])
def test_a_name_stays_in_the_folder(d2d: Staff, name: str) -> None:
    Path("evil.json").write_text(json.dumps(report(name).as_json()), "utf-8")
    done = d2d("feedback", "evil.json", "--out", "out")
    assert (done.code, "can't be the name of a file here" in done.err) == (2, True)
    assert not Path("out").exists()


def test_hostile_text_is_inert_in_the_page(d2d: Staff) -> None:
    value = report("kim", title="<script>alert(1)</script>\x1b[2J\u202e")
    Path("evil.json").write_text(json.dumps(value.as_json()), "utf-8")
    assert d2d("feedback", "evil.json", "--out", "out").code == 0
    page = Path("out/kim/hw1.html").read_text("utf-8")
    assert not any(mark in page for mark in ("<script>alert", "\x1b", "\u202e"))
    assert "Content-Security-Policy" in page


def test_bad_use(d2d: Staff) -> None:
    assert "Give either REPORTS or --gradebook" in d2d("feedback", "--out", "out").err
    assert d2d("feedback", "--out", "out").code == 2
    assert d2d("feedback", "--gradebook", "book.db", "--out", "out", "--now", "soon").code == 2
    Path("one.json").write_text(json.dumps(report("kim").as_json()), "utf-8")
    Path("two.json").write_text(json.dumps(report("KIM").as_json()), "utf-8")
    done = d2d("feedback", "one.json", "two.json", "--out", "out")
    assert (done.code, "KIM/hw1.json would be written twice" in done.err) == (2, True)
