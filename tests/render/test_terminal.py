"""What a member reads in the terminal."""

from __future__ import annotations

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from grader import i18n
from grader.render.terminal import print_report
from grader.report.report import Hint, Note, Report, Visibility, Where
from tests.samples import a_case, a_checked_report, shown

HOSTILE = (
    "\x1b[2J\x1b[1;1H\x1b]0;pwned\x07[bold red]✓[/] \u202eevil\u2066\u200b \x9b31m\ud800 \r\n  ✓ mse_loss 9/9\x07\x00"
)


def test_all_passed() -> None:
    assert shown(a_checked_report(a_case(), a_case(section="l1"))) == [
        "hw1 · Losses — kim.ipynb · public cases",
        "",
        "  ✓ mse_loss  2/2",
        "  ✓ l1        2/2",
        "",
        "  4 of 4 points (100%) · reaches the pass mark of 60%",
        "  These are the public cases only; the final grade counts hidden cases as well.",
        "  sandbox: landlock, seccomp",
    ]


def test_a_full_report_says_passed_and_not_that_it_is_public() -> None:
    text = "\n".join(shown(a_checked_report(a_case(), visibility="full")))
    assert "passed (pass mark 60%)" in text
    assert "public" not in text


def test_korean() -> None:
    i18n.use("ko")
    case = a_case(
        "test_a[mean]",
        "timeout",
        title="평균을 구해요",
        hint=Hint("sum", "합을 구한 값과 같아요."),
        details=("기댓값: 1.0", "내 값: 3.0"),
        output="x",
        where=Where("김 과제.ipynb", 4, 7),
    )
    assert shown(a_checked_report(case, a_case(section="아주 긴 이름"), title="손실 함수")) == [
        "hw1 · 손실 함수 — kim.ipynb · 공개 테스트",
        "",
        "  ✗ mse_loss      0/2",
        "    평균을 구해요 [mean] — 시간 초과  김 과제.ipynb [7]:4",
        "      힌트  합을 구한 값과 같아요.",
        "      기댓값: 1.0",
        "      내 값:  3.0",
        "      내 코드가 출력한 내용:",
        "      │ x",
        "",
        "  ✓ 아주 긴 이름  2/2",
        "",
        "  4점 중 2점 (50%) · 통과 기준 60%까지 1점 남았어요",
        "  공개 테스트만 돌려 본 결과예요. 최종 점수에는 비공개 테스트도 들어가요.",
        "  샌드박스: landlock, seccomp",
    ]


def test_nothing_written_is_one_line() -> None:
    lines = shown(a_checked_report(a_case(verdict="missing"), a_case("test_b", "skipped", message="waits")))
    assert lines[2:4] == ["  · mse_loss  0/4  not written yet", ""]


def test_a_part_not_written_says_so() -> None:
    lines = shown(a_checked_report(a_case(), a_case("test_b", "missing", title="the gradient")))
    assert lines[2:5] == ["  ✗ mse_loss  2/4", "    the gradient", "      not written yet"]


def test_the_same_message_is_folded() -> None:
    variants = [a_case(f"test_a[{name}]", "failed", message="The sign is turned round.") for name in "abc"]
    other = a_case("test_b", "failed", message="The sign is turned round.", title="another one")
    lines = shown(a_checked_report(*variants, other))
    assert lines[3:6] == [
        "    mse_loss gives the mean [a]",
        "      The sign is turned round.",
        "      and 3 more cases the same way: [b], [c], another one",
    ]
    assert sum("turned round" in line for line in lines) == 1


def test_a_long_fold_is_cut() -> None:
    lines = shown(a_checked_report(*[a_case(f"test_a[{i}]", "failed", message="no") for i in range(30)]))
    assert lines[5] == "      and 29 more cases the same way: [1], [2], [3], [4], [5], [6], …"


def test_notes_with_the_same_words_are_said_once() -> None:
    notes = [Note("cell", "Set aside.", Where("kim.ipynb", cell=n)) for n in (1, 4)]
    more = [Note("cell", f"note {n}") for n in range(9)]
    lines = shown(a_checked_report(a_case(), notes=(*notes, *more)))
    assert lines[4] == "  – kim.ipynb [1], [4]  Set aside."
    assert lines[5] == "  – note 0"
    assert lines[12] == "    … and 2 more notes"


def test_no_case_at_all() -> None:
    assert "  There was no case to judge." in shown(a_checked_report())


