"""The command line: parse and print, nothing else."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    """The command `d2d`."""
    from grader.cli.streams import open_streams

    closed = open_streams()
    here = _current_folder()
    _put_pythonpath_last()
    # The reference may import PyTorch here, whose threads slow down computations as small as those of an assignment.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from grader import i18n

    # The help of each command is written when its module is imported, so the language is chosen before.
    i18n.use(_chosen_language(sys.argv[1:], here))
    if os.environ.get("GITHUB_ACTIONS") == "true":
        from grader.github.log import guard

        guard()
    from grader.cli.app import d2d, print_error, translate

    translate(i18n.language())
    if here is None:
        from grader.errors import UsageError

        hint = i18n._("Go to a folder that is there, and give the command again.")
        gone = UsageError(i18n._("The current folder is not there any more."), hint=hint)
        print_error(gone)
        sys.exit(gone.exit_code)
    if "stdout" in closed:
        from grader.cli.paper import say

        say(i18n._("Standard output is closed: what is printed there is lost."))
    sys.exit(d2d())


def _current_folder() -> Path | None:
    """The current folder; None where it was deleted, and then one that is there takes its place."""
    try:
        return Path.cwd()
    except OSError:
        os.chdir(os.sep)
        return None


def _put_pythonpath_last() -> None:
    """Keep the folders of PYTHONPATH importable, after all that is installed: there may be somebody's own numpy.py."""
    folders = [os.path.abspath(entry) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    sys.path.sort(key=lambda entry: bool(entry) and os.path.abspath(entry) in folders)


def _chosen_language(arguments: list[str], here: Path | None) -> str:
    """That of `--lang`, else of the course, else of the environment; click complains later of one that is not known."""
    from grader.course.language import COURSE_VARIABLE, course_language
    from grader.i18n import LANGUAGES, from_locale

    asked = _value_of("--lang", arguments)
    if asked in LANGUAGES:
        return asked
    course = _value_of("--course", arguments) or os.environ.get(COURSE_VARIABLE)
    return course_language(here or Path(os.sep), Path(course) if course else None) or from_locale()


def _value_of(option: str, arguments: list[str]) -> str:
    """What is given to an option, wherever it stands; nothing where it is not there."""
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=True):
        name, equals, value = argument.partition("=")
        if name == option:
            return value if equals else following
    return ""
