"""A new assignment: one small function taught, asked for and judged, to be replaced by what the author has in mind.

It is whole on purpose: `d2d audit` is green on it from the first minute, and stays the measure while it is changed.
"""

from __future__ import annotations

import re
from pathlib import Path

from grader.course.course import Course
from grader.errors import UsageError
from grader.i18n import _

_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")

_FILES = {
    "assignment.toml": """\
id = "{hw}"               # the name of this folder, and what `d2d check` is told
version = "0.1.0"        # goes into every report; raise it whenever a case, a point or the text changes
pass_percent = 60        # from this share of all points on (public and hidden) the assignment is passed
stub = "{hw}.py"

[title]
ko = "새 과제"
en = "A new assignment"

[worker]
imports = ["numpy"]      # what an answer may import beside the standard library

[limits]                 # what one answer may use; going over costs the case at hand, never the others
case_seconds = 3
load_seconds = 10
total_seconds = 60
memory_mb = 1024

# A section is one line of the score report: the names that it judges, and the points of all of its cases together.
[sections.half_square]
asks = ["half_square"]
points = 3
""",
    "{hw}.py": '''\
"""{hw}: what a member fills in.

{hw}: 여기를 채워 주세요.
"""

import numpy as np


def half_square(x: np.ndarray) -> np.ndarray:
    """Half of the square of each element.

    원소마다 제곱의 절반을 구해요.
    """
    raise NotImplementedError
''',
    "handout.en.md": """\
# {hw} · A new assignment

Why anybody would want this, from the lecture. Then the definition, $y = \\tfrac12 x^2$, and one number by hand: of 3
it is $4.5$.

<!-- cell: half_square -->

What to look out for, without giving it away.
""",
    "handout.ko.md": """\
# {hw} · 새 과제

강의에서 이어지는 이야기로 시작해요. 그다음 정의 $y = \\tfrac12 x^2$과, 손으로 계산한 예를 하나 보여 줘요. 3이면
$4.5$예요.

<!-- cell: half_square -->

답을 알려 주지 않으면서, 조심할 점을 적어요.
""",
    "test_public.py": '''\
"""{hw}, the cases that members see."""

import numpy as np

from grader.judge import case, close


@case("half_square", points=1, concept="definition")
def test_half_square_value(student, reference, rng):
    """half_square of the handout's number, and of others."""
    for x in (np.array([3.0, -1.0]), rng.normal(size=(4, 3))):
        close(student.half_square(x), reference.half_square(x))
''',
    "test_hidden.py": '''\
"""{hw}, the hidden cases: the edges, and what mistakes would get wrong."""

from grader.judge import case, close, unchanged


@case("half_square", points=1, concept="scale")
def test_half_square_far(student, reference, rng):
    """half_square of large numbers."""
    x = 1000 * rng.normal(size=(5, 2))
    close(student.half_square(x), reference.half_square(x))


@case("half_square", points=1, concept="input-untouched")
def test_half_square_untouched(student, reference, rng):
    """half_square leaves its input as it was."""
    x = rng.normal(size=(4, 3))
    held = student.array(x)
    close(student.half_square(held), reference.half_square(x))
    unchanged(held, x)
''',
    "misconceptions.py": '''\
"""{hw}: wrong answers that have a name. Each must lose points, and be named by its own hint."""

from grader.judge import Misconception


def whole_square(x):
    return x**2


MISCONCEPTIONS = (
    Misconception(
        id="whole-square",
        of="half_square",
        en="Your values are the whole squares. What stands in front of them in the definition?",
        ko="제곱 그대로의 값이에요. 정의에서 제곱 앞에 무엇이 붙어 있나요?",
        seen="where you saw it",
        variant=whole_square,
    ),
)
''',
    "locale/ko/LC_MESSAGES/{hw}.po": """\
msgid ""
msgstr ""
"Language: ko\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

msgid "half_square of the handout's number, and of others."
msgstr "안내문에 나온 수와 다른 수로 구한 half_square 값이 맞아요."

msgid "half_square of large numbers."
msgstr "큰 수로 구한 half_square 값이 맞아요."

msgid "half_square leaves its input as it was."
msgstr "half_square가 입력을 바꾸지 않아요."
""",
}
_REFERENCE = '''\
"""{hw}: a model answer, readable first."""

import numpy as np


def half_square(x: np.ndarray) -> np.ndarray:
    """Half of the square of each element."""
    return 0.5 * x**2
'''


def begin(course: Course, name: str) -> list[Path]:
    """Write the files of a new assignment; nothing that is there is touched."""
    if not _NAME.fullmatch(name):
        hint = _("Small letters, digits and _, beginning with a letter: hw6")
        raise UsageError(_("{name} can't be the name of an assignment.").format(name=name), hint=hint)
    folder, reference = course.assignments / name, course.reference / f"{name}.py"
    for path in (folder, reference):
        if path.exists():
            raise UsageError(_("This is there already."), where=path, hint=_("Choose another name."))
    files = {folder / file.replace("{hw}", name): text for file, text in _FILES.items()}
    files[reference] = _REFERENCE
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("{hw}", name), "utf-8")
    return list(files)
