"""The staff's commands, and `status`: what they print, write, store and refuse."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from grader import i18n
from grader.cli import app
from grader.gradebook.book import Gradebook
from grader.report.reader import read_value
from grader.report.report import CaseResult, Report, Verdict, Visibility
from grader.report.signature import keygen, read_signing_key

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Run:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


D2D = Callable[..., Run]


def report(member: str, hw: str, points: int, visibility: str = "full", content: str = "00") -> Report:
    cases = [
        CaseResult("t::a", "s", "c", "t", Visibility.HIDDEN, Verdict.PASSED, Fraction(points), Fraction(points)),
        CaseResult("t::b", "s", "c", "t", Visibility.PUBLIC, Verdict.FAILED, Fraction(0), Fraction(100 - points)),
    ]
    return Report(
        assignment=hw,
        assignment_version="1.0.0",
        title=hw,
        member=member,
        submission_sha256=content * 32,
        cases_sha256="00" * 32,
        visibility=visibility,
        pass_percent=60,
        cases=tuple(case for case in cases if case.max_points),
        grader_version="0.1.0",
        graded_at="2026-03-20T12:00:00+00:00",
    )


@pytest.fixture
def group(tmp_path: Path) -> Path:
    """A course with a gradebook: kim passed four, lee three, park nothing but hw1."""
    folder = tmp_path / "group"
    folder.mkdir()
    text = f'name = "Group"\nassignments = {json.dumps(str(ROOT / "assignments"))}\n'
    (folder / "d2d.toml").write_text(text, "utf-8")
    scores = {"kim": [82, 70, 60, 59, 100], "lee": [60, 60, 60], "park": [61]}
    with Gradebook(folder / "book.db", create=True) as book:
        for member, points in scores.items():
            for number, each in enumerate(points, 1):
                book.add(read_value(report(member, f"hw{number}", each).as_json()), by="staff")
    (folder / "attendance.csv").write_text("이름,출석,전체\nkim,12,14\nlee,14,14\npark,11,14\n", "cp949")
    (folder / "discussion.csv").write_text("Name;w1;w2;w3\nkim;O;O;O\nlee;O;X;O\npark;O;O;O\n", "utf-8-sig")
    return folder


@pytest.fixture
def d2d(group: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[D2D]:
    monkeypatch.chdir(group)

    def run(*arguments: object) -> Run:
        result = CliRunner().invoke(app.d2d, [str(each) for each in arguments], standalone_mode=True)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Run(result.exit_code or result.return_value or 0, result.stdout, result.stderr)

    i18n.use("en")
    yield run
    i18n.use("en")


PROMOTE = ("promote", "--gradebook", "book.db", "--attendance", "attendance.csv", "--discussion", "discussion.csv")


def test_promote_prints_a_line_a_member(d2d: D2D) -> None:
    run = d2d(*PROMOTE)
    assert (run.code, run.err) == (0, "")
    lines = run.out.splitlines()
    assert [line.split()[:3] for line in lines] == [
        ["member", "decision", "rule"],
        ["kim", "promoted", "all-met"],
        ["lee", "junior", "fewer-than-4"],
        ["park", "removed", "fewer-than-2"],
    ]
    assert "1 more discussion: 2 of 3, 80 % needed" in lines[2]
    assert "hw2 is mandatory: nothing handed in" in lines[3]
    assert "1 more session attended: 11 of 14, 80 % needed" in lines[3]


def test_promote_json_is_the_contract_and_nothing_else_is_printed(d2d: D2D) -> None:
    run = d2d(*PROMOTE, "--json", "-")
    assert (run.code, run.err) == (0, "")
    assert [each["member"] for each in run.json] == ["kim", "lee", "park"]
    assert run.json[0] == {
        "member": "kim",
        "decision": "promoted",
        "rule": "all-met",
        "passed": ["hw1", "hw2", "hw3", "hw5"],
        "attendance": {"attended": 12, "held": 14},
        "discussion": {"attended": 3, "held": 3},
        "missing": [],
    }


def test_promote_writes_its_files_and_stores_the_run(d2d: D2D, group: Path) -> None:
    assert d2d(*PROMOTE, "--out", "out").code == 0
    rows = list(csv.DictReader(io.StringIO((group / "out/decisions.csv").read_text("utf-8-sig"), newline="")))
    assert [(row["member"], row["decision"], row["attended"]) for row in rows] == [
        ("kim", "promoted", "12"), ("lee", "junior", "14"), ("park", "removed", "11"),
    ]  # fmt: skip
    assert json.loads((group / "out/decisions.json").read_text("utf-8"))[2]["rule"] == "fewer-than-2"
    assert {path.name for path in (group / "out").iterdir()} == {"decisions.csv", "decisions.html", "decisions.json"}
    page = (group / "out/decisions.html").read_text("utf-8")
    assert all(word in page for word in ("fewer-than-2", "1 more discussion: 2 of 3", "Content-Security-Policy"))
    with Gradebook(group / "book.db") as book:
        assert book.log()[-1].action == "decisions"


def test_what_if_shows_and_stores_nothing(d2d: D2D, group: Path) -> None:
    run = d2d(*PROMOTE, "--what-if", "lee:hw5=pass", "--what-if", "lee:discussion=3", "--out", "out")
    assert run.code == 0
    assert run.out.splitlines()[1].split()[:3] == ["lee", "promoted", "all-met"]
    assert "as it is: junior, by the rule fewer-than-4; nothing was stored" in run.out
    assert "kim" not in run.out
    assert not (group / "out").exists()
    with Gradebook(group / "book.db") as book:
        assert all(entry.action == "report" for entry in book.log())
    run = d2d(*PROMOTE, "--what-if", "kim:hw1=fail", "--json", "-")
    assert [(each["member"], each["rule"]) for each in run.json] == [("kim", "mandatory-missing")]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("lee", "lee is no change that can be tried"),
        ("lee:hw5", "no change that can be tried"),
        ("lee:hw9=pass", "hw9=pass is no change"),
        ("lee:hw5=maybe", "hw5=maybe is no change"),
        ("lee:attendance=15", "15 of 14 is more than 100 %"),
        ("choi:hw5=pass", "There is no member choi"),
    ],
)
def test_what_if_of_what_can_not_be(d2d: D2D, change: str, said: str) -> None:
    run = d2d(*PROMOTE, "--what-if", change)
    assert run.code == 2
    assert said in run.err
    assert run.out == ""


def test_a_member_without_a_row_is_named(d2d: D2D, group: Path) -> None:
    (group / "discussion.csv").write_text("Name,w1\nkim,O\npark,O\nchoi,O\n", "utf-8")
    run = d2d(*PROMOTE)
    assert run.code == 2
    assert "attendance.csv: There is no row for choi." in run.err
    with (group / "attendance.csv").open("a", encoding="cp949") as file:
        file.write("choi,14,14\n")
    assert "discussion.csv: There is no row for lee." in d2d(*PROMOTE).err


def test_the_roster_says_who_gets_a_decision(d2d: D2D, group: Path) -> None:
    (group / "roster.csv").write_text("member,name\nkim,김\npark,박\n", "utf-8")
    run = d2d(*PROMOTE, "--roster", "roster.csv", "--json", "-")
    assert [each["member"] for each in run.json] == ["kim", "park"]
    assert "attendance.csv: lee is not on the roster" in run.err
    assert "lee is in the gradebook but not on the roster" in run.err


def test_a_policy_of_one_s_own(d2d: D2D, group: Path) -> None:
    (group / "policy.toml").write_text(
        'assignments = ["hw1"]\n[rules.no]\npassed_below = 1\ndecision = "junior"\n'
        '[rules.yes]\ndecision = "promoted"\n',
        "utf-8",
    )
    run = d2d(*PROMOTE, "--policy", "policy.toml", "--json", "-")
    assert {each["rule"] for each in run.json} == {"yes"}
    (group / "policy.toml").write_text(
        'assignments = ["hw1"]\n[rules.no]\npased_below = 1\ndecision = "junior"\n', "utf-8"
    )
    run = d2d(*PROMOTE, "--policy", "policy.toml")
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("Error: policy.toml:3: rules.no.pased_below: is not known")
    assert "Did you mean passed_below?" in run.err


def test_hostile_names_are_inert_everywhere(d2d: D2D, group: Path) -> None:
    names = ["=HYPERLINK(1)", "<script>x", "a\x1b[31mred", "\u202eevil", "x" * 200, "김철수 🧑‍🔬", "@SUM(1)", "'=1"]
    with Gradebook(group / "new.db", create=True) as book:
        for name in names:
            book.add(read_value(report(name, "hw1", 70).as_json()), by="staff")
            book.override(
                name, "hw1", Fraction(61), by="\x1b[2Jlee", why="=1+1", max_score=Fraction(100), pass_percent=60
            )
    rows = "".join(f'"{name}",1,1\n' for name in names)
    for file in ("attendance.csv", "discussion.csv"):
        (group / file).write_text("member,attended,held\n" + rows, "utf-8")
    promote = [word.replace("book.db", "new.db") for word in PROMOTE]
    runs = [d2d(*promote, "--out", "out")]
    runs += [d2d("gradebook", word, "--gradebook", "new.db") for word in ("show", "export", "log")]
    runs += [d2d("gradebook", "show", name, "--gradebook", "new.db") for name in names]
    texts = [run.out for run in runs] + [(group / "out/decisions.csv").read_text("utf-8-sig")]
    page = (group / "out/decisions.html").read_text("utf-8")
    assert "<script>x" not in page
    assert not any(mark in page for mark in ("\x1b", "\u202e", "\x9b"))
    assert all(run.code == 0 for run in runs)
    for text in texts:
        assert not any(mark in text for mark in ("\x1b", "\u202e", "\x9b"))
    for text in (texts[2], texts[-1]):
        cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
        assert not any(cell.startswith(tuple("=+-@\t\r")) for cell in cells)
        assert "'=HYPERLINK(1)" in cells


def test_a_name_of_ten_thousand_characters_keeps_nobody_from_anything(d2d: D2D, group: Path) -> None:
    """Names come from forms: somebody types what they like, and the others still get their decisions."""
    name = "\u202ex\x1b[2J" + "가" * 10_000
    for file in ("attendance.csv", "discussion.csv"):
        rows = f'member,attended,held\nkim,14,14\nlee,14,14\npark,14,14\n"{name}",1,14\n'
        (group / file).write_text(rows, "utf-8-sig")
    run = d2d(*PROMOTE, "--out", ".")
    assert run.code == 0
    assert max(map(len, run.out.splitlines())) < 700
    for text in (run.out, *((group / f"decisions.{end}").read_text("utf-8-sig") for end in ("csv", "html"))):
        assert not any(mark in text for mark in ("\x1b", "\u202e", "가" * 400))
    assert "lee: junior" in d2d("status", "--member", "lee").out
    assert "removed" in d2d("status", "--member", name).out
    refusal = d2d("override", "--gradebook", "book.db", name, "hw1", "--points", "1", "--why", "x", "--by", "y")
    assert "\x1b" not in refusal.err
    (group / "long.json").write_text(json.dumps(report(name, "hw1", 70).as_json()), "utf-8")
    run = d2d("gradebook", "add", "long.json", "--gradebook", "book.db")
    assert (run.code, "member: must have from 1 to 200 characters" in run.err) == (2, True)


def test_override(d2d: D2D, group: Path) -> None:
    arguments = ("override", "--gradebook", "book.db", "lee", "hw4")
    run = d2d(*arguments, "--points", "61", "--why", "rubric", "--by", "park")
    assert run.code == 0
    assert "lee, hw4: 61 of 100 points from now on, by park." in run.err
    assert d2d(*PROMOTE, "--json", "-").json[1]["passed"] == ["hw1", "hw2", "hw3", "hw4"]
    shown = d2d("gradebook", "show", "--gradebook", "book.db").out
    assert "✓ 61 %*" in shown
    shown = d2d("gradebook", "show", "lee", "--gradebook", "book.db").out
    assert "rubric" in shown
    assert d2d(*arguments, "--withdraw", "--why", "slip", "--by", "park").code == 0
    assert d2d(*PROMOTE, "--json", "-").json[1]["passed"] == ["hw1", "hw2", "hw3"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--points", "101"), "hw4 has from 0 to 100 points"),
        (("--points", "-1"), "-1 is no number of points"),
        (("--points", "1e99999999"), "is no number of points"),
        (("--points", "1/0"), "is no number of points"),
        (("--points", "1", "--withdraw"), "either --points N or --withdraw"),
        ((), "either --points N or --withdraw"),
        (("--points", "1", "--why", " "), "says who made it and why"),
    ],
)
def test_override_of_what_can_not_be(d2d: D2D, more: tuple[str, ...], said: str) -> None:
    run = d2d("override", "--gradebook", "book.db", "lee", "hw4", "--why", "x", "--by", "y", *more)
    assert run.code == 2
    assert said in run.err


def test_override_of_a_name_that_nobody_has_is_said(d2d: D2D) -> None:
    run = d2d("override", "--gradebook", "book.db", "leee", "hw1", "--points", "1", "--why", "x", "--by", "y")
    assert run.code == 0
    assert "Nothing of leee is in the gradebook so far" in run.err


def test_gradebook_show_and_export(d2d: D2D, group: Path) -> None:
    shown = d2d("gradebook", "show", "--gradebook", "book.db").out.splitlines()
    assert shown[0].split() == ["member", "hw1", "hw2", "hw3", "hw4", "hw5"]
    assert shown[1].split() == "kim ✓ 82 % ✓ 70 % ✓ 60 % ✗ 59 % ✓ 100 %".split()
    assert len(d2d("gradebook", "show", "park", "--gradebook", "book.db", "--json", "-").json) == 1
    run = d2d("gradebook", "show", "choi", "--gradebook", "book.db")
    assert (run.code, run.out) == (2, "")
    rows = list(csv.DictReader(io.StringIO(d2d("gradebook", "export", "--gradebook", "book.db").out.lstrip("\ufeff"))))
    assert len(rows) == 9
    assert rows[0]["score"] == "82"
    assert rows[0]["passed"] == "true"
    assert (
        d2d(
            "gradebook", "export", "--gradebook", "book.db", "--out", "x.json", "--format", "json", "--reports", "r"
        ).code
        == 0
    )
    assert len(json.loads((group / "x.json").read_text("utf-8"))) == 9
    assert json.loads((group / "r/hw1/kim.json").read_text("utf-8"))["score"] == 82


def test_export_of_reports_stays_in_its_folder(d2d: D2D, group: Path) -> None:
    with Gradebook(group / "new.db", create=True) as book:
        book.add(read_value(report("../../evil", "hw1", 70).as_json()), by="staff")
    run = d2d("gradebook", "export", "--gradebook", "new.db", "--reports", "r")
    assert run.code == 2
    assert "can't be the name of a file here" in run.err
    assert not (group.parent / "evil.json").exists()


def test_gradebook_add_check_and_log(d2d: D2D, group: Path) -> None:
    for name, visibility in (("choi", "full"), ("jung", "public")):
        (group / f"{name}.json").write_text(json.dumps(report(name, "hw1", 70, visibility).as_json()), "utf-8")
    run = d2d("gradebook", "add", "choi.json", "--gradebook", "book.db", "--submitted-at", "2026-03-20T23:59")
    assert (run.code, run.err) == (0, "1 new report\n")
    assert "2026-03-20 23:59" in d2d("gradebook", "show", "choi", "--gradebook", "book.db").out
    run = d2d("gradebook", "add", "jung.json", "--gradebook", "new.db")
    assert (run.code, "public cases alone" in run.err) == (2, True)
    assert d2d("gradebook", "add", "choi.json", "--gradebook", "book.db", "--submitted-at", "soon").code == 2
    run = d2d("gradebook", "check", "--gradebook", "book.db")
    assert run.code == 0
    assert run.out.startswith("The gradebook is whole.")
    log = d2d("gradebook", "log", "choi", "--gradebook", "book.db").out
    assert "report" in log.splitlines()[1]
    assert len(d2d("gradebook", "log", "--gradebook", "book.db", "--json", "-").json) == 10


@pytest.mark.parametrize("command", ["show", "export", "log", "check"])
def test_no_gradebook_is_one_sentence(d2d: D2D, group: Path, command: str) -> None:
    run = d2d("gradebook", command, "--gradebook", "none.db")
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("Error: none.db: There is no gradebook here.\n")
    assert not (group / "none.db").exists()


def test_keygen_and_verify(d2d: D2D, group: Path) -> None:
    run = d2d("keygen", "staff.key")
    assert run.code == 0
    assert (group / "staff.key").stat().st_mode & 0o777 == 0o600
    assert d2d("keygen", "staff.key").code == 2
    key = read_signing_key(group / "staff.key")
    reports = group / "reports"
    reports.mkdir()
    signed = key.sign(report("kim", "hw1", 70))
    (reports / "kim.json").write_text(json.dumps(signed.as_json()), "utf-8")
    (group / "first.json").write_text(json.dumps(signed.as_json()), "utf-8")
    run = d2d("verify", "reports/kim.json", "first.json", "--key", "staff.key.pub")
    assert run.code == 0
    assert run.out.count("✓") == 2
    assert f"kim, hw1, 70 %: signed by {key.public.id}, unchanged" in run.out
    (reports / "lee.json").write_text(json.dumps(signed.as_json()), "utf-8")
    run = d2d("verify", "reports/lee.json", "--key", "staff.key.pub")
    assert (run.code, "but the file is called lee.json" in run.out) == (1, True)
    run = d2d("verify", "reports/kim.json", "--key", "staff.key.pub", "--member", "lee")
    assert (run.code, "but it is not lee's" in run.out) == (1, True)
    (group / "forged.json").write_text(json.dumps({**signed.as_json(), "title": "x"}), "utf-8")
    run = d2d("verify", "forged.json", "reports/kim.json", "--key", "staff.key.pub")
    assert (run.code, "✗ forged.json" in run.out, "✓" in run.out) == (1, True, True)
    keygen(group / "other.key")
    run = d2d("verify", "reports/kim.json", "--key", "other.key.pub")
    assert (run.code, "signed by another key" in run.out) == (1, True)
    (group / "no.json").write_text("{}", "utf-8")
    run = d2d("verify", "no.json", "reports/kim.json", "--key", "staff.key.pub")
    assert (run.code, "✓ reports/kim.json" in run.out) == (2, True)
    run = d2d("verify", "reports/kim.json")
    assert (run.code, "No key is known" in run.err) == (2, True)


def test_status_from_the_decisions_of_the_staff(d2d: D2D) -> None:
    assert d2d(*PROMOTE, "--json", "decisions.json").code == 0
    run = d2d("status", "--member", "lee")
    assert run.code == 0
    assert run.out.splitlines() == [
        "lee: junior (rule fewer-than-4)",
        "passed: hw1 hw2 hw3",
        "attendance 14/14 · discussion 2/3",
        "still missing:",
        "  · 1 more assignment (hw4 nothing handed in; hw5 nothing handed in)",
        "  · 1 more discussion: 2 of 3, 80 % needed",
    ]
    assert d2d("status", "--member", "lee", "--json", "-").json["decision"] == "junior"
    run = d2d("status")
    assert (run.code, "--member NAME" in run.err) == (2, True)
    assert d2d("status", "--member", "choi").code == 2


def test_a_member_reads_the_decision_in_a_language_of_their_own(d2d: D2D) -> None:
    i18n.use("ko")
    assert d2d(*PROMOTE, "--out", ".").code == 0
    i18n.use("en")
    assert "  · 1 more discussion: 2 of 3, 80 % needed" in d2d("status", "--member", "lee").out
    i18n.use("ko")
    assert "디스커션 1개가 더 필요해요" in d2d("status", "--member", "lee").out


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"member": "kim"}]', "[" * 100_000])
def test_status_from_a_file_of_something_else(d2d: D2D, group: Path, text: str) -> None:
    (group / "decisions.json").write_text(text, "utf-8")
    run = d2d("status", "--member", "kim")
    assert run.code == 2
    assert "decisions" in run.err


def test_status_from_one_s_own_reports(d2d: D2D, group: Path) -> None:
    run = d2d("status")
    assert run.code == 0
    assert "No report lies here yet" in run.err
    (group / "reports").mkdir()
    for hw, points in (("hw1", 82), ("hw2", 58)):
        value = report(hw, hw, points, "public").as_json()  # a stub's name is that of the assignment
        (group / f"reports/{hw}.json").write_text(json.dumps(value), "utf-8")
    (group / "package.json").write_text("{}", "utf-8")
    run = d2d("status")
    assert run.code == 0
    lines = run.out.splitlines()
    assert lines[1].split() == "hw1 ✓ 82 % public cases only".split()
    assert lines[2].split() == "hw2 ✗ 58 % public cases only".split()
    assert lines[3].split() == "hw3 – no report yet".split()
    assert "  · hw2 is mandatory: 58 %, 60 % needed" in lines
    assert "  · 3 more assignments (hw3 nothing handed in; hw4 nothing handed in; hw5 nothing handed in)" in lines
    assert "80 % is needed" in lines[-1]
    assert d2d("status", "package.json").code == 2
    (group / "reports/full.json").write_text(json.dumps(report("kim", "hw2", 61).as_json()), "utf-8")
    assert "✓ 61 %  graded by the staff" in d2d("status").out
    (group / "reports/lee.json").write_text(json.dumps(report("lee", "hw2", 90).as_json()), "utf-8")
    assert "kim, lee" in d2d("status").err
    assert "✓ 61 %" in d2d("status", "--member", "kim").out


def test_everything_in_korean(d2d: D2D) -> None:
    i18n.use("ko")
    run = d2d(*PROMOTE)
    assert "승급" in run.out
    assert "hw2" in run.out
    shown = d2d("gradebook", "show", "--gradebook", "none.db")
    assert shown.err.startswith("오류: none.db: ")
