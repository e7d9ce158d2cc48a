"""`d2d doctor`: it says what is there, tries to get out, and its exit code says whether hidden cases may be judged."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader import i18n
from grader.bridge import selftest
from grader.cli.app import d2d
from grader.errors import ALL_PASSED, OUR_FAULT
from grader.sandbox.forkserver import ForkServer
from grader.worker.layers import compose

LACKING = compose.lacking("staff", compose.survey()) if sys.platform == "linux" else {"linux": ""}
pytestmark = pytest.mark.skipif(bool(LACKING), reason=f"{LACKING}")


def doctor(*arguments: str) -> tuple[int, str]:
    i18n.use("en")
    result = CliRunner().invoke(d2d, ["doctor", *arguments])
    return result.exit_code, result.output


def test_a_machine_that_is_well(scratch_home: Path) -> None:
    code, said = doctor("--json")
    found = json.loads(said)
    assert (code, found["may_judge_hidden"], found["trouble"]) == (ALL_PASSED, True, "")
    assert {line["name"] for line in found["layers"] if line["state"] == "active"} >= set(
        compose.REQUIRED_LAYERS["staff"]
    )
    assert len(found["self_test"]) >= 10
    assert all(escape["contained"] for escape in found["self_test"])
    code, said = doctor()
    assert code == ALL_PASSED
    assert "✓ seccomp" in said
    assert "Hidden cases can be judged on this machine." in said


def test_a_machine_without_landlock(scratch_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = ForkServer.survey
    monkeypatch.setattr(ForkServer, "survey", lambda self: real(self) | {"landlock": "Function not implemented"})
    code, said = doctor()
    assert code == OUR_FAULT
    assert "Hidden cases should not be judged on this machine; `d2d check` works." in said
    assert "  landlock: Function not implemented" in said
    assert "Take a Linux machine" in said


def test_a_machine_where_something_gets_out(scratch_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest, "_ESCAPES", f"{selftest._ESCAPES}\ndef fork(_nothing):\n    return 'forked'\n")
    code, said = doctor()
    assert code == OUR_FAULT
    assert "✗ start a process: forked" in said
