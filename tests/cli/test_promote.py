"""`d2d promote`: what it prints, writes, stores and refuses."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction
from pathlib import Path

import pytest

from grader import i18n
from grader.gradebook.book import Gradebook
from grader.report.reader import read_value
from tests.cli.staff import PROMOTE, Staff, report


def test_promote_prints_a_line_a_member(staff: Staff) -> None:
    run = staff(*PROMOTE)
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


def test_promote_json_is_the_contract_and_nothing_else_is_printed(staff: Staff) -> None:
    run = staff(*PROMOTE, "--json", "-")
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


def test_promote_writes_its_files_and_stores_the_run(staff: Staff, group: Path) -> None:
    assert staff(*PROMOTE, "--out", "out").code == 0
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


def test_what_if_shows_and_stores_nothing(staff: Staff, group: Path) -> None:
    run = staff(*PROMOTE, "--what-if", "lee:hw5=pass", "--what-if", "lee:discussion=3", "--out", "out")
    assert run.code == 0
    assert run.out.splitlines()[1].split()[:3] == ["lee", "promoted", "all-met"]
    assert "as it is: junior, by the rule fewer-than-4; nothing was stored" in run.out
    assert "kim" not in run.out
    assert not (group / "out").exists()
    with Gradebook(group / "book.db") as book:
        assert all(entry.action == "report" for entry in book.log())
    run = staff(*PROMOTE, "--what-if", "kim:hw1=fail", "--json", "-")
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
def test_what_if_of_what_can_not_be(staff: Staff, change: str, said: str) -> None:
    run = staff(*PROMOTE, "--what-if", change)
    assert run.code == 2
    assert said in run.err
    assert run.out == ""


def test_a_member_without_a_row_is_named(staff: Staff, group: Path) -> None:
    (group / "discussion.csv").write_text("Name,w1\nkim,O\npark,O\nchoi,O\n", "utf-8")
    run = staff(*PROMOTE)
    assert run.code == 2
    assert "attendance.csv: There is no row for choi." in run.err
    with (group / "attendance.csv").open("a", encoding="cp949") as file:
        file.write("choi,14,14\n")
    assert "discussion.csv: There is no row for lee." in staff(*PROMOTE).err


def test_the_roster_says_who_gets_a_decision(staff: Staff, group: Path) -> None:
    (group / "roster.csv").write_text("member,name\nkim,김\npark,박\n", "utf-8")
    run = staff(*PROMOTE, "--roster", "roster.csv", "--json", "-")
    assert [each["member"] for each in run.json] == ["kim", "park"]
    assert "attendance.csv: lee is not on the roster" in run.err
    assert "lee is in the gradebook but not on the roster" in run.err


def test_a_policy_of_one_s_own(staff: Staff, group: Path) -> None:
    (group / "policy.toml").write_text(
        'assignments = ["hw1"]\n[rules.no]\npassed_below = 1\ndecision = "junior"\n'
        '[rules.yes]\ndecision = "promoted"\n',
        "utf-8",
    )
    run = staff(*PROMOTE, "--policy", "policy.toml", "--json", "-")
    assert {each["rule"] for each in run.json} == {"yes"}
    (group / "policy.toml").write_text(
        'assignments = ["hw1"]\n[rules.no]\npased_below = 1\ndecision = "junior"\n', "utf-8"
    )
    run = staff(*PROMOTE, "--policy", "policy.toml")
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("Error: policy.toml:3: rules.no.pased_below: is not known")
    assert "Did you mean passed_below?" in run.err


def test_hostile_names_are_inert_everywhere(staff: Staff, group: Path) -> None:
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
    runs = [staff(*promote, "--out", "out")]
    runs += [staff("gradebook", word, "--gradebook", "new.db") for word in ("show", "export", "log")]
    runs += [staff("gradebook", "show", name, "--gradebook", "new.db") for name in names]
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


def test_a_name_of_ten_thousand_characters_keeps_nobody_from_anything(staff: Staff, group: Path) -> None:
    """Names come from forms: somebody types what they like, and the others still get their decisions."""
    name = "\u202ex\x1b[2J" + "가" * 10_000
    for file in ("attendance.csv", "discussion.csv"):
        rows = f'member,attended,held\nkim,14,14\nlee,14,14\npark,14,14\n"{name}",1,14\n'
        (group / file).write_text(rows, "utf-8-sig")
    run = staff(*PROMOTE, "--out", ".")
    assert run.code == 0
    assert max(map(len, run.out.splitlines())) < 700
    for text in (run.out, *((group / f"decisions.{end}").read_text("utf-8-sig") for end in ("csv", "html"))):
        assert not any(mark in text for mark in ("\x1b", "\u202e", "가" * 400))
    assert "lee: junior" in staff("status", "--member", "lee").out
    assert "removed" in staff("status", "--member", name).out
    refusal = staff("override", "--gradebook", "book.db", name, "hw1", "--points", "1", "--why", "x", "--by", "y")
    assert "\x1b" not in refusal.err
    (group / "long.json").write_text(json.dumps(report(name, "hw1", 70).as_json()), "utf-8")
    run = staff("gradebook", "add", "long.json", "--gradebook", "book.db")
    assert (run.code, "member: must have from 1 to 200 characters" in run.err) == (2, True)


def test_everything_in_korean(staff: Staff) -> None:
    i18n.use("ko")
    run = staff(*PROMOTE)
    assert "승급" in run.out
    assert "hw2" in run.out
    shown = staff("gradebook", "show", "--gradebook", "none.db")
    assert shown.err.startswith("오류: none.db: ")


def test_in_the_middle_of_a_term_nobody_leaves_for_what_is_not_due(staff: Staff, group: Path) -> None:
    with (group / "d2d.toml").open("a", encoding="utf-8") as file:
        days = {"hw1": "03-20", "hw2": "04-03", "hw3": "05-01", "hw4": "05-15", "hw5": "06-12"}
        file.write("[deadlines]\n" + "".join(f"{hw} = 2026-{day}\n" for hw, day in days.items()))
    run = staff(*PROMOTE, "--now", "2026-03-25", "--json", "-", "--out", "out")
    assert "Not due yet, so nobody is judged by it: hw2, hw3, hw4, hw5." in run.err
    decided = {each["member"]: (each["decision"], each["missing"]) for each in run.json}
    assert decided["kim"] == ("promoted", [])
    assert decided["park"] == ("junior", ["1 more session attended: 11 of 14, 80 % needed"])
    assert "Not due yet" in (group / "out" / "decisions.html").read_text("utf-8")
    run = staff(*PROMOTE, "--now", "2026-07-01", "--json", "-")
    assert (run.err, run.json[2]["decision"]) == ("", "removed")
    tried = staff(*PROMOTE, "--now", "2026-03-25", "--what-if", "kim:hw2=fail", "--json", "-").json
    assert tried[0]["missing"] == ["hw2 is mandatory: 70 %, 60 % needed"]
