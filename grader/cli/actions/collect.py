"""`d2d actions collect`: the first job of the staff's workflow."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

from grader.cli.collect import ALLOW, ROSTER_OPTION, collected_table, fetch_limits
from grader.cli.options import FOLDER, STATE_OPTION, common, course_of
from grader.cli.paper import say
from grader.course.roster import read_roster
from grader.github.collect import CollectOrder, add_snapshot, collect_all
from grader.github.collected import HEADS_FILE, snapshot_for
from grader.github.job import add_summary, digest, due_assignments, matrix_shards, set_output
from grader.i18n import _
from grader.render.markdown import block, escaped


@click.command("collect", help=_("Take a snapshot, collect what is due, and say what there is to judge."))
@ROSTER_OPTION
@STATE_OPTION
@click.option("--out", type=FOLDER, required=True, help=_("Folder for what is collected, one below it for each HW."))
@click.option("--hw", default="", help=_("This assignment; without it, those whose deadline is not long past."))
@click.option("--allow", multiple=True, envvar=ALLOW, hidden=True)
@common
def collect_job(roster: Path, state: Path, out: Path, hw: str, allow: tuple[str, ...], **options: Any) -> None:
    """Collect what the other jobs judge and publish."""
    course = course_of(options)
    term = course.term
    now = datetime.now(timezone.utc)
    people = tuple(read_roster(roster).people)
    bounds = fetch_limits(120, 512, allow)
    known = add_snapshot(state / HEADS_FILE, out / HEADS_FILE, people, bounds, 4)
    matrix = []
    for id_ in [course.assignment(hw).id] if hw else due_assignments(course, term, now):
        moment = term.closed_at(id_, now)
        snapshot = None if moment is None else snapshot_for(known, moment)
        if snapshot is not None:
            say(f"{id_}: " + _("What counts is the snapshot of {time}.").format(time=term.local(snapshot.at)))
        elif moment is not None:
            text = _("No snapshot says what was there then: the times that commits claim are believed.")
            say(f"{id_}: {text}")
        others = tuple(name for name in course.ids() if name != id_)
        collection = collect_all(CollectOrder(people, out / id_, id_, others, moment, snapshot, bounds))
        shown = collected_table(collection, term)
        click.echo(f"{id_}\n{shown}\n")
        summarize(id_, shown)
        matrix += matrix_shards(course, collection)
    set_output("matrix", json.dumps(matrix))
    set_output("digest", digest(out))


def summarize(title: str, text: str) -> None:
    """Add a block of code to the job's summary: nothing in it is read as Markdown."""
    add_summary(f"## {escaped(title)}\n\n{block(text, 200_000)}\n\n")
