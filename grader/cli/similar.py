"""`d2d similar`: pairs of submissions that share more than what was given and chance explain."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from grader.apart import Apart
from grader.assignment.manifest import Assignment
from grader.boundary import one_member
from grader.cli.options import EXISTING, EXISTING_FOLDER, FILE, JSON_OPTION, common, course_of
from grader.cli.paper import give_result, say, table
from grader.cli.typed import as_typed
from grader.files import write_whole
from grader.grading.entries import Entry, entries
from grader.i18n import _, ngettext
from grader.intake.read import read_submission
from grader.similarity.similar import Overlap, caution, compare, compared_text, given_texts, in_short, overlap_page

_SHOWN = 20  # pairs in the terminal; the page has more


@click.command()
@click.argument("hw")
@click.argument("folder", metavar="DIR", type=EXISTING_FOLDER)
@click.option(
    "--given",
    type=EXISTING,
    multiple=True,
    help=_("Code that everybody was given beside the stub: a lecture's notebook."),
)
@click.option(
    "--html", "html_file", type=FILE, metavar="FILE", help=_("The page with both sides; default: similar-HW.html.")
)
@JSON_OPTION
@common
def similar_command(
    hw: str, folder: Path, given: tuple[Path, ...], html_file: Path | None, json_file: str | None, **options: Any
) -> None:
    """Pairs of the submissions in DIR."""
    assignment = course_of(options).assignment(hw)
    page_file = html_file or FILE.convert(f"similar-{assignment.id}.html", None, None)
    texts, unread = _texts(entries(folder, assignment.id), assignment)
    read = [compared_text(read_submission(file, assignment.id, assignment.asked)) for file in given]
    common_code = [*given_texts(assignment), *read]
    overlap = compare(assignment.id, texts, common_code, assignment.asked, unread=unread)
    write_whole(page_file, overlap_page(overlap))
    give_result(overlap.as_json(), _shown(overlap), json_file)
    if json_file != "-":
        for member, reason in unread:
            say(_("{member} could not be compared: {reason}").format(member=member, reason=reason))
        say(_("Both sides of each pair are in {file}").format(file=as_typed(page_file)))


def _texts(submissions: Iterable[Entry], assignment: Assignment) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The code of each member, and why there is none of some."""
    texts: dict[str, str] = {}
    unread: list[tuple[str, str]] = []
    with Apart() as apart:
        for entry in submissions:
            with one_member(entry.member, lambda member, trouble: unread.append((member, trouble.what)), theirs=True):
                if entry.trouble is not None:
                    raise entry.trouble
                submission = apart.call(read_submission, entry.path, assignment.id, assignment.asked)
                texts[entry.member] = compared_text(submission)
    return texts, unread


def _shown(overlap: Overlap) -> str:
    rows = []
    for pair in overlap.pairs[:_SHOWN]:
        shared = f"{pair.left.percent} % / {pair.right.percent} %"
        far_out = _("far out") if pair.far_out else ""
        rows.append([pair.left.member, pair.right.member, f"{pair.surprise:.0f}", shared, far_out])
    parts = [in_short(overlap)]
    if rows:
        parts.append(table([_("member"), _("member"), _("surprise"), _("shared of their own"), ""], rows))
    if overlap.groups:
        words = ngettext("Joined by such a pair:", "Joined by such pairs:", len(overlap.groups))
        parts.append("\n".join([words, *(f"  · {', '.join(group)}" for group in overlap.groups)]))
    return "\n\n".join([*parts, caution()])
