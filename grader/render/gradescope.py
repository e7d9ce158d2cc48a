"""A report as Gradescope's results.json (gradescope-autograders.readthedocs.io, «Specifications»).

Gradescope reads scores as floats; the report keeps the exact ones. Every text is marked as text, so that Gradescope
shows it unchanged. Hidden cases are hidden there too, whatever the course shows of them elsewhere.
"""

from __future__ import annotations

import json
from typing import Any

from grader.clean import inline, printable
from grader.errors import BadInputError
from grader.i18n import _
from grader.render import words
from grader.report.report import CaseResult, Report, Verdict, Visibility

_LONGEST = 4000


def gradescope(report: Report) -> str:
    """The JSON. A report with an ungradable case is refused: Gradescope would show it as lost points."""
    if not report.complete:
        raise BadInputError(
            _("Something in this report could not be judged, and Gradescope has no word for that."),
            where=report.member,
            hint=_("Grade it once more, then export it."),
        )
    value = {
        "score": float(report.score),
        "execution_time": round(sum(case.seconds for case in report.cases), 3),
        "output": printable("\n".join([words.heading(report), words.points(report), words.standing(report)]), _LONGEST),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_test(case, number) for number, case in enumerate(report.cases, 1)],
    }
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _test(case: CaseResult, number: int) -> dict[str, Any]:
    verdict = words.VERDICTS[case.verdict]()
    texts = [verdict, words.where(case), case.message, *case.details, words.hint(case), case.output]
    passed = case.verdict is Verdict.PASSED
    return {
        "number": str(number),
        "name": words.title(case),
        "score": float(case.points),
        "max_score": float(case.max_points),
        "status": "passed" if passed else "failed",
        "output": "" if passed else printable("\n".join(filter(None, texts)), _LONGEST),
        "tags": [inline(case.section), inline(case.concept)],
        "visibility": "visible" if case.visibility is Visibility.PUBLIC else "hidden",
    }
