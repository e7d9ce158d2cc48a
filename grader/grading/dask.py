"""The Dask engine: the same tasks on the machines of a cluster.

Each process of the cluster sets up a bench at its first task and keeps it. The assignment is sent to each process once,
a submission is sent with its task, and the report comes back. When a process is lost, the scheduler gives its tasks to
the others.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import dask.config
from distributed import Client, KilledWorker, LocalCluster, as_completed, get_worker
from distributed.client import ClosedClientError

from grader import i18n
from grader.errors import D2DError, OurFaultError, UsageError
from grader.grading import Done, Lost, Setting, Task
from grader.grading.health import examine
from grader.grading.inputs import Parcel, about
from grader.i18n import _
from grader.scratch import Scratch, sweep_scratch

if TYPE_CHECKING:
    from distributed import Future

    from grader.grading.bench import Bench

_ANSWER_SECONDS = 10.0  # a scheduler that is there says so at once
_AHEAD = 3  # tasks that wait at each process, so that it is not idle while the next one travels
_CHECK_EVERY = 50  # tasks after which it is looked whether the cluster has grown
# What comes of a scheduler that is gone: a future is cancelled in the one way, what waits for it in the other.
_FAULTS = (OSError, TimeoutError, asyncio.CancelledError, CancelledError, ClosedClientError)


@dataclass
class DaskEngine:
    """Judges on the cluster of `scheduler`; where none is named, on one of `jobs` processes of this machine."""

    setting: Setting
    scheduler: str | None
    jobs: int
    run: str = field(default_factory=lambda: uuid.uuid4().hex)

    def judge(self, tasks: Iterable[Task]) -> Iterator[Done | Lost]:
        sweep_scratch()  # what a run that was killed has left, also where there is nothing left to judge
        source = iter(tasks)
        first = next(source, None)
        if first is None:  # nothing to do: no cluster is needed
            return
        with connected(self.scheduler, self.jobs) as client:
            try:
                demand_same(client, self.setting.assignment.imports)
                # A task of its own, not scattered data: what a lost process held of it is made again.
                parcel = client.submit(_itself, Parcel.of(self.setting), key=f"d2d-{self.run}-parcel", pure=False)
                yield from self._judged(client, parcel, itertools.chain([first], source))
            except _FAULTS as error:
                raise self._lost(error) from error
            finally:
                if client.status == "running":  # else there is nobody who would hear it
                    with suppress(*_FAULTS):
                        client.run(forget, self.run)

    def _lost(self, error: BaseException) -> OurFaultError:
        is_gone = isinstance(error, CancelledError | ClosedClientError)
        reason = _("its scheduler is gone") if is_gone else str(error).partition("\n")[0] or type(error).__name__
        what = _("The connection to the cluster was lost: {reason}.").format(reason=reason)
        hint = _("What was judged so far is kept: the same command goes on where this one ended.")
        return OurFaultError(what, where=self.scheduler, hint=hint)

    def _judged(self, client: Client, parcel: Future, source: Iterator[Task]) -> Iterator[Done | Lost]:
        running: dict[Future, str] = {}
        ended = as_completed(loop=client.loop)
        room, given = 0, 0

        def fill() -> None:
            nonlocal room, given
            while True:
                if given % _CHECK_EVERY == 0 or not room:
                    room = max(1, _AHEAD * sum(client.nthreads().values()))
                if len(running) >= room or (task := next(source, None)) is None:
                    return
                name = f"d2d-{self.run}-{given}"
                given += 1
                future = client.submit(do, self.run, parcel, task, key=name, pure=False)
                running[future] = task.key
                ended.add(future)

        fill()
        for future in ended:
            key = running.pop(future)
            try:
                done: Done | Lost = future.result()
            except KilledWorker:
                done = Lost(key, _("the processes of the cluster that judged it ended, more than once"))
            yield done
            future.release()
            fill()


@contextmanager
def connected(scheduler: str | None, jobs: int) -> Iterator[Client]:
    """A client of the scheduler, or of a cluster of this machine's own, which ends with it."""
    for name in ("distributed", "distributed.client"):  # each has a level of its own
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is said by us, in one sentence
    with ExitStack() as undo:
        address: Any = scheduler
        if address is None:
            scratch = undo.enter_context(Scratch("dask"))
            undo.enter_context(dask.config.set({"temporary-directory": str(scratch)}))
            address = LocalCluster(
                n_workers=jobs,
                threads_per_worker=1,
                processes=True,
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
            )
            undo.callback(address.close)
        try:
            client = undo.enter_context(Client(address, timeout=_ANSWER_SECONDS, set_as_default=False))
            client.wait_for_workers(1, timeout=_ANSWER_SECONDS)
        except (OSError, ValueError, TypeError, asyncio.TimeoutError) as error:
            reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
            what = _("The scheduler does not answer, or has no workers: {reason}").format(reason=reason)
            hint = _("Is it running, and can this machine reach it? dask scheduler; dask worker {url}")
            raise OurFaultError(what, where=scheduler, hint=hint.format(url=scheduler or "URL")) from error
        yield client


