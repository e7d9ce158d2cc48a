"""What a run judges, and by what: limits, the part of the class, the signing key."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.assignment.manifest import Assignment
from grader.course.term import Term
from grader.errors import UsageError
from grader.grading.entries import Entry
from grader.i18n import _

if TYPE_CHECKING:
    from grader.report.signature import SigningKey

KEY_VARIABLE = "D2D_KEY"


def limited(assignment: Assignment, seconds: float | None, megabytes: int | None) -> Assignment:
    """The assignment with other limits; where a case has twice as long, so has a submission as a whole."""
    limits = assignment.limits
    if seconds is not None:
        total = limits.total_seconds * max(1.0, seconds / limits.case_seconds)
        limits = replace(limits, case_seconds=seconds, total_seconds=total)
    if megabytes is not None:
        limits = replace(limits, memory_mb=megabytes)
    return replace(assignment, limits=limits)


def shard_of(entries: Sequence[Entry], shard: str | None) -> list[Entry]:
    """The entries of the part `I/N`, every N-th by name: parts are of one size, and an entry is in one of them."""
    if shard is None:
        return list(entries)
    match = re.fullmatch(r"([1-9]\d{0,3})/([1-9]\d{0,3})", shard)
    if match is None or int(match[1]) > int(match[2]):
        hint = _("For instance: --shard 2/4")
        raise UsageError(_("{text} is no part of a whole.").format(text=shard), hint=hint)
    return list(entries[int(match[1]) - 1 :: int(match[2])])


def signing_key(named: Path | None, term: Term) -> SigningKey | None:
    """The private key that is named, that `D2D_KEY` names, or that lies beside the course's public key."""
    from_environment = os.environ.get(KEY_VARIABLE)
    file = named or (Path(from_environment) if from_environment else None) or term.private_key
    if file is None:
        return None
    from grader.report.signature import read_public_key, read_signing_key

    key = read_signing_key(file)
    if term.public_key is not None and read_public_key(term.public_key).id != key.public.id:
        text = _("This is not the private half of the course's key, {file}.").format(file=term.public_key)
        raise UsageError(text, where=file)
    return key
