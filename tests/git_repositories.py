"""Bare repositories on disk, as members have them at GitHub: honest ones, and what only a hostile hand makes."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "a member",
    "GIT_AUTHOR_EMAIL": "member@example.com",
    "GIT_COMMITTER_NAME": "a member",
    "GIT_COMMITTER_EMAIL": "member@example.com",
}


@dataclass
class Repository:
    """A bare repository; `commit` puts a whole tree into it, by the plumbing, which checks nothing."""

    path: Path
    branch: str = "main"
    tip: str | None = None
    made: list[str] = field(default_factory=list)

    @classmethod
    def make(cls, path: Path, branch: str = "main", hashes: str = "sha1") -> Repository:
        path.mkdir(parents=True)
        one = cls(path, branch)
        one.git("init", "--quiet", "--bare", f"--object-format={hashes}", ".")
        # Written by hand: git itself refuses to make a branch that looks like an option.
        (path / "HEAD").write_text(f"ref: refs/heads/{branch}\n", "utf-8")
        return one

    @property
    def url(self) -> str:
        return f"file://{self.path}"

    def git(self, *arguments: str, stdin: bytes = b"", **environment: str) -> bytes:
        done = subprocess.run(
            ["git", *arguments], cwd=self.path, env=ENVIRONMENT | environment, input=stdin, capture_output=True,
            check=False, timeout=600,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def blob(self, data: bytes | str) -> str:
        data = data.encode() if isinstance(data, str) else data
        return self.git("hash-object", "-w", "--stdin", stdin=data).decode().strip()

    def tree(self, entries: dict[str, tuple[str, str]]) -> str:
        """A tree of `{name: (mode, hash)}`, written byte by byte: no name is refused."""
        raw = b"".join(
            f"{mode} {name}".encode() + b"\0" + bytes.fromhex(id_) for name, (mode, id_) in sorted(entries.items())
        )
        return self.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=raw).decode().strip()

    def nested(self, files: dict[str, bytes | str | tuple[str, bytes | str]]) -> str:
        """A tree of files by their paths; a value with a mode is `("120000", target)`."""
        entries: dict[str, tuple[str, str]] = {}
        below: dict[str, dict[str, bytes | str | tuple[str, bytes | str]]] = {}
        for path, content in files.items():
            first, slash, rest = path.partition("/")
            if slash:
                below.setdefault(first, {})[rest] = content
            else:
                mode, data = content if isinstance(content, tuple) else ("100644", content)
                entries[first] = (mode, str(data) if mode == "160000" else self.blob(data))
        for name, inner in below.items():
            entries[name] = ("40000", self.nested(inner))
        return self.tree(entries)

    def commit(
        self,
        files: dict[str, bytes | str | tuple[str, bytes | str]] | None = None,
        *,
        tree: str | None = None,
        at: str = "2026-03-01T12:00:00+0900",
        parent: bool = True,
    ) -> str:
        """A commit of these files on the branch; without a parent, it takes the place of all before it."""
        tree = tree or self.nested(files or {})
        before = ["-p", self.tip] if parent and self.tip else []
        dates = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
        self.tip = self.git("commit-tree", tree, *before, "-m", "work", **dates).decode().strip()
        self.made.append(self.tip)
        ref = self.path / "refs" / "heads" / self.branch
        ref.parent.mkdir(parents=True, exist_ok=True)
        ref.write_text(self.tip + "\n", "utf-8")
        return self.tip
