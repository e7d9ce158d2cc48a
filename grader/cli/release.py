"""`d2d release`: the folder that members receive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from grader.authoring.firstcell import FirstCell
from grader.authoring.release import write_release
from grader.clean import printable
from grader.cli.options import FOLDER, common_with, course_of
from grader.cli.paper import say
from grader.cli.typed import as_typed
from grader.errors import UsageError
from grader.i18n import LANGUAGES, _


@click.command()
@click.argument("hw", required=False)
@click.option("--all", "everything", is_flag=True, help=_("Every assignment of the course."))
@click.option("--out", required=True, type=FOLDER, help=_("The folder to write."))
@common_with((*LANGUAGES, "both"))
def release_command(hw: str | None, everything: bool, out: Path, lang: str | None, **options: Any) -> None:
    """Release HW or all."""
    course = course_of(options)
    if (hw is None) != everything:
        raise UsageError(_("Name an assignment, or give --all."))
    ids = course.ids() if everything else [str(hw)]
    for file in write_release(course, ids, out, LANGUAGES if lang in (None, "both") else (str(lang),)):
        click.echo(printable(as_typed(file)))
    if lacking := FirstCell.of(course).lacking:
        say(lacking)