def hostile_report(text: str) -> Report:
    return a_checked_report(
        a_case(
            f"test_a[{text}]",
            "failed",
            title=text,
            message=text,
            details=(text, text),
            output=text,
            hint=Hint("x", text),
            where=Where(text, 1, 2),
        ),
        a_case("test_b", "skipped", message=text),
        a_case("test_c", section=text),
        member=text,
        title=text,
        notes=(Note("cell", text, Where(text, 1, 2)),),
        layers=(text,),
    )


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("width", [80, 40])
def test_hostile_text_is_inert(language: str, width: int) -> None:
    i18n.use(language)
    lines = shown(hostile_report(HOSTILE), width)
    text = "\n".join(lines)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)
    assert "pwned" not in text
    assert "[bold red]✓[/]" in text  # markup is text
    # Wherever the forged line appears, it is not where a section's line begins.
    assert not any(line.startswith("  ✓ mse_loss 9/9") for line in lines)


def test_colours_are_ours_alone() -> None:
    codes = {
        *re.findall(
            "\x1b[^m]*m",
            "\n".join(shown(hostile_report(HOSTILE), color_system="truecolor", force_terminal=True)),
        )
    }
    honest = shown(hostile_report("honest"), color_system="truecolor", force_terminal=True)
    assert codes == {*re.findall("\x1b[^m]*m", "\n".join(honest))}


@pytest.mark.parametrize(
    "text", ["x" * 1_000_000, "가" * 1_000_000, "\x1b[" * 500_000, "\n" * 1_000_000, "e\u0301" * 500_000]
)
def test_a_megabyte_is_a_screenful(text: str) -> None:
    assert len(shown(hostile_report(text))) < 200


def test_a_failed_case_says_all_that_is_known_in_order() -> None:
    case = a_case(
        "test_a[mean]",
        "failed",
        message="Every value is 3 times what was expected.",
        hint=Hint("sum", "Your values are those of a sum."),
        details=("expected: 1.0", "yours: 3.0"),
        output="x is 1\ny is 2\n",
        where=Where("hw1.py", 34),
    )
    assert shown(a_checked_report(a_case(), case))[2:12] == [
        "  ✗ mse_loss  2/4",
        "    mse_loss gives the mean [mean]  hw1.py:34",
        "      Every value is 3 times what was expected.",
        "      hint  Your values are those of a sum.",
        "      expected: 1.0",
        "      yours:    3.0",
        "      your code printed:",
        "      │ x is 1",
        "      │ y is 2",
        "",
    ]


@pytest.mark.parametrize(
    ("verdict", "word"),
    [
        ("error", " — error"),
        ("timeout", " — out of time"),
        ("memory", " — out of memory"),
        ("crashed", " — crashed"),
        ("forbidden", " — not allowed here"),
        ("ungradable", " — could not be judged"),
        ("failed", ""),
    ],
)
def test_the_verdict_is_named_unless_it_is_failed(verdict: str, word: str) -> None:
    assert shown(a_checked_report(a_case(verdict=verdict)))[3] == "    mse_loss gives the mean" + word


def test_a_hidden_case_is_called_so() -> None:
    lines = shown(a_checked_report(a_case(verdict="failed", visibility=Visibility.HIDDEN), visibility="full"))
    assert lines[3] == "    mse_loss gives the mean · hidden case"


def test_output_is_bounded() -> None:
    case = a_case(verdict="failed", output="\n".join(f"step {n} " + "." * 200 for n in range(10_000)))
    lines = shown(a_checked_report(case))
    printed = [line for line in lines if "│" in line]
    assert len(printed) == 5
    assert all(cell_len(line) == 80 and line.endswith("…") for line in printed)
    assert "      … 9995 more lines" in lines


def test_long_text_wraps_below_itself() -> None:
    lines = shown(a_checked_report(a_case(verdict="failed", hint=Hint("x", "word " * 40))), width=60)
    first = next(i for i, line in enumerate(lines) if "hint" in line)
    assert lines[first].startswith("      hint  word")
    assert lines[first + 1].startswith("            word")


@pytest.mark.parametrize("encoding", ["ascii", "cp949", "latin-1"])
def test_a_terminal_that_is_not_utf_8(encoding: str) -> None:
    raw = io.BytesIO()
    i18n.use("ko")
    report = a_checked_report(
        a_case(section="l1"),
        a_case(verdict="failed", message="값 ✓ 👍", output="x"),
        a_case(section="b", verdict="missing"),
    )
    with io.TextIOWrapper(raw, encoding=encoding, newline="\n") as file:
        print_report(report, Console(file=file, width=80))
        file.flush()
        lines = raw.getvalue().decode(encoding).splitlines()
    assert lines[0].startswith("hw1 . ")
    assert lines[2] == "  + l1        2/2"
    assert lines[3] == "  x mse_loss  0/2"
    assert any(line.startswith("  . b ") for line in lines)
    assert any(line == "      | x" for line in lines)
    if encoding == "cp949":
        assert "      값 + ?" in lines
