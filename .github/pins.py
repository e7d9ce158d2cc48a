"""`make pins` writes .github/requirements.txt anew: packages that the staff's workflow installs, by version and hash.

`python .github/pins.py [--upgrade]` asks the index, by pip's own report, for what Python 3.12 on Linux would install,
and installs nothing. Without `--upgrade` the versions stay as they are.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).resolve().parent
TARGET, TORCH = HERE / "requirements.txt", HERE / "torch.txt"
ACTION = HERE / "actions" / "grade" / "action.yml"  # says from which index PyTorch comes
TORCH_NEEDS = ("filelock", "fsspec", "networkx", "setuptools", "sympy")  # beside what d2d needs; `pip check` tells
PLATFORM = (
    *("--python-version", "3.12", "--implementation", "cp", "--only-binary", ":all:"),
    *(word for tag in ("2_28", "2_17") for word in ("--platform", f"manylinux_{tag}_x86_64")),
)
HEAD = "# Every package that the staff's workflow installs, by version and hash (Python 3.12, Linux): `make pins`.\n"
TORCH_HEAD = """\
# PyTorch without gigabytes for graphics cards; it comes from an index of its own, which the action names.
# With a hash in its line pip takes nothing else. `make pins` writes the hash where it can reach that index.
"""


def main() -> None:
    """Write both files."""
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text("utf-8"))
    needed = [*project["project"]["dependencies"], *project["build-system"]["requires"], *TORCH_NEEDS]
    known = [] if "--upgrade" in sys.argv else versions(TARGET.read_text("utf-8"))
    TARGET.write_text(HEAD + pinned(report([*PLATFORM, *needed], known)), "utf-8")
    (torch,) = versions(TORCH.read_text("utf-8"))
    index = ACTION.read_text("utf-8").partition("--index-url ")[2].split()[0]
    try:
        line = pinned(report([*PLATFORM, "--no-deps", "--index-url", index, torch]))
    except subprocess.CalledProcessError:
        sys.stderr.write(f"{index} could not be asked: {torch} stays as it is.\n")
    else:
        TORCH.write_text(TORCH_HEAD + line, "utf-8")


def versions(text: str) -> list[str]:
    """`name==version` of each line of a file of requirements."""
    return [line.split()[0] for line in text.splitlines() if "==" in line and not line.startswith("#")]


def report(arguments: Sequence[str], constraints: Iterable[str] = ()) -> dict[str, Any]:
    """What pip would install. This machine's settings don't count: they may name other indexes, with other builds."""
    kept = {name: value for name, value in os.environ.items() if name == "PIP_CERT" or not name.startswith("PIP_")}
    with tempfile.TemporaryDirectory() as folder:
        limits, out = Path(folder, "constraints.txt"), Path(folder, "report.json")
        limits.write_text("".join(f"{line}\n" for line in constraints), "utf-8")
        options = ["--dry-run", "--ignore-installed", "--quiet", "--report", str(out), "--target", folder]
        command = [sys.executable, "-m", "pip", "install", *options, "--constraint", str(limits), *arguments]
        environment = {**kept, "PIP_CONFIG_FILE": os.devnull}
        subprocess.run(command, check=True, env=environment)  # noqa: S603 — our own interpreter's pip, by no shell
        value: dict[str, Any] = json.loads(out.read_text("utf-8"))
        return value


def pinned(report: Mapping[str, Any]) -> str:
    """The lines of a file of requirements for what is in pip's report."""
    lines = []
    for package in report["install"]:
        name, version = (package["metadata"][key] for key in ("name", "version"))
        digest = package["download_info"]["archive_info"]["hashes"]["sha256"]
        name = name.lower().replace("_", "-").replace(".", "-")
        lines.append(f"{name}=={version} \\\n    --hash=sha256:{digest}\n")
    return "".join(sorted(lines))


if __name__ == "__main__":
    main()
