"""The command line: parse and print, nothing else."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    """The command `d2d`."""
    _put_pythonpath_last()
    # The reference may import PyTorch here, whose threads slow down computations as small as those of an assignment.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from grader import i18n

    # The help of each command is written when its module is imported, so the language is chosen before.
    i18n.use(_chosen_language(sys.argv[1:]))
    if os.environ.get("GITHUB_ACTIONS") == "true":
        from grader.github.log import guard

        guard()
    from grader.cli.app import d2d, translate

    translate(i18n.language())
    sys.exit(d2d())


def _put_pythonpath_last() -> None:
    """Keep the folders of PYTHONPATH importable, after all that is installed: there may be somebody's own numpy.py."""
    folders = [os.path.abspath(entry) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    sys.path.sort(key=lambda entry: bool(entry) and os.path.abspath(entry) in folders)


def _chosen_language(arguments: list[str]) -> str:
    """That of `--lang`, else of the course, else of the environment; click complains later of one that is not known."""
    from grader.course.language import course_language
    from grader.i18n import LANGUAGES, from_locale

    asked = _value_of("--lang", arguments)
    if asked in LANGUAGES:
        return asked
    course = _value_of("--course", arguments)
    return course_language(Path.cwd(), Path(course) if course else None) or from_locale()


def _value_of(option: str, arguments: list[str]) -> str:
    """What is given to an option, wherever it stands; nothing where it is not there."""
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=True):
        name, equals, value = argument.partition("=")
        if name == option:
            return value if equals else following
    return ""
