"""The worker answers each request with data, also a request that can't be carried out."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from grader.worker import server as room
from grader.worker.server import Server
from grader.worker.wire import Bounds, Handle, Name, decode, encode


@pytest.fixture
def server() -> Server:
    server = Server("submission_of_the_server_test")
    server.op_define("class Own:\n    size = 3\ndef f(x=1): return x\ndef fails(): raise ValueError('no')")
    return server


def ask(server: Server, op: str, *arguments: object, keep: bool = False) -> tuple[str, Any]:
    number, status, what = decode(server.answer(encode((7, keep, op, *arguments))))
    assert number == 7
    return status, what


def test_a_value_goes_out_and_an_object_stays(server: Server) -> None:
    assert ask(server, "call", Name("f"), [[1, "x"]], {}) == ("value", [1, "x"])
    status, own = ask(server, "call", Name("Own"), [], {})
    assert (status, own) == ("value", Handle(1, "Own"))
    assert ask(server, "get", own, "size") == ("value", 3)
    assert ask(server, "call", Name("f"), [own], {}) == ("value", Handle(2, "Own"))


def test_what_is_to_be_kept_stays_though_it_is_plain(server: Server) -> None:
    status, kept = ask(server, "call", Name("f"), [[1, 2]], {}, keep=True)
    assert (status, kept.kind) == ("value", "list")
    assert ask(server, "read", kept) == ("value", [1, 2])
    assert [item.kind for item in ask(server, "items", kept, 1, keep=True)[1]] == ["int"]
    ask(server, "drop", [kept.id])
    assert ask(server, "read", kept) == ("refused", "no-such-object")


def test_what_is_absent_is_said_and_nothing_is_carried_out(server: Server) -> None:
    assert ask(server, "call", Name("g"), [], {}) == ("missing", "g")
    assert ask(server, "set", Name("Own"), "size", Handle(99, "int")) == ("refused", "no-such-object")
    assert ask(server, "get", Name("Own"), "size") == ("value", 3)


def test_an_exception_is_an_answer(server: Server) -> None:
    status, record = ask(server, "call", Name("fails"), [], {})
    assert (status, record["type"], record["text"]) == ("raised", "ValueError", "no")
    assert ask(server, "call", 3, [], {}) == ("refused", "not-callable")
    assert ask(server, "operate", "__import__", "os") == ("refused", "unknown-operator")


def test_an_iterable_without_end_ends(server: Server) -> None:
    server.module.f = count  # type: ignore[attr-defined]
    endless = ask(server, "call", Name("f"), [], {})[1]
    assert ask(server, "items", endless, 3) == ("value", [0, 1, 2])


def test_objects_and_bytes_are_bounded(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MAX_HANDLES", 1)
    assert ask(server, "hold", [1])[0] == "value"
    assert ask(server, "hold", [1]) == ("refused", "too-many-objects")
    server.forget_all()
    assert ask(server, "hold", [1]) == ("value", Handle(1, "list"))
    server.bounds = Bounds(total=100)
    server.module.f = lambda: bytes(200)  # type: ignore[attr-defined]
    assert ask(server, "call", Name("f"), [], {}) == ("refused", "too large")


def test_a_stream_that_is_broken_does_not_cost_the_answer() -> None:
    def broken() -> None:
        raise ValueError("closed")

    server = Server("submission_with_a_broken_stream", flush=broken)
    assert ask(server, "len", [1, 2]) == ("value", 2)
