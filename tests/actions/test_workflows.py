"""The workflows as they stand: by GitHub's schema, by zizmor, and by rules of our own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.authoring.release import workflow
from grader.course.course import find_course
from tests.actions.runner import load

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = ("ci", "grade", "check")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything of ours that GitHub runs: this repository's, and what members receive."""
    folder = tmp_path_factory.mktemp("repository")
    shutil.copytree(ROOT / ".github", folder / ".github")
    course = find_course(ROOT)
    text = workflow(course.install, [course.assignment(hw) for hw in course.ids()], "ko")
    (folder / ".github" / "workflows" / "check.yml").write_text(text, "utf-8")
    return folder


def tool(name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name(name)
    return subprocess.run([str(program), *map(str, arguments)], capture_output=True, encoding="utf-8", check=False)


def steps(value: Any) -> Iterator[dict[str, Any]]:
    """Every step in a workflow or an action."""
    if isinstance(value, dict):
        if "run" in value or "uses" in value:
            yield value
        for inner in value.values():
            yield from steps(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from steps(inner)


def files(repository: Path) -> list[Path]:
    found = sorted(repository.rglob("*.yml"))
    assert [file.stem for file in found] == ["action", "check", "ci", "grade"]
    return found


@pytest.mark.slow  # half a minute
def test_the_published_schemas(repository: Path) -> None:
    for kind, folder in (("workflows", "workflows"), ("actions", "actions/grade")):
        found = sorted((repository / ".github" / folder).glob("*.yml"))
        done = tool("check-jsonschema", "--builtin-schema", f"vendor.github-{kind}", *found)
        assert done.returncode == 0, done.stdout
    broken = repository / "broken"
    broken.write_text("on: push\njobs: {a: {steps: [{run: x, uses: y}]}}\n", "utf-8")
    assert tool("check-jsonschema", "--builtin-schema", "vendor.github-workflows", broken).returncode != 0


def test_zizmor_finds_nothing(repository: Path) -> None:
    done = tool("zizmor", "--pedantic", "--offline", "--format", "json", repository / ".github")
    found = [each for each in json.loads(done.stdout) if not each["ignored"]]
    assert [(each["ident"], each["desc"]) for each in found] == []
    assert done.returncode == 0, done.stderr


def test_whatever_zizmor_is_told_to_pass_over_has_a_reason(repository: Path) -> None:
    for file in files(repository):
        for line in file.read_text("utf-8").splitlines():
            if "zizmor: ignore" in line:
                assert len(line.partition("]")[2].strip()) > 20, line


def test_every_action_is_pinned_to_the_same_commit(repository: Path) -> None:
    pins: dict[str, set[str]] = {}
    for file in files(repository):
        for line in file.read_text("utf-8").splitlines():
            if "uses:" in line and "$/" not in line:
                match = re.fullmatch(r"\s+(?:- )?uses: ([\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)", line)
                assert match, line
                pins.setdefault(match[1], set()).add(f"{match[2]} {match[3]}")
    assert {name: len(each) for name, each in pins.items()} == dict.fromkeys(pins, 1)
    assert all(name.startswith("actions/") for name in pins)


def test_no_value_of_anybodys_is_part_of_a_script(repository: Path) -> None:
    for file in files(repository):
        text = file.read_text("utf-8")
        assert "pull_request_target" not in text
        assert "workflow_run" not in text
        for step in steps(load(file)):
            assert "${{" not in step.get("run", ""), step


def test_permissions_are_named_and_few(repository: Path) -> None:
    writers = []
    for name in WORKFLOWS:
        definition = load(repository / ".github" / "workflows" / f"{name}.yml")
        assert definition["permissions"] in ({}, {"contents": "read"})
        for id_, job in definition["jobs"].items():
            given = job.get("permissions", definition["permissions"])
            assert set(given) <= {"contents"}
            if "write" in given.values():
                writers.append((name, id_))
            assert "timeout-minutes" in job
    assert writers == [("grade", "publish")]


def test_no_code_of_a_students_is_near_a_token_that_writes() -> None:
    jobs = load(ROOT / ".github" / "workflows" / "grade.yml")["jobs"]
    for step in steps(jobs["publish"]):
        assert not re.search(r"d2d (grade|check|inspect)|actions/grade", json.dumps(step))
    assert "D2D_MEMBERS_TOKEN" not in json.dumps([jobs["collect"], jobs["judge"]])
    assert "D2D_SECRET" not in json.dumps([jobs["collect"], jobs["publish"]])


def test_what_members_run_has_no_secret(repository: Path) -> None:
    text = (repository / ".github" / "workflows" / "check.yml").read_text("utf-8")
    assert "secrets" not in text
    assert "github.token" not in text
    assert "not a score" in text


def test_every_assignment_is_audited(tmp_path: Path) -> None:
    """The step that lists them, run as it stands."""
    if shutil.which("jq") is None:
        pytest.skip("no jq on this machine; GitHub's runners have it")
    (step,) = [step for step in steps(load(ROOT / ".github" / "workflows" / "ci.yml")) if step.get("id") == "list"]
    output = tmp_path / "output"
    environment = {**os.environ, "GITHUB_OUTPUT": str(output)}
    subprocess.run(["bash", "-eo", "pipefail", "-c", step["run"]], cwd=ROOT, env=environment, check=True)
    assert output.read_text("utf-8") == f"ids={json.dumps(find_course(ROOT).ids(), separators=(',', ':'))}\n"
