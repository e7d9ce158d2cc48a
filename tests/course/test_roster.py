"""Sheets of attendance and discussion as people really export them, and what can't be read in them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.course.policy import read_policy
from grader.course.roster import Attendance, demand_rows, read_attendance, read_hand_in_times, read_roster
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


@given(st.binary(max_size=200) | st.text("memberattendedheldkim,;\t\"'\n0123OX출석 ", max_size=80).map(str.encode))
def test_no_bytes_end_in_anything_but_a_sheet_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.csv"
    file.write_bytes(data)
    with suppress(BadInputError):
        assert all(attended <= held for attended, held in shares(read_attendance(file)).values())


def test_times_of_handing_in(file: Path) -> None:
    file.write_text(
        "Name;제출 시각\n김민수;2026-03-20 23:59\nlee;2026-03-20T15:00Z\n박지호;\nchoi;2026-03-21\n", "utf-8-sig"
    )
    file.with_name("roster.csv").write_text(ROSTER, "utf-8")
    zone = ZoneInfo("Asia/Seoul")
    times = read_hand_in_times(file, zone, read_roster(file.with_name("roster.csv")))
    assert {member: at.isoformat() for member, at in times.items()} == {
        "kim": "2026-03-20T14:59:00+00:00",
        "lee": "2026-03-20T15:00:00+00:00",
        "choi": "2026-03-20T15:00:00+00:00",
    }
    for text, said in (
        ("member,when\nkim,1\n", "call it submitted"),
        ("member,submitted\nkim,noon\n", "row 2, column B"),
    ):
        file.write_text(text, "utf-8")
        with pytest.raises(BadInputError, match=said):
            read_hand_in_times(file, zone)
