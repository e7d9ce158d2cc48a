"""A report from its JSON form back to data: strictly, since scores depend on it.

What `schema/report.schema.json` says of the form is checked by hand here, for a validator would be a dependency
of every command; a test holds both to the same answers. Beyond the form, what follows from the cases (score,
percent, passed, complete) must be what the file says.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from grader.errors import BadInputError
from grader.fields import Fields, FormError, as_amount, as_it_is, as_number, as_object, as_sha256, as_text
from grader.files import read_named
from grader.i18n import _
from grader.member import LONGEST_NAME, MemberName
from grader.report.canonical import NotCanonicalError, canonical
from grader.report.report import (
    FURTHEST,
    MOST_VALUES,
    SCHEMA,
    CaseResult,
    Hint,
    Kind,
    Note,
    Plot,
    Report,
    Verdict,
    Visibility,
    Where,
    derived_values,
    number,
)

# A report of 200 cases with all that its code printed is under 2 MB; what is larger is no report.
LARGEST_FILE = 32 << 20
SIGNATURE = r"ed25519:[0-9a-f]{16}:[A-Za-z0-9+/]{86}=="
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})"
_LONG = 1_000_000


@dataclass(frozen=True)
class Document:
    """A report with the JSON value that it was read from, which is what a signature is over.

    `judged`: this run, or one before it with the same secret, has judged it, so nobody can have written it but we.
    """

    report: Report
    value: dict[str, Any]
    judged: bool = False

    @property
    def unsigned(self) -> dict[str, Any]:
        """The value without the signature."""
        return {key: item for key, item in self.value.items() if key != "signature"}


def schema() -> dict[str, Any]:
    """The JSON Schema of a report."""
    loaded: dict[str, Any] = json.loads(files("grader.report").joinpath("schema/report.schema.json").read_bytes())
    return loaded


def read_file(path: Path, *, judged: str | None = None) -> Document:
    """The report in a file; `judged` is the hash of its bytes, if a run of ours is known to have judged it."""
    data = read_named(path, limit=LARGEST_FILE, too_long=_("The file is too large to be a report."))
    document = read_bytes(data, path)
    return replace(document, judged=True) if judged == hashlib.sha256(data).hexdigest() else document


def read_bytes(data: bytes, where: str | Path) -> Document:
    """The report in the bytes of a file; `where` is what errors call it."""
    if len(data) > LARGEST_FILE:
        raise BadInputError(_("The file is too large to be a report."), where=where)
    try:
        value = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_constant)
        return read_value(value)
    except UnicodeDecodeError as error:
        raise BadInputError(_("This is no report: it is not UTF-8."), where=where) from error
    except FormError as error:
        text = _("This is no report that can be relied on: {fault}.").format(fault=error)
        hint = _("Take the file as `d2d grade` wrote it; a report is never edited by hand.")
        raise BadInputError(text, where=where, hint=hint) from error
    except (ValueError, RecursionError) as error:
        raise BadInputError(_("This is no report: it is not JSON."), where=where) from error


def read_value(value: Any) -> Document:
    """The report in a JSON value; a `FormError` names what is wrong with it."""
    report = from_json(value)
    check_derived(report, value)
    try:
        canonical(value)
    except NotCanonicalError as error:
        raise FormError("", str(error)) from error
    return Document(report, value)


def from_json(value: Any) -> Report:
    """The report in a JSON value whose form is checked, and nothing beyond it."""
    top = Fields(value)
    if top.take("schema", as_it_is) != SCHEMA:
        raise FormError("schema", _("must be {schema}").format(schema=SCHEMA))
    sandbox = top.take("sandbox", Fields)
    report = Report(
        assignment=top.text("assignment", 200, least=1),
        assignment_version=top.text("assignment_version"),
        title=top.text("title"),
        member=MemberName(top.text("member", LONGEST_NAME, least=1)),
        submission_sha256=top.take("submission_sha256", as_sha256),
        cases_sha256=top.take("cases_sha256", as_sha256),
        visibility=top.one_of("visibility", ("public", "full")),
        pass_percent=top.whole("pass_percent", most=100),
        cases=top.items("cases", _case, 10_000),
        notes=top.items("notes", _note, 10_000),
        layers=sandbox.items("layers", as_text, 100),
        tier=sandbox.one_of("tier", ("staff", "local")),
        limits=_limits(top),
        grader_version=top.text("grader_version"),
        graded_at=top.text("graded_at", form=_TIME),
        seed_commitment=top.maybe("seed_commitment", as_sha256),
        inputs_sha256=top.maybe("inputs_sha256", as_sha256),
        signature=top.maybe("signature", lambda item, path: as_text(item, path, form=SIGNATURE)),
    )
    for derived in ("score", "max_score"):
        top.points(derived)
    top.whole("percent", most=100)
    for derived in ("complete", "passed"):
        top.flag(derived)
    sandbox.finish()
    top.finish()
    return report


def check_derived(report: Report, value: dict[str, Any]) -> None:
    """What follows from the cases must be what the file says."""
    try:
        datetime.fromisoformat(report.graded_at.replace("Z", "+00:00"))
    except ValueError as error:
        raise FormError("graded_at", _("is no time that there is")) from error
    if (doubled := _doubled(case.id for case in report.cases)) is not None:
        raise FormError("cases", _("{case} is there twice").format(case=doubled[:200]))
    for at, case in enumerate(report.cases):
        if case.points > case.max_points:
            raise FormError(f"cases[{at}].points", _("is more than max_points"))
        for key, points in (("points", case.points), ("max_points", case.max_points)):
            _must_be(number(points), value["cases"][at][key], f"cases[{at}].{key}")
    for key, expected in derived_values(report).items():
        _must_be(expected, value[key], key)


def _must_be(expected: object, stated: object, path: str) -> None:
    if stated != expected:
        text = _("says {found}, but its cases make {expected}")
        raise FormError(path, text.format(found=stated, expected=expected))


@as_object
def _case(fields: Fields) -> CaseResult:
    return CaseResult(
        id=fields.text("id", least=1),
        section=fields.text("section"),
        concept=fields.text("concept"),
        title=fields.text("title"),
        visibility=fields.choice("visibility", Visibility),
        verdict=fields.choice("verdict", Verdict),
        points=fields.points("points"),
        max_points=fields.points("max_points"),
        message=fields.text("message", _LONG),
        details=fields.items("details", lambda item, at: as_text(item, at, _LONG), 1000),
        output=fields.text("output", _LONG),
        hint=fields.maybe("hint", _hint),
        where=fields.maybe("where", _where),
        seconds=fields.amount("seconds"),
        plot=fields.maybe("plot", _plot) if "plot" in fields.values else None,
        tries=fields.whole("tries", 1, 9, default=1),  # older reports have none
    )


@as_object
def _plot(fields: Fields) -> Plot:
    return Plot(
        kind=fields.choice("kind", Kind),
        expected=fields.items("expected", _plotted, MOST_VALUES),
        yours=fields.items("yours", _plotted, MOST_VALUES),
        total=fields.whole("total"),
    )


def _plotted(value: Any, path: str) -> float | None:
    return None if value is None else as_number(value, path, FURTHEST)


@as_object
def _note(fields: Fields) -> Note:
    return Note(fields.text("kind", 200, least=1), fields.text("text", _LONG), fields.maybe("where", _where))


@as_object
def _hint(fields: Fields) -> Hint:
    return Hint(fields.text("id", 200, least=1), fields.text("text", _LONG))


@as_object
def _where(fields: Fields) -> Where:
    return Where(file=fields.text("file"), cell=fields.place("cell"), line=fields.place("line"))


def _limits(top: Fields) -> dict[str, Any]:
    limits = top.take("limits", Fields).values
    if len(limits) > 100:
        raise FormError("limits", _("is longer than {most}").format(most=100))
    return {key: as_amount(item, f"limits.{key[:60]}") for key, item in limits.items()}


def _doubled(names: Iterable[str]) -> str | None:
    return next((name for name, count in Counter(names).items() if count > 1), None)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; with a key twice, two programs could read two different reports out of one file."""
    whole = dict(pairs)
    if len(whole) < len(pairs):
        raise FormError(str(_doubled(key for key, _value in pairs))[:60], _("is there twice"))
    return whole


def _constant(name: str) -> Any:
    raise FormError("", _("{name} is no number").format(name=name))
