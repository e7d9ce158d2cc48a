"""`d2d actions`: what the workflows of GitHub Actions run; a file for each job."""

from __future__ import annotations

import click

from grader.cli.actions.check import check_job
from grader.cli.actions.collect import collect_job
from grader.cli.actions.publish import publish_job


@click.group()
def actions_command() -> None:
    """Hold the jobs together."""


for _job in (check_job, collect_job, publish_job):
    actions_command.add_command(_job)
