"""The file of snapshots: where every member's branch was at several times."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from grader.course.roster import Person
from grader.files import write_whole
from grader.github.collect import take_snapshot
from grader.github.collected import Snapshot, heads_json, read_snapshots
from grader.github.git import FetchLimits


def add_snapshot(known: Path, file: Path, people: Sequence[Person], limits: FetchLimits, jobs: int) -> list[Snapshot]:
    """Take a snapshot and write it to `file`, after those of the file `known`; returns all, the new one last."""
    snapshots = read_snapshots(known) if known.exists() else []
    snapshots.append(take_snapshot(people, limits, jobs))
    write_whole(file, json.dumps(heads_json(snapshots), ensure_ascii=False, indent=1) + "\n")
    return snapshots
