"""Markdown for GitHub: what a student wrote calls nobody, links nowhere and forges no line."""

from __future__ import annotations

import doctest
import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from grader import i18n
from grader.render import markdown as module
from grader.render.markdown import MAX_COMMENT, escaped, markdown, titled
from grader.report.report import Hint, Report, Verdict, Visibility, Where
from tests.samples import a_case, a_report

TAGS = set("h2 h3 p strong blockquote table thead tbody tr th td ul li pre code sub span".split())


class Rendered(HTMLParser):
    """What a reader of Markdown makes of it: its elements, and the text that stands outside of code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.prose = ""
        self.open: list[str] = []
        self.feed(MarkdownIt("commonmark").enable("table").render(text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert all(name in ("class", "style") for name, _value in attrs), attrs
        self.tags.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if "code" not in self.open:
            self.prose += data


def test_doctest() -> None:
    assert doctest.testmod(module).failed == 0


def test_a_report() -> None:
    report = a_report(
        a_case("test_a"),
        a_case(
            "test_b[mean]",
            "failed",
            message="Every value is 2 times what was expected.",
            details=("expected: 1.5", "yours: 3.0"),
            hint=Hint("twice", "It is divided by N once."),
            where=Where("kim.ipynb", cell=7, line=4),
            output="3.0\n",
        ),
        a_case(
            "test_c",
            "failed",
            message="Every value is 2 times what was expected.",
            hint=Hint("twice", "It is divided by N once."),
        ),
        a_case("test_d", "skipped", section="l1_loss", message="This can't be judged until «x» passes."),
        a_case("test_e", "timeout", section="l1_loss", visibility=Visibility.HIDDEN, message="It took too long."),
    )
    assert markdown(report).replace("\u2060", "").splitlines() == [
        "## hw1 · Losses — `kim`",
        "",
        "**2 of 10 points (20%)** · 4 more points to the pass mark of 60%",
        "",
        "| | Section | Points |",
        "|---|---|--:|",
        "| ❌ | `mse_loss` | 2 / 6 |",
        "| ❌ | `l1_loss` | 0 / 4 |",
        "",
        "### `mse_loss`",
        "",
        r"- ❌ **mse\_loss gives the mean \[mean\]** · `kim.ipynb[7]:4`",
        "",
        "  ```text",
        "  Every value is 2 times what was expected.",
        "  expected: 1.5",
        "  yours: 3.0",
        "  ```",
        "",
        r"  💡 It is divided by N once\.",
        "",
        r"  your code printed\:",
        "",
        "  ```text",
        "  3.0",
        "  ```",
        "",
        r"  and 1 more case the same way\: `mse_loss gives the mean`",
        "",
        "### `l1_loss`",
        "",
        r"- ❌ **mse\_loss gives the mean** · hidden case · out of time",
        "",
        "  ```text",
        "  It took too long.",
        "  ```",
        "",
        r"- ➖ 1 case skipped\. This can't be judged until «x» passes\.",
        "",
        r"<sub>sandbox\: landlock, seccomp · d2d 0\.1\.0</sub>",
    ]


def test_korean() -> None:
    i18n.use("ko")
    assert "2점 중 0점 (0%)" in markdown(a_report(a_case("test_a", "error", message="x")))


def test_hostile_texts_stay_text(hostile: Report) -> None:
    text = markdown(hostile)
    found = Rendered(text)
    assert set(found.tags) <= TAGS
    assert len(text) <= MAX_COMMENT
    assert not re.search(r"[@#]\w|GH-\d", found.prose.replace("hw1", ""))
    assert found.tags.count("h2") == 1
    assert found.tags.count("h3") == len(hostile.sections) + 1  # and the notes
    assert found.tags.count("table") == 1
    assert found.tags.count("tr") == 1 + len(hostile.sections)
    assert not any(mark in text for mark in "\x1b\x9b\x07\x00\u202e\u2066\u200b")


def test_nothing_links_by_itself(hostile: Report) -> None:
    """Bare addresses, which GitHub makes links of wherever they stand in prose, come escaped."""
    outside = re.sub(r"(`+)(.+?)(?<!`)\1(?!`)", "", markdown(hostile), flags=re.DOTALL)
    assert not re.search(r"https?:|www\.|\w@\w", outside)


def test_size_is_bounded_between_blocks() -> None:
    cases = [a_case(f"test_{at}", "failed", message=f"{at} " * 400) for at in range(200)]
    text = markdown(a_report(*cases))
    assert MAX_COMMENT - 2000 < len(text) <= MAX_COMMENT
    assert text.count("```") % 2 == 0
    assert text.endswith("… and more than fits here; the report itself has everything.\n")
    assert markdown(a_report(*cases), longest=500).count("\n") < 20


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_its_words(verdict: Verdict) -> None:
    text = markdown(a_report(a_case("test_a", verdict.value, message="Said.")))
    assert ("### " in text) == (verdict is not Verdict.PASSED)


def test_in_titles_formulas_stay_and_in_other_text_there_is_none() -> None:
    assert titled(r"The slope of $\sigma(x)$ at $x=0$ is *¼*.") == r"The slope of $\sigma(x)$ at $x=0$ is \*¼\*\."
    for text in ("It costs $5 to $6.", "a $ b $ c", r"\$x\$", "$`x`$", "$<b>$", r"\(x\) \begin{a}b\end{a}", "$$x$$"):
        assert titled(text) == escaped(text)
    # An element of its own: what reads the page for formulas does not read beyond it.
    assert escaped(r"$x$ \(y\)") == r"<span>\$</span>x<span>\$</span> <span>\\</span>(y<span>\\</span>)"
    prose = Rendered(escaped(r"$x$ \(y\) \begin{a}")).prose
    assert prose.strip() == r"$x$ \(y\) \begin{a}"


def test_a_title_with_a_formula_is_one_wherever_it_stands() -> None:
    cases = [a_case(f"test_{at}", "failed", message="No.", title=rf"$\sigma(x_{at})$ is right.") for at in range(2)]
    text = markdown(a_report(*cases))
    assert r"**$\sigma(x_0)$ is right**" in text
    assert r"\: $\sigma(x_1)$ is right" in text
