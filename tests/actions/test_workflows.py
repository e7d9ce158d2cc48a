"""The workflows as they stand: by GitHub's schema, by zizmor, and by rules of our own."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packaging.requirements import Requirement

from grader.authoring.release import workflow
from grader.course.course import find_course
from tests.actions.runner import load

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

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


# -- packages of the staff's run --------------------------------------------------------------------------------------


def pins() -> ModuleType:
    """The script behind `make pins`."""
    spec = importlib.util.spec_from_file_location("pins", ROOT / ".github" / "pins.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def installs(repository: Path) -> list[str]:
    """Every command of pip in the staff's run, on one line."""
    found = []
    for file in (".github/workflows/grade.yml", ".github/actions/grade/action.yml"):
        for step in steps(load(repository / file)):
            script = step.get("run", "").replace("\\\n", " ")
            array = re.search(r"^pip=\((.*)\)$", script, re.MULTILINE)
            script = script.replace('"${pip[@]}"', array[1]) if array else script
            found += [line for line in script.splitlines() if "pip install" in line and not line.startswith("pip=")]
    return found


def test_every_package_of_the_staffs_run_is_pinned_by_hash(repository: Path) -> None:
    """But PyTorch's own build, as long as its line has no hash: pip asks for one as soon as it has."""
    commands = installs(repository)
    assert len(commands) == 7  # two for each of the three jobs, and PyTorch
    for command in commands:
        assert "--only-binary :all:" in command, "a source distribution runs code while it is installed"
        by_hash = "--require-hashes" in command and command.endswith("--requirement .github/requirements.txt")
        itself = "--no-index --no-deps --no-build-isolation ." in command
        torch = "--no-deps" in command and "--requirement .github/torch.txt" in command
        assert by_hash + itself + torch == 1, command
    text = (ROOT / ".github" / "requirements.txt").read_text("utf-8")
    lines = text.replace(" \\\n", "").splitlines()[1:]
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[\w.]+    --hash=sha256:[0-9a-f]{64}", line)] == []
    assert "://" not in text


def test_what_is_pinned_is_what_is_needed() -> None:
    module = pins()
    there = dict(line.split("==") for line in module.versions(module.TARGET.read_text("utf-8")))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    for text in [*project["project"]["dependencies"], *project["build-system"]["requires"], *module.TORCH_NEEDS]:
        need = Requirement(text)
        if need.marker is None or need.marker.evaluate({"python_version": "3.12", "sys_platform": "linux"}):
            assert need.specifier.contains(there[need.name]), text
    assert module.versions(module.TORCH.read_text("utf-8"))[0].startswith("torch==")


def test_a_wheel_that_was_changed_is_refused(tmp_path: Path) -> None:
    """By the lines that `make pins` writes, from an index that is a folder."""
    index, requirements = tmp_path / "index", tmp_path / "requirements.txt"
    index.mkdir()
    wheel = index / "tool-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tool.py", "answer = 42\n")
        archive.writestr("tool-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tool\nVersion: 1.0\n")
        archive.writestr("tool-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("tool-1.0.dist-info/RECORD", "")
    module, options = pins(), ["--no-index", "--find-links", str(index)]
    requirements.write_text(module.pinned(module.report([*options, "tool"])), "utf-8")
    assert module.versions(requirements.read_text("utf-8")) == ["tool==1.0"]

    def install(target: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pip", "--isolated", "install", "--require-hashes", *options]
        command += ["--only-binary", ":all:", "--target", str(tmp_path / target), "--requirement", str(requirements)]
        environment = {**os.environ, "PIP_CONFIG_FILE": os.devnull}
        return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, env=environment)

    assert install("first").returncode == 0
    assert (tmp_path / "first" / "tool.py").exists()
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("more.py", "answer = 0\n")
    done = install("second")
    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert not (tmp_path / "second").exists()
    requirements.write_text("tool==1.0\n", "utf-8")
    assert "Hashes are required" in install("third").stderr
