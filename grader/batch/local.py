"""The local engine: judges in processes of this machine, each at a bench of its own."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any

from grader import i18n
from grader.batch.bench import Bench, at_bench
from grader.batch.task import Done, Task
from grader.course.manifest import Assignment
from grader.errors import D2DError, OurFaultError
from grader.i18n import _


def judge_all(assignment: Assignment, tasks: Iterable[Task], *, secret: bytes, jobs: int) -> Iterator[Done]:
    """Judge every task, `jobs` at a time; reports come as they end."""
    left = deque(tasks)
    # Judges are started afresh: a fork of this process would take whatever threads and locks it has along.
    context = multiprocessing.get_context("spawn")
    judges: dict[Connection, Any] = {}
    try:
        for _number in range(min(jobs, len(left))):
            ours, theirs = context.Pipe()
            process = context.Process(target=_judge, args=(assignment, secret, i18n.language(), theirs), daemon=True)
            process.start()
            theirs.close()
            judges[ours] = process
            ours.send(left.popleft())
        busy = set(judges)
        while busy:
            for ready in wait(list(busy)):
                assert isinstance(ready, Connection)
                yield _received(ready)
                if left:
                    ready.send(left.popleft())
                else:
                    busy.discard(ready)
                    ready.send(None)
    finally:
        for connection, process in judges.items():
            connection.close()
            process.join(5)
            if process.is_alive():
                process.kill()
                process.join()


def _received(connection: Connection) -> Done:
    try:
        message = connection.recv()
    except EOFError as error:
        raise OurFaultError(_("A judge ended in the middle of its work.")) from error
    if isinstance(message, D2DError):
        raise message
    assert isinstance(message, Done)
    return message


def _judge(assignment: Assignment, secret: bytes, language: str, connection: Connection) -> None:
    """One judge's process: tasks in, reports out, until there are no more."""
    i18n.use(language)

    def work(bench: Bench) -> None:
        while (task := connection.recv()) is not None:
            connection.send(bench.do(task))

    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt):  # whoever asked is gone: so is the work
        try:
            at_bench(assignment, secret, work)
        except D2DError as error:
            connection.send(error)
