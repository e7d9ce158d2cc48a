"""The sentences that all forms of a report share: verdicts, places, points, and the pass mark."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from fractions import Fraction
from math import ceil, lcm

from grader.clean import inline
from grader.i18n import _, ngettext
from grader.report.report import CaseResult, Report, Section, Verdict, Where

_PARAMETERS = re.compile(r"::[^\[]*\[(.*)\]\Z", re.DOTALL)

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


def place(where: Where) -> str:
    """A place in the student's own file: `hw1.py:34`, `kim.ipynb [7]:4`."""
    return f"{inline(where.file, 120)}{'' if where.cell is None else ' '}{within_file(where)}"


def within_file(where: Where) -> str:
    """A place without the file's name: `[7]:4`."""
    cell = "" if where.cell is None else f"[{where.cell}]"
    return cell + ("" if where.line is None else f":{where.line}")


def amount(points: Fraction) -> str:
    """Points as people write them: `41.5`; a fraction where no few digits are exactly that much."""
    if points.denominator == 1 or 10_000 % points.denominator:
        return str(points)
    from grader.report.sheet import decimal  # with `csv`, which most reports need not wait for

    return str(decimal(points))


def points(report: Report) -> str:
    """The score in full."""
    text = _("{score} of {max_score} points ({percent}%)")
    score, most = amount(report.score), amount(report.max_score)
    return text.format(score=score, max_score=most, percent=report.percent)


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
    ungradable = sum(case.verdict is Verdict.UNGRADABLE for case in report.cases)
    if ungradable:
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
    layers = ", ".join(inline(layer) for layer in report.layers) or _("none")
    return _("sandbox: {layers}").format(layers=layers)


def waiting(cases: list[CaseResult]) -> str:
    """One line for all cases that were skipped because others did not pass."""
    reasons = {inline(case.message) for case in cases}
    if len(reasons) == 1 and (reason := reasons.pop()):
        text = ngettext("{n} case skipped. {reason}", "{n} cases skipped. {reason}", len(cases))
        return text.format(n=len(cases), reason=reason)
    text = ngettext(
        "{n} case can't be judged until the ones that it needs pass",
        "{n} cases can't be judged until the ones that they need pass",
        len(cases),
    )
    return text.format(n=len(cases))


def wrong_cases(section: Section) -> Iterable[list[CaseResult]]:
    """The cases of a section that went wrong, in groups with the same verdict, message and hint."""
    groups: dict[tuple[Verdict, str, str], list[CaseResult]] = {}
    for case in section.cases:
        if case.verdict in (Verdict.PASSED, Verdict.SKIPPED):
            continue
        groups.setdefault((case.verdict, case.message, case.hint.text if case.hint else ""), []).append(case)
    return groups.values()
