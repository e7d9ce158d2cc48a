"""What a member reads in the terminal."""

from __future__ import annotations

import re

import pytest

from grader import i18n
from grader.report.report import Hint, Note, Report, Where
from tests.render.printing import a_case, a_report, shown

HOSTILE = (
    "\x1b[2J\x1b[1;1H\x1b]0;pwned\x07[bold red]✓[/] \u202eevil\u2066\u200b \x9b31m\ud800 \r\n  ✓ mse_loss 9/9\x07\x00"
)


def test_all_passed() -> None:
    assert shown(a_report(a_case(), a_case(section="l1"))) == [
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
    text = "\n".join(shown(a_report(a_case(), visibility="full")))
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
    assert shown(a_report(case, a_case(section="아주 긴 이름"), title="손실 함수")) == [
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
    lines = shown(a_report(a_case(verdict="missing"), a_case("test_b", "skipped", message="waits")))
    assert lines[2:4] == ["  · mse_loss  0/4  not written yet", ""]


def test_a_part_not_written_says_so() -> None:
    lines = shown(a_report(a_case(), a_case("test_b", "missing", title="the gradient")))
    assert lines[2:5] == ["  ✗ mse_loss  2/4", "    the gradient", "      not written yet"]


def test_the_same_message_is_folded() -> None:
    variants = [a_case(f"test_a[{name}]", "failed", message="The sign is turned round.") for name in "abc"]
    other = a_case("test_b", "failed", message="The sign is turned round.", title="another one")
    lines = shown(a_report(*variants, other))
    assert lines[3:6] == [
        "    mse_loss gives the mean [a]",
        "      The sign is turned round.",
        "      and 3 more cases the same way: [b], [c], another one",
    ]
    assert sum("turned round" in line for line in lines) == 1


def test_a_long_fold_is_cut() -> None:
    lines = shown(a_report(*[a_case(f"test_a[{i}]", "failed", message="no") for i in range(30)]))
    assert lines[5] == "      and 29 more cases the same way: [1], [2], [3], [4], [5], [6], …"


def test_notes_with_the_same_words_are_said_once() -> None:
    notes = [Note("cell", "Set aside.", Where("kim.ipynb", cell=n)) for n in (1, 4)]
    more = [Note("cell", f"note {n}") for n in range(9)]
    lines = shown(a_report(a_case(), notes=(*notes, *more)))
    assert lines[4] == "  – kim.ipynb [1], [4]  Set aside."
    assert lines[5] == "  – note 0"
    assert lines[12] == "    … and 2 more notes"


def test_no_case_at_all() -> None:
    assert "  There was no case to judge." in shown(a_report())


def hostile_report(text: str) -> Report:
    return a_report(
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
