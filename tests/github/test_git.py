"""git reads a hostile repository, and nothing else happens."""

from __future__ import annotations

import http.server
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.github.git import Access, FetchLimits, Git, UnavailableError
from grader.github.repository import fetch
from tests.github.gathering import WORK, files


def test_a_file_is_fetched_only_where_that_is_allowed(make: Any, gather: Any) -> None:
    repository = make()
    repository.commit({"mini.py": WORK})
    assert gather(repository, limits=FetchLimits()).missing == "not-allowed"
    assert gather(str(repository.path), limits=FetchLimits()).missing == "not-allowed"


def test_too_large(make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    repository.commit({"mini.py": WORK, "data.bin": os.urandom(3 << 20)})
    assert gather(repository, limits=FetchLimits(20, 1 << 20, ("file",))).missing == "too-large"
    assert gather(repository).missing is None


def test_too_slow(make: Any, gather: Any) -> None:
    repository = make()
    repository.commit({"mini.py": WORK})
    assert gather(repository, limits=FetchLimits(0.001, 1 << 20, ("file",))).missing == "too-slow"


class _Locked(http.server.BaseHTTPRequestHandler):
    """A host that wants a name and a password, and writes down what it is given."""

    asked: list[tuple[str, str | None]]
    answer = 401

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["Authorization"]))
        self.send_response(self.answer)
        if self.answer == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="members"')
        else:
            self.send_header("Location", "http://localhost:1/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def host() -> Iterator[tuple[type[_Locked], str]]:
    handler = type("Handler", (_Locked,), {"asked": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield handler, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_private(host: Any, gather: Any) -> None:
    handler, url = host
    one = gather(f"{url}/kim/x.git", limits=FetchLimits(20, protocols=("http",)))
    assert one.missing == "private"
    assert {sent for _path, sent in handler.asked} == {None}


class _Served(http.server.BaseHTTPRequestHandler):
    """A host that serves the repositories of a folder over http, as git's own program does for a web server."""

    folder: Path

    def do_POST(self) -> None:
        path, _mark, query = self.path.partition("?")
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": self.headers.get("Content-Length", "0"),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        }
        asked = self.rfile.read(int(environment["CONTENT_LENGTH"]))
        done = subprocess.run(["git", "http-backend"], input=asked, env=environment, capture_output=True, check=False)
        head, _blank, body = done.stdout.partition(b"\r\n\r\n")
        self.wfile.write(b"HTTP/1.0 200 OK\r\n" + head + b"\r\n\r\n" + body)

    do_GET = do_POST

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


def test_a_host_says_itself_that_a_commit_is_gone(make: Any, tmp_path: Path) -> None:
    """What its own program complains of is seen where the host is this machine, and nowhere else."""
    repository = make()
    repository.commit({"mini.py": WORK})
    there = repository.git("rev-parse", "HEAD").decode().strip()
    handler = type("Handler", (_Served,), {"folder": repository.path.parent})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/{repository.path.name}"
        git = Git(tmp_path, FetchLimits(60, protocols=("http",)))
        fetch(git, url, there)
        with pytest.raises(UnavailableError) as refused:
            fetch(git, url, "1" * 40)
        server.shutdown()
        thread.join()
    assert refused.value.kind == "replaced"


def test_whatever_else_a_host_says_is_not_believed(tmp_path: Path) -> None:
    """A text of the other side names no reason, whatever words are in it."""
    gone = f"fatal: remote error: upload-pack: not our ref {'1' * 40}"
    git = Git(tmp_path, FetchLimits(20))
    said = {
        gone: "replaced",
        f"{gone}; Permission denied": "unreachable",
        "fatal: remote error: not our ref": "unreachable",
        "fatal: remote error: not found": "unreachable",
        "remote: Authentication failed": "unreachable",
    }
    assert {line: getattr(git._failure(line, 128, 1 << 20), "kind", None) for line in said} == said


def test_the_token_goes_to_its_own_host_alone(host: Any, gather: Any, tmp_path: Path) -> None:
    handler, url = host
    own = FetchLimits(20, protocols=("http",), access=Access(url.removeprefix("http://"), "ghs_token"))
    # The setting is for https: over http, where anybody could listen, it is not sent even to its own host.
    gather(f"{url}/kim/x.git", limits=own)
    assert {sent for _path, sent in handler.asked} == {None}
    assert "ghs_token" not in repr(own) + (tmp_path / "out" / "collected.json").read_text("utf-8")


def test_git_would_send_the_token_by_https_to_its_own_host(tmp_path: Path) -> None:
    git = Git(tmp_path, FetchLimits(20, access=Access("github.com", "ghs_token")))
    header = git("config", "--get-urlmatch", "http.extraheader", "https://github.com/d2d/hw-kim.git")
    assert header.startswith(b"Authorization: Basic ")
    for url in ("http://github.com/d2d/x", "https://github.com.example.org/d2d/x", "https://example.org/github.com/x"):
        with pytest.raises(UnavailableError):
            git("config", "--get-urlmatch", "http.extraheader", url)


def test_a_redirection_is_not_followed(host: Any, gather: Any) -> None:
    handler, url = host
    handler.answer = 302
    one = gather(f"{url}/kim/x.git", limits=FetchLimits(20, protocols=("http",)))
    assert one.missing in ("not-allowed", "unreachable")
    assert len(handler.asked) == 1


def test_credentials_in_the_roster_are_stored_nowhere(host: Any, gather: Any, tmp_path: Path) -> None:
    _handler, url = host
    gather(url.replace("http://", "http://kim:hunter2@") + "/kim/x.git", limits=FetchLimits(20, protocols=("http",)))
    assert "hunter2" not in (tmp_path / "out" / "collected.json").read_text("utf-8")


def test_filters_hooks_and_submodules_do_nothing(make: Any, gather: Any, tmp_path: Path) -> None:
    repository = make()
    mark = tmp_path / "pwned"
    repository.commit(
        {
            "mini.py": WORK + "# $Id$ $Format:%H$\n",
            ".gitattributes": "*.py filter=evil ident export-subst export-ignore text eol=crlf\n* filter=lfs",
            ".gitmodules": f'[submodule "x"]\npath = x\nurl = file://{tmp_path}/--upload-pack\nupdate = !touch {mark}',
            ".lfsconfig": f"[lfs]\nurl = file://{mark}",
            "x": ("160000", "1" * 40),
        }
    )
    for hook in ("post-checkout", "post-merge", "reference-transaction", "post-index-change"):
        (repository.path / "hooks" / hook).write_text(f"#!/bin/sh\ntouch {mark}\n", "utf-8")
        (repository.path / "hooks" / hook).chmod(0o755)
    repository.git("config", "filter.evil.smudge", f"touch {mark}")
    assert gather(repository).missing is None
    assert files(tmp_path)["mini.py"] == (WORK + "# $Id$ $Format:%H$\n").encode()
    assert not mark.exists()


def test_a_configuration_of_this_machine_does_not_count(
    make: Any, gather: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = make()
    repository.commit({"mini.py": WORK})
    mark = tmp_path / "pwned"
    home = tmp_path / "home"
    (home / ".config" / "git").mkdir(parents=True)
    (home / ".gitconfig").write_text(
        f"[core]\nfsmonitor=touch {mark}\n[uploadpack]\npackObjectsHook=touch {mark};", "utf-8"
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", f"touch {mark}")
    assert gather(repository).missing is None
    assert not mark.exists()
