"""What the cells of a sheet of attendance say: counts, or a mark for each session."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.course.policy import Share, read_policy
from grader.course.roster import Attendance, read_attendance

POLICY = read_policy()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "attendance.csv"


def shares(sheet: Attendance) -> dict[str, tuple[int, int]]:
    found = {member: sheet.share(member, POLICY) for member in sheet.tallies}
    return {member: (share.attended, share.held) for member, share in found.items()}


@pytest.mark.parametrize(
    "text",
    [
        "member,attended,held\nkim,12,14\nlee,11,14\n",
        "held,member,attended\n14,kim,12\n14,lee,11\n",
        "이름,출석,전체\r\nkim,12,14\r\nlee,11,14\r\n",
        "이름\t출석 횟수\t총 회차\nkim\t12\t14\nlee\t11\t14\n",
        'sep=;\nmember;attended;held\nkim;12;14\n"lee";"11";14\n',
        "Name;Attended;Held;Note\nkim;12.0;14;\nlee; 11 ;14;was ill; \n",
        "\n\nmember,attended,held\n\nkim,12,14\n,,\nlee,11,14\n",
        "이름,출석,결석\nkim,12,2\nlee,11,3\n",
        "이름,출석,지각,결석,전체,출석률\nkim,11,1,2,14,86%\nlee,10,1,3,14,79%\n",
        "member,attended,held\nkim,１２,１４\nlee,１１,１４\n",
    ],
)
def test_counts(file: Path, text: str) -> None:
    for encoding in ("utf-8", "utf-8-sig", "cp949", "utf-16"):
        try:
            file.write_bytes(text.encode(encoding))
        except UnicodeEncodeError:
            continue
        assert shares(read_attendance(file)) == {"kim": (12, 14), "lee": (11, 14)}


@pytest.mark.parametrize(
    ("present", "absent"),
    [
        ("O", "X"), ("o", "x"), ("○", "×"), ("ㅇ", "X"), ("1", "0"), ("✓", "✗"), ("✔️", "❌"), ("✅", "☐"),
        ("Yes", "No"), ("출석", "결석"), ("제출", "미제출"), ("TRUE", "FALSE"), ("Ｏ", "Ｘ"), (" 출석 ", "결석 "),
        ("1.0", "0.0"), ("⭕", "❌"),
    ],
)  # fmt: skip
def test_marks(file: Path, present: str, absent: str) -> None:
    file.write_text(
        f"Tags,Name,Week 1,Week 2,Week 3,Created time\n,kim,{present},{present},{absent},March 1\n"
        f"ta,lee,{absent},{absent},{present},March 1\n",
        "utf-8",
    )
    assert shares(read_attendance(file)) == {"kim": (2, 3), "lee": (1, 3)}


@pytest.mark.parametrize(("late_per_absence", "attended"), [(0, 6), (1, 2), (2, 4), (3, 5), (4, 5), (5, 6)])
def test_late_counts_as_the_policy_says(file: Path, late_per_absence: int, attended: int) -> None:
    file.write_text("이름,1,2,3,4,5,6,7\nkim,출석,출석,지각,지각,△,late,결석\n", "utf-8")
    policy = replace(POLICY, late_per_absence=late_per_absence)
    assert read_attendance(file).share("kim", policy) == Share(attended, 7)


def test_excused_counts_as_the_policy_says(file: Path) -> None:
    file.write_text("이름,1,2\nkim,출석,공결\n", "utf-8")
    assert read_attendance(file).share("kim", POLICY) == Share(2, 2)
    assert read_attendance(file).share("kim", replace(POLICY, excused_attended=False)) == Share(1, 2)


def test_a_session_without_any_mark_is_still_to_come(file: Path) -> None:
    file.write_text("이름,1주차,2주차,3주차\nkim,O,X,\nlee,X,O,\n", "utf-8")
    assert shares(read_attendance(file)) == {"kim": (1, 2), "lee": (1, 2)}
