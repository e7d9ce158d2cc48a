"""The bridge without a process: server and client face each other as `reference` and judge do."""

import textwrap

import pytest

from grader.bridge.outcomes import RaisedError
from grader.bridge.student import Student
from grader.bridge.transport import ByteTransport
from grader.worker.server import Server


class Bridge:
    """A server with code loaded, and the judge's side of it."""

    def __init__(self, *cells):
        self.server = Server("submission")
        self.transport = ByteTransport(self.server.answer, self.server.bounds)
        self.student = Student(self.transport)
        self.problems = []
        for number, source in enumerate(cells, 1):
            self.load(textwrap.dedent(source), f"kim.py[{number}]")

    def load(self, source, cell):
        for index, (line, slip) in enumerate(self.transport.request("parse", cell, source)):
            try:
                if slip is not None:
                    raise RaisedError.from_wire(slip)
                self.transport.request("run", cell, index)
            except RaisedError as error:
                self.problems.append((line, error))

    def names(self):
        return {name for name in vars(self.server.module) if not name.startswith("_")}


@pytest.fixture
def bridge():
    return Bridge
