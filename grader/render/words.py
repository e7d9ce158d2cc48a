"""The sentences that all forms of a report share: verdicts, places, points, and the pass mark."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from math import ceil, lcm

from grader.clean import inline, printable
from grader.i18n import _, ngettext
from grader.report.report import CaseResult, Report, Section, Verdict, Where

_PARAMETERS = re.compile(r"::[^\[]*\[(.*)\]\Z", re.DOTALL)
_LABEL = re.compile(r"([^:\s][^:]{0,15}): +(?=\S)")

# Functions, since the language is chosen after this module is loaded.
VERDICTS: dict[Verdict, Callable[[], str]] = {
    Verdict.PASSED: lambda: _("passed"),
    Verdict.FAILED: lambda: _("not right"),
    Verdict.ERROR: lambda: _("error"),
    Verdict.MISSING: lambda: _("not written yet"),
    Verdict.TIMEOUT: lambda: _("out of time"),
    Verdict.MEMORY: lambda: _("out of memory"),
    Verdict.CRASHED: lambda: _("crashed"),
    Verdict.FORBIDDEN: lambda: _("not allowed here"),
    Verdict.SKIPPED: lambda: _("skipped"),
    Verdict.UNGRADABLE: lambda: _("could not be judged"),
}


def heading(report: Report) -> str:
    """The assignment: its id and title."""
    return inline(f"{report.assignment} · {report.title}")


def whose(report: Report) -> str:
    """The member; empty where that is only the name of the assignment, as of a file `hw1.py`."""
    return "" if report.member == report.assignment else inline(report.member)


def title(case: CaseResult) -> str:
    """A case's title with its parameters: `mse_loss follows reduction [mean]`."""
    return f"{inline(case.title).removesuffix('.')} {parameters(case)}".rstrip()


def parameters(case: CaseResult) -> str:
    """The parameters of a case as pytest puts them into its id: `[mean]`."""
    match = _PARAMETERS.search(case.id)
    return f"[{inline(match[1], 60)}]" if match else ""


def place(at: Where) -> str:
    """A place in the student's own file: `hw1.py:34`, `kim.ipynb [7]:4`."""
    return f"{inline(at.file, 120)}{'' if at.cell is None else ' '}{within_file(at)}"


def within_file(at: Where) -> str:
    """A place without the file's name: `[7]:4`."""
    cell = "" if at.cell is None else f"[{at.cell}]"
    return cell + ("" if at.line is None else f":{at.line}")


def hint(case: CaseResult) -> str:
    """The text of a case's hint, or nothing."""
    return "" if case.hint is None else case.hint.text


def where(case: CaseResult) -> str:
    """The place in the student's file that a case is about, as data; or nothing."""
    return "" if case.where is None else str(case.where)


def detail_lines(details: Iterable[str]) -> list[str]:
    """The values side by side, line by line."""
    return [line for detail in details for line in printable(detail, 600).splitlines()]


def label_and_value(line: str) -> tuple[str, str]:
    """A line of the details as label and value; the label may be empty."""
    label = _LABEL.match(line)
    return (label[1], line[label.end() :]) if label else ("", line)


def amount(points: Fraction) -> str:
    """Points as people write them: `41.5`; a fraction where no few digits are exactly that much."""
    if points.denominator == 1 or 10_000 % points.denominator:
        return str(points)
    from grader.render.sheet import decimal  # with `csv`, which most reports need not wait for

    return str(decimal(points))


def points(report: Report) -> str:
    """The score in full."""
    text = _("{score} of {max_score} points ({percent}%)")
    return text.format(score=amount(report.score), max_score=amount(report.max_score), percent=report.percent)


def standing(report: Report) -> str:
    """Passed, or how many points are missing. Public cases alone don't say «passed»."""
    if report.passed:
        public = report.visibility == "public"
        text = _("reaches the pass mark of {percent}%") if public else _("passed (pass mark {percent}%)")
        return text.format(percent=report.pass_percent)
    # Rounded up to a number that points can add up to, so that earning so many is enough.
    unit = lcm(*(points.denominator for case in report.cases for points in (case.points, case.max_points)))
    lacking = Fraction(ceil((report.pass_percent * report.max_score / 100 - report.score) * unit), unit)
    text = ngettext(
        "{points} more point to the pass mark of {percent}%",
        "{points} more points to the pass mark of {percent}%",
        1 if lacking <= 1 else 2,
    )
    return text.format(points=amount(lacking), percent=report.pass_percent)


def reservations(report: Report) -> list[str]:
    """What limits the score: cases that could not be judged, or hidden cases that were not run."""
    texts = []
    if ungradable := sum(case.verdict is Verdict.UNGRADABLE for case in report.cases):
        text = ngettext(
            "{n} case could not be judged. That is no fault of yours; it has to be run again.",
            "{n} cases could not be judged. That is no fault of yours; they have to be run again.",
            ungradable,
        )
        texts.append(text.format(n=ungradable))
    if report.visibility == "public":
        texts.append(_("These are the public cases only; the final grade counts hidden cases as well."))
    return texts


def sandbox(report: Report) -> str:
    """The layers of the sandbox that were active."""
    layers = ", ".join(map(inline, report.layers)) or _("none")
    return _("sandbox: {layers}").format(layers=layers)


def wrong_cases(section: Section) -> Iterable[list[CaseResult]]:
    """The cases of a section that went wrong, in groups with the same verdict, message and hint."""
    groups: dict[tuple[str, ...], list[CaseResult]] = {}
    for case in section.cases:
        if case.verdict not in (Verdict.PASSED, Verdict.SKIPPED):
            groups.setdefault((case.verdict, case.message, hint(case)), []).append(case)
    return groups.values()


def same_way(others: Sequence[CaseResult], names: str) -> str:
    """That the other cases of such a group went wrong as its first did."""
    text = ngettext("and {n} more case the same way: {names}", "and {n} more cases the same way: {names}", len(others))
    return text.format(n=len(others), names=names)


def skipped_cases(section: Section) -> list[CaseResult]:
    """The cases of a section that were skipped because others did not pass."""
    return [case for case in section.cases if case.verdict is Verdict.SKIPPED]


def waiting(skipped: Sequence[CaseResult]) -> str:
    """One line for all skipped cases of a section."""
    reasons = {inline(case.message) for case in skipped}
    if len(reasons) == 1 and (reason := reasons.pop()):
        text = ngettext("{n} case skipped. {reason}", "{n} cases skipped. {reason}", len(skipped))
        return text.format(n=len(skipped), reason=reason)
    text = ngettext(
        "{n} case can't be judged until the ones that it needs pass",
        "{n} cases can't be judged until the ones that they need pass",
        len(skipped),
    )
    return text.format(n=len(skipped))


def more_notes(n: int) -> str:
    """That `n` notes are left out."""
    return ngettext("… and {n} more note", "… and {n} more notes", n).format(n=n)
