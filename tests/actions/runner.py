"""As much of a runner of GitHub Actions as our workflows need: their real `run:` steps, in bash, in order.

Actions of others are stood in for: a checkout clones a folder, an artifact is a folder that jobs share, `gh` writes
down what it is given, `sudo` and the installation of d2d do nothing, since this is root and d2d is installed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_TOKEN = re.compile(r"\s*(?:'((?:[^']|'')*)'|(\|\||&&|==|!=|!|\(|\))|([\w.-]+))")
_STANDINS = {
    # `sudo -x --preserve-env=… command`
    "sudo": '#!/bin/bash\nwhile [[ "$1" == -* ]]; do shift; done\nexec "$@"\n',
    "gh": '#!{python}\nimport json,os,sys\nwith open({posts!r},"a") as f:\n'
    '    f.write(json.dumps([sys.argv[1:],json.load(sys.stdin),os.environ.get("GH_TOKEN")])+"\\n")\n'
    'sys.exit(1 if "gone" in sys.argv[5] else 0)\n',
    "python": '#!/bin/bash\ncase "$1 $2" in "-m pip"|"-m venv") exit 0;; esac\nexec {python} "$@"\n',
}


def load(path: Path) -> dict[str, Any]:
    """A workflow, or an action."""
    loaded: dict[str, Any] = YAML(typ="safe").load(path.read_text("utf-8"))
    return loaded


class Expression:
    """What stands in `${{ }}`: names, texts, `!`, `==`, `!=`, `&&`, `||`, `fromJSON` and `cancelled`."""

    def __init__(self, text: str, contexts: Mapping[str, Any]) -> None:
        self.tokens = [match for match in _TOKEN.finditer(text) if match[0].strip()]
        assert "".join(match[0] for match in self.tokens).strip() == text.strip(), text
        self.at, self.contexts = 0, contexts

    def value(self) -> Any:
        found = self._either()
        assert self.at == len(self.tokens)
        return found

    def _either(self) -> Any:
        left = self._both()
        while self._is("||"):
            right = self._both()
            left = left or right
        return left

    def _both(self) -> Any:
        left = self._same()
        while self._is("&&"):
            right = self._same()
            left = left and right
        return left

    def _same(self) -> Any:
        left = self._one()
        if self._is("=="):
            return left == self._one()
        return left != self._one() if self._is("!=") else left

    def _one(self) -> Any:
        if self._is("!"):
            return not self._one()
        if self._is("("):
            inner = self._either()
            assert self._is(")")
            return inner
        match = self.tokens[self.at]
        self.at += 1
        if match[3] is None:
            return match[1].replace("''", "'")
        if self._is("("):
            inner = None if self._is(")") else self._either()
            assert inner is None or self._is(")")
            return {"fromJSON": json.loads, "cancelled": lambda _nothing: False}[match[3]](inner)
        found: Any = self.contexts
        for name in match[3].split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        return found

    def _is(self, sign: str) -> bool:
        there = self.at < len(self.tokens) and self.tokens[self.at][2] == sign
        self.at += there
        return there


def filled(value: Any, contexts: Mapping[str, Any]) -> Any:
    """A value of a workflow with its expressions filled in."""
    if not isinstance(value, str):
        return value
    whole = _EXPRESSION.fullmatch(value.strip())
    if whole:
        return Expression(whole[1], contexts).value()
    return _EXPRESSION.sub(lambda match: _text(Expression(match[1], contexts).value()), value)


def _text(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@dataclass
class JobRun:
    """How one job ended."""

    name: str
    ok: bool = True
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""
    summary: str = ""


@dataclass
class Runner:
    """One run of one workflow after another, with what lies at GitHub meanwhile."""

    home: Path
    repository: Path  # what a checkout of the default branch gives
    branches: dict[str, Path] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    between: Callable[[str, Path], None] = lambda _job, _artifacts: None  # what an attacker does after a job
    posts_file: Path = field(init=False)

    def __post_init__(self) -> None:
        self.posts_file = self.home / "posts"
        self.bin = self.home / "bin"
        self.bin.mkdir(parents=True)
        for name, text in _STANDINS.items():
            filled_in = text.replace("{python}", sys.executable).replace("{posts!r}", repr(str(self.posts_file)))
            (self.bin / name).write_text(filled_in, "utf-8")
            (self.bin / name).chmod(0o755)

    def posts(self) -> list[tuple[str, dict[str, Any], str]]:
        """What was sent to GitHub: path, body, token."""
        lines = self.posts_file.read_text("utf-8").splitlines() if self.posts_file.exists() else []
        found = []
        for line in lines:
            arguments, body, token = json.loads(line)
            assert arguments[:4] == ["api", "--method", "POST", "--silent"]
            assert arguments[5:] == ["--input", "-"]
            found.append((arguments[4], body, token))
        return found

    def run(self, workflow: Path, event: str = "workflow_dispatch", **payload: Any) -> dict[str, list[JobRun]]:
        """Every job in the order of the file; a job with a matrix runs once for each part."""
        definition = load(workflow)
        artifacts = self.home / "artifacts"
        shutil.rmtree(artifacts, ignore_errors=True)
        artifacts.mkdir()
        github = {"event_name": event, "event": payload, "repository": "d2d/staff", "ref": "refs/heads/main"}
        done: dict[str, list[JobRun]] = {}
        for id_, job in definition["jobs"].items():
            needs = job.get("needs") or []
            before = {name: done[name] for name in ([needs] if isinstance(needs, str) else needs)}
            contexts = {
                "github": github,
                "inputs": payload.get("inputs", {}),
                "vars": self.variables,
                "secrets": self.secrets,
                "needs": {name: _need(runs) for name, runs in before.items()},
            }
            condition = job.get("if", "true" if all(_succeeded(runs) for runs in before.values()) else "")
            if "cancelled" not in str(condition) and not all(_succeeded(runs) for runs in before.values()):
                condition = ""
            if not (condition == "true" or filled(condition, contexts)):
                done[id_] = []
                continue
            matrix = (job.get("strategy") or {}).get("matrix") or {}
            parts = filled(matrix.get("include"), contexts) or [{}]
            done[id_] = [self._job(id_, job, {**contexts, "matrix": part}, artifacts) for part in parts]
            self.between(id_, artifacts)
        return done

    def _job(self, id_: str, job: Mapping[str, Any], contexts: dict[str, Any], artifacts: Path) -> JobRun:
        run = JobRun(id_)
        machine = self.home / f"machine-{id_}"
        shutil.rmtree(machine, ignore_errors=True)
        workspace, temporary = machine / "work", machine / "temp"
        workspace.mkdir(parents=True)
        temporary.mkdir()
        contexts = {**contexts, "steps": {}}
        self._steps(run, job["steps"], contexts, machine, artifacts, job.get("env") or {})
        for name, value in (job.get("outputs") or {}).items():
            run.outputs[name] = _text(filled(value, contexts))
        return run

    def _steps(
        self,
        run: JobRun,
        steps: list[dict[str, Any]],
        contexts: dict[str, Any],
        machine: Path,
        artifacts: Path,
        environment: Mapping[str, Any],
    ) -> None:
        for step in steps:
            condition = step.get("if")
            anyhow = "cancelled" in str(condition)
            if not (run.ok or anyhow) or (condition is not None and not filled(condition, contexts)):
                continue
            if "uses" in step:
                given = {name: filled(value, contexts) for name, value in (step.get("with") or {}).items()}
                self._uses(run, step["uses"], given, contexts, machine, artifacts)
                continue
            own = {
                name: _text(filled(value, contexts)) for name, value in {**environment, **step.get("env", {})}.items()
            }
            ok, outputs = self._run_step(
                run, filled(step["run"], contexts), own, machine, step.get("working-directory")
            )
            run.ok = run.ok and ok
            if "id" in step:
                contexts["steps"][step["id"]] = {"outputs": outputs}

    def _run_step(
        self, run: JobRun, script: str, own: Mapping[str, str], machine: Path, folder: str | None
    ) -> tuple[bool, dict[str, str]]:
        files = {}
        for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"):
            files[name] = machine / "temp" / name.lower()
            files[name].write_text("", "utf-8")
        workspace = machine / "work"
        venv = str(Path(sys.executable).parent)
        environment = {
            "PATH": f"{self.bin}:{venv}:{os.environ['PATH']}",
            "HOME": str(machine / "temp"),
            "LANG": "C.UTF-8",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(workspace),
            "RUNNER_TEMP": str(machine / "temp"),
            **{name: str(file) for name, file in files.items()},
            **self.variables,
            **own,
        }
        # The one place where our stand-ins reach into a script: where the program is installed.
        file = machine / "temp" / "step.sh"
        file.write_text(script.replace("/opt/d2d/bin/", ""), "utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(file)],
            cwd=workspace / (folder or "."),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=300,
            check=False,
        )
        run.log += done.stdout
        run.summary += files["GITHUB_STEP_SUMMARY"].read_text("utf-8")
        assert not files["GITHUB_ENV"].read_text("utf-8")
        assert not files["GITHUB_PATH"].read_text("utf-8")
        lines = files["GITHUB_OUTPUT"].read_text("utf-8").splitlines()
        return done.returncode == 0, dict(line.split("=", 1) for line in lines)

    def _uses(
        self,
        run: JobRun,
        name: str,
        given: dict[str, Any],
        contexts: dict[str, Any],
        machine: Path,
        artifacts: Path,
    ) -> None:
        workspace = machine / "work"
        action = name.partition("@")[0]
        if action == "actions/checkout":
            branch = given.get("ref")
            source = self.branches[branch] if branch else self.repository
            target = workspace / given.get("path", ".")
            subprocess.run(["git", "clone", "--quiet", str(source), str(target / ".clone")], check=True)
            for each in (target / ".clone").iterdir():
                shutil.move(each, target / each.name)
            (target / ".clone").rmdir()
        elif action == "actions/upload-artifact":
            source = workspace / given["path"]
            for file in source.rglob("*"):  # what the real one refuses
                assert not set(file.name) & set('":<>|*?\r\n'), file
            shutil.copytree(
                source, artifacts / given["name"], ignore=lambda _d, names: [n for n in names if n[0] == "."]
            )
        elif action == "actions/download-artifact":
            pattern = given.get("pattern") or given["name"]
            for artifact in artifacts.glob(pattern):
                shutil.copytree(artifact, workspace / given["path"], dirs_exist_ok=True)
        elif action.startswith("$/"):
            definition = load(self.repository / action[2:] / "action.yml")
            defaults = {key: each.get("default") for key, each in definition["inputs"].items()}
            inner = {**contexts, "inputs": {**defaults, **given}, "steps": {}}
            self._steps(run, definition["runs"]["steps"], inner, machine, artifacts, {})
        else:
            assert action == "actions/setup-python", action


def _need(runs: list[JobRun]) -> dict[str, Any]:
    outputs: dict[str, str] = {}
    for run in runs:
        outputs |= run.outputs
    return {"result": "success" if _succeeded(runs) else "failure", "outputs": outputs}


def _succeeded(runs: list[JobRun]) -> bool:
    return bool(runs) and all(run.ok for run in runs)
