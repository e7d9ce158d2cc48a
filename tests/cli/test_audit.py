"""`d2d audit`: its table, its JSON, its exit code; what is proved is in tests/authoring."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from grader import i18n
from grader.authoring.lines import AuditLine
from grader.cli.app import d2d

GOOD, BAD = AuditLine("reference", 5, 5), AuditLine("mutants", 4, 3, ("hw1.py:7 lives",))


@pytest.mark.parametrize(("lines", "code"), [([GOOD], 0), ([GOOD, BAD], 1)])
def test_the_table_and_the_json(
    course: Path, monkeypatch: pytest.MonkeyPatch, lines: list[AuditLine], code: int
) -> None:
    def audit(*_arguments: Any) -> Any:
        return SimpleNamespace(lines=lambda: lines)

    monkeypatch.setattr("grader.cli.audit.Audit", audit)
    i18n.use("en")
    arguments = ["audit", "mini", "--course", str(course)]
    done = CliRunner().invoke(d2d, arguments)
    assert done.exit_code == code
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["✓", "✗", "hw1.py:7"][: 3 if code else 1]
    value = json.loads(CliRunner().invoke(d2d, [*arguments, "--json", "-"]).stdout)
    assert (value["assignment"], value["ok"], len(value["checks"])) == ("mini", code == 0, len(lines))
