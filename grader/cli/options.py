"""What several commands take and look up: options, the course, a time, the gradebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from grader.cli.typed import PathFromHere
from grader.course.course import Course, Term, doubt_about, find_course, moment, which_one, written_time
from grader.course.language import COURSE_VARIABLE
from grader.errors import UsageError
from grader.i18n import LANGUAGES, _

if TYPE_CHECKING:
    from grader.gradebook.book import Gradebook

_F = TypeVar("_F", bound=Callable[..., Any])

PATH = PathFromHere(path_type=Path)
FILE = PathFromHere(path_type=Path, dir_okay=False)
FOLDER = PathFromHere(path_type=Path, file_okay=False)
EXISTING = PathFromHere(path_type=Path, exists=True)
EXISTING_FOLDER = PathFromHere(path_type=Path, exists=True, file_okay=False)
OUTPUT = PathFromHere(path_type=str, allow_dash=True)  # `-` is standard output


JSON_OPTION = click.option(
    "--json", "json_file", type=OUTPUT, metavar="FILE|-", help=_("Write the result as JSON; - prints nothing else.")
)
BOOK_OPTION = click.option("--gradebook", "book", type=FILE, required=True, help=_("The gradebook."))
STATE_OPTION = click.option("--state", type=FOLDER, required=True, help=_("The folder that is kept from run to run."))
UNSIGNED_OPTION = click.option(
    "--unsigned", is_flag=True, help=_("Take reports from files as they are where the course has no key.")
)
SECRET_OPTION = click.option(
    "--secret-file", type=FILE, help=_("Seed of hidden inputs; else D2D_SECRET, else the course's.")
)


def with_options(*options: Callable[[Any], Any]) -> Callable[[_F], _F]:
    """A decorator that gives a command these options, in this order."""

    def give(function: _F) -> _F:
        for option in reversed(options):
            function = option(function)
        return function

    return give


def common_with(languages: Sequence[str]) -> Callable[[_F], _F]:
    """The options that all commands have; `--lang` takes one of `languages`."""
    return with_options(
        click.option(
            "--course", type=FOLDER, envvar=COURSE_VARIABLE, help=_("The course's folder; else D2D_COURSE_DIR.")
        ),
        click.option("--lang", type=click.Choice(languages), help=_("Language of what is printed or made.")),
        click.option("--debug", is_flag=True, help=_("Show the traceback of an error.")),
        click.option("--no-color", is_flag=True, help=_("Print without colours.")),
    )


common = common_with(LANGUAGES)


def course_of(options: Mapping[str, Any]) -> Course:
    """The course that `--course` names, else the one around the current folder."""
    return find_course(Path.cwd(), options["course"])


def time_of(text: str | None, term: Term) -> datetime:
    """The time that a person typed, in the course's time zone unless it names another; without a text, now."""
    if text is None:
        return datetime.now(timezone.utc)
    try:
        typed = written_time(text)
        if (doubt := doubt_about(typed, term.zone)) is not None:
            raise UsageError(doubt, hint=which_one())
        return moment(text, term.zone)
    except ValueError as error:
        raise UsageError(_("{text} is no time.").format(text=text)) from error


def open_book(
    book: Path, term: Term, *, create: bool = False, only_read: bool = False, unsigned: bool = False
) -> Gradebook:
    """The gradebook; where the course has a key, it takes only reports that are signed by it.

    Else only what this run has judged, unless `unsigned` or the course says that any file is to be trusted.
    """
    from grader.gradebook.book import Gradebook  # here alone: it brings cryptography, which most commands do without
    from grader.report.signature import read_public_key

    key = None if term.public_key is None else read_public_key(term.public_key)
    return Gradebook(book, create=create, key=key, unsigned=unsigned or term.unsigned, only_read=only_read)
