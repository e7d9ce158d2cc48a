"""Sheets of attendance and discussion as people really export them, and what can't be read in them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.course.csvfile import Column, read_sheet
from grader.course.policy import Share, read_policy
from grader.course.roster import Attendance, demand_rows, read_attendance, read_roster
from grader.errors import BadInputError

POLICY = read_policy()
ROSTER = (
    "member,name,github,repository\nkim,김민수,kim-d2d,https://example.org/kim\nlee,이서연,lee-d2d,\npark,박지호,,\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "attendance.csv"


def shares(sheet: Attendance) -> dict[str, tuple[int, int]]:
    found = {member: sheet.share(member, POLICY) for member in sheet.tallies}
    return {member: (share.attended, share.held) for member, share in found.items()}


def refused(file: Path, data: str | bytes, roster: str | None = None) -> str:
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    people = None
    if roster is not None:
        file.with_name("roster.csv").write_text(roster, "utf-8")
        people = read_roster(file.with_name("roster.csv"))
    with pytest.raises(BadInputError) as found:
        read_attendance(file, people)
    assert str(file) in str(found.value.where)
    return found.value.what


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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("member,attended,held\nkim,12,14\nlee,15,14\n", "row 3, column B (attended): 15 of 14 is more than 100 %."),
        ("member,attended,held\nkim,101%,14\n", "row 2, column B (attended): 101% is no count."),
        ("member,attended,held\nkim,-1,14\n", "row 2, column B (attended): -1 is no count."),
        ("member,attended,held\nkim,,14\n", "row 2, column B (attended): A count is missing."),
        ("member,attended,held\nkim,2,4\n\n\nkim,1,4\n", "row 5, column A (member): kim has a row already: row 2"),
        ("member,attended,held\nkim,12,14\n Kim ,12,14\n", "row 3, column A (member): Kim has a row already: row 2."),
        ("member,attended,held\n,12,14\n", "row 2, column A (member): The name is missing."),
        ("member,attended,held\nkim,12,14,3\n", "row 2, column D (): 3 stands where no column has a head."),
        ("member,attended,held,Held\nkim,1,2,2\n", "row 1, column D (Held): The head is the same as that of column C."),
        ("member,attended,held,total\nkim,12,14,14\n", "held and total both count the same."),
        ("member,attended,late,held\nkim,12,1,14\n", "Nobody can tell whether attended counts late as well."),
        ("이름,출석,결석,전체\nkim,12,1,14\n", "row 2, column D (전체): The counts don't add up to 14."),
        ("이름,1주차,2주차\nkim,O,?\n", "row 2, column C (2주차): ? is no mark that is known."),
        ("이름,1주차,2주차\nkim,O,O\nlee,O,\n", "row 3, column C (2주차): The mark is missing: was X meant?"),
        ("이름,1주차,2주차\nkim,O,X\nlee,O,0\n", "row 3, column C (2주차): Marks are mixed: 0 here, O above."),
        ("이름,1주차,attended,held\nkim,O,1,1\n", "There are counts, and marks of a session in column B (1주차)"),
        ("이름,비고\nkim,ill\n", "There is neither a column of counts nor one of a session."),
        ("이름,1주차\n", "There is neither a column of counts nor one of a session."),
        ("who,attended,held\nkim,1,1\n", "row 1: No column says who a row is about."),
        ("이름,성명,attended,held\nkim,kim,1,1\n", "이름 and 성명 both say who a row is about."),
        ("", "The file is empty."),
        ("\n , \n", "The file is empty."),
        ('member,attended,held\n"kim,12,14\n', "row 2: This can't be read as CSV"),
        (b"member,attended,held\nkim,12,14\n\xff\xff\xff,1,1\n", "row 3: This is neither UTF-8 nor CP949."),
        (b"PK\x03\x04 and so on", "This is an Excel workbook, not a CSV file."),
        (b"member,attended,held\nk\0m,1,1\n", "This is no text."),
    ],
)  # fmt: skip
def test_what_can_not_be_read_is_said_with_row_and_column(file: Path, text: str | bytes, said: str) -> None:
    assert said in refused(file, text)


def test_a_file_that_is_not_there_is_a_folder_or_too_large(tmp_path: Path, file: Path) -> None:
    with pytest.raises(BadInputError, match="no such file"):
        read_sheet(file)
    with pytest.raises(BadInputError, match="can't be read"):
        read_sheet(tmp_path)
    with file.open("wb") as opened:
        opened.truncate((16 << 20) + 1)
    with pytest.raises(BadInputError, match="too large"):
        read_sheet(file)


def test_who_has_no_row_is_named(file: Path) -> None:
    file.write_text("member,attended,held\nkim,12,14\n", "utf-8")
    sheet = read_attendance(file)
    demand_rows([sheet], ["kim"])
    with pytest.raises(BadInputError) as found:
        demand_rows([sheet], ["park", "kim", "lee"])
    assert str(found.value) == f"{file}: There is no row for lee, park."
    with pytest.raises(BadInputError, match="and 20 more"):
        demand_rows([sheet], [f"lee{number:02}" for number in range(30)])


def test_the_roster_says_who_is_called_what(file: Path, tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text(ROSTER, "utf-8-sig")
    roster = read_roster(tmp_path / "roster.csv")
    assert roster.members == ["kim", "lee", "park"]
    assert roster.people[0].repository == "https://example.org/kim"
    file.write_text("이름,attended,held\n김민수,12,14\n@lee-d2d,11,14\nPark,10,14\n최손님,1,14\n", "utf-8")
    sheet = read_attendance(file, roster)
    assert shares(sheet) == {"kim": (12, 14), "lee": (11, 14), "park": (10, 14)}
    assert sheet.unknown == ("최손님",)


def test_names_taken_apart_by_macos_are_the_same(file: Path, tmp_path: Path) -> None:
    import unicodedata

    (tmp_path / "roster.csv").write_text(ROSTER, "utf-8")
    file.write_text(unicodedata.normalize("NFD", "이름,attended,held\n김민수,12,14\n"), "utf-8")
    assert list(read_attendance(file, read_roster(tmp_path / "roster.csv")).tallies) == ["kim"]


def test_two_people_of_one_name_are_never_guessed(file: Path) -> None:
    roster = ROSTER + "kim2,김민수,,\n"
    assert "row 2, column A (이름): Two people are called 김민수" in refused(
        file, "이름,attended,held\n김민수,1,1\n", roster
    )
    file.write_text("member,이름,attended,held\nkim2,김민수,1,2\n", "utf-8")
    assert shares(read_attendance(file, read_roster(file.with_name("roster.csv")))) == {"kim2": (1, 2)}


def test_one_member_under_two_names_is_doubled(file: Path) -> None:
    said = refused(file, "이름,attended,held\n김민수,1,1\nkim,1,1\n", ROSTER)
    assert said == "row 3: kim has a row already: row 2."


def test_names_of_every_kind_are_only_names(file: Path) -> None:
    names = ["<script>", "=HYPERLINK(1)", "\u202eevil", "김🙂", "x" * 10_000, "a\x1b[31mb"]
    rows = "".join(f'"{name}",1,2\n' for name in names)
    file.write_text("member,attended,held\n" + rows, "utf-8")
    assert list(read_attendance(file).tallies) == names
    said = refused(file, f'member,attended,held\n"{"x" * 10_000}",1,2\n"{"x" * 10_000}",1,2\n')
    assert len(said) < 200


def test_letters_of_columns() -> None:
    assert [Column(at, "").letter for at in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


@given(st.binary(max_size=200) | st.text("memberattendedheldkim,;\t\"'\n0123OX출석 ", max_size=80).map(str.encode))
def test_no_bytes_end_in_anything_but_a_sheet_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.csv"
    file.write_bytes(data)
    with suppress(BadInputError):
        assert all(attended <= held for attended, held in shares(read_attendance(file)).values())