def demand_same(client: Client, imports: tuple[str, ...]) -> None:
    """Refuse a cluster one of whose processes would judge by another program, or with other libraries."""
    own, others = about(imports), []
    for worker, answer in client.run(about, imports, on_error="return").items():
        is_answer = isinstance(answer, Mapping)
        wrong = differences(answer, own) if is_answer else f"{type(answer).__name__}: {answer}"
        if wrong:
            others.append(f"{worker}: {wrong}")
    if others:
        raise _unlike(others)


def differences(worker: Mapping[str, str], here: Mapping[str, str]) -> str:
    """What a worker has otherwise than this machine; empty where its reports would be the same."""
    return ", ".join(f"{name} {worker.get(name)} ≠ {here[name]}" for name in here if worker.get(name) != here[name])


def _unlike(others: list[str]) -> UsageError:
    what = _("These workers of the cluster are not like this machine: {names}").format(names="; ".join(others))
    return UsageError(what, hint=_("Install the same d2d and libraries on every node, and start its workers anew."))


def examined(scheduler: str, imports: tuple[str, ...] = ("numpy",)) -> dict[str, dict[str, Any]]:
    """What `d2d doctor` says on each worker of a cluster, and whether it is like this machine."""
    with connected(scheduler, 1) as client:
        own, answers = about(imports), client.run(_health, imports, on_error="return")
        for worker, answer in answers.items():
            if isinstance(answer, Mapping):
                answers[worker] = {**answer, "same": answer["about"] == own}
            else:
                trouble = f"{type(answer).__name__}: {answer}"
                answers[worker] = {"may_judge_hidden": False, "same": False, "trouble": trouble, "about": {}}
        return dict(answers)


def _health(imports: tuple[str, ...]) -> dict[str, Any]:
    return {**examine().as_json(), "about": about(imports)}


# -- on the processes of the cluster ------------------------------------------------------------------------------


_benches: dict[str, tuple[Bench, ExitStack]] = {}  # by run, each with what ends with it
_one_at_a_time = threading.Lock()  # however many threads the process has: a bench has one zygote
_MOST_BENCHES = 4  # of runs that were killed before they could clear theirs away


def _itself(parcel: Parcel) -> Parcel:
    return parcel


def _opened(parcel: Parcel, undo: ExitStack) -> Bench:
    """A bench for the assignment of a parcel, if this process is like the machine that sent it."""
    from grader.grading.bench import open_bench

    own = about(parcel.setting.assignment.imports)
    if wrong := differences(own, parcel.about):
        raise _unlike([wrong])
    i18n.use(parcel.setting.language)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # as the command `d2d` does where it judges by itself
    folder = undo.enter_context(Scratch("parcel"))  # nobody else on the machine may look into it
    return undo.enter_context(open_bench(parcel.unpacked(folder)))


def do(run: str, parcel: Parcel, task: Task) -> Done | Lost:
    """One task at this process's bench, which is set up for the first one of a run."""
    with _one_at_a_time:
        try:
            if run not in _benches:
                while len(_benches) >= _MOST_BENCHES:
                    _close(next(iter(_benches)))
                with ExitStack() as undo:
                    bench = _opened(parcel, undo)
                    _benches[run] = bench, undo.pop_all()
            return _benches[run][0].tried(task)
        except D2DError as error:
            error.where = f"{error.where or ''} ({get_worker().address})".strip()
            raise


def forget(run: str) -> None:
    """Clear the bench of a run away."""
    with _one_at_a_time:
        _close(run)


def _close(run: str) -> None:
    if run in _benches:
        _benches.pop(run)[1].close()
