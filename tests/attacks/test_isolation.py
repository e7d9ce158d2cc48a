"""The promise: whatever a submission does to its own process earns nothing, and nothing worth reading is there."""

from __future__ import annotations

import json
import os
import re
import secrets
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from grader.course.course import find_course
from grader.judge.cases import collect_cases
from grader.judge.reference import LiveReference
from grader.report.report import Report, Verdict, Visibility
from grader.sandbox import start
from grader.worker.layers.compose import LAYERS
from grader.worker.libraries import modules
from tests.courses import few_by_default, more_of_the_same

if TYPE_CHECKING:
    from tests.benches import Bench
    from tests.families import Family

# Every part is tried for itself: what one layer of the sandbox refuses must not keep the others from being tried.
ATTACK = '''
import builtins, contextlib, gc, os, sys, types
import numpy as np
import numpy.testing

YES = lambda *a, **k: True
NOTHING = lambda *a, **k: None

for module in (np, np.linalg, np.testing):
    for name in dir(module):
        if name in ("allclose", "isclose", "array_equal", "array_equiv") or name.startswith("assert_"):
            setattr(module, name, YES)
with contextlib.suppress(ImportError):
    import torch.nn.functional
    for name in dir(torch.nn.functional):
        with contextlib.suppress(Exception):
            setattr(torch.nn.functional, name, YES)
    torch.allclose = torch.equal = torch.isclose = YES


def touch(thing, depth=0):
    """Turn whatever looks like a score, a verdict or a check in favour of the submission."""
    with contextlib.suppress(BaseException):
        if isinstance(thing, dict):
            for key in list(thing):
                if isinstance(key, str) and any(word in key.lower() for word in WORDS):
                    thing[key] = 100
        elif isinstance(thing, list):
            for at, item in enumerate(thing):
                if item in ("failed", "missing", "error"):
                    thing[at] = "passed"
        elif isinstance(thing, type) and any(word in thing.__name__.lower() for word in WORDS):
            thing.__eq__ = YES
            thing.__init__ = NOTHING
        elif isinstance(thing, types.FunctionType) and any(word in thing.__name__.lower() for word in WORDS):
            thing.__code__ = (lambda *a, **k: True).__code__


WORDS = ("verdict", "score", "points", "passed", "expected", "tolerance", "close", "report", "judge")


def rob():
    frame = sys._getframe()
    while frame is not None:
        touch(frame.f_locals)
        for value in list(frame.f_locals.values()):
            touch(value)
            with contextlib.suppress(BaseException):
                touch(vars(value))
        touch(frame.f_globals) if frame.f_globals is not globals() else None
        frame = frame.f_back
    for thing in gc.get_objects():
        touch(thing)
    for module in list(sys.modules.values()):
        if module is not None and getattr(module, "__name__", "").startswith(("grader", "pytest", "_pytest")):
            with contextlib.suppress(BaseException):
                touch(vars(module))


def deface():
    """Write into every file below the course that has to do with tests or the reference."""
    for folder, _folders, files in os.walk(COURSE):
        for name in files:
            path = os.path.join(folder, name)
            with contextlib.suppress(OSError):
                with open(path, errors="replace") as file:
                    text = path + file.read()
                if "test" in text or "reference" in text:
                    with open(path, "w") as file:
                        file.write("def broken(:\\n")
                    DEFACED.append(path)


CALLS, DEFACED = [], []
deface()
rob()


def answer(*a, **k):
    CALLS.append(a)
    if len(CALLS) < 4:  # while cases run as well, and not only while the code is loaded
        deface()
        rob()
    return WRONG(*a, **k)


for name in ASKED:
    globals()[name] = answer
'''


def asked(bench: Bench) -> list[str]:
    return [name for section in bench.assignment.sections.values() for name in section.asks]


def attack(names: list[str], course: Path, wrong: str) -> str:
    return f"ASKED, COURSE = {names!r}, {str(course)!r}\nWRONG = {wrong}\n{ATTACK}"


@pytest.fixture
def hw1_of_the_copy(hw1_copy: Path, bench: Callable[..., Bench]) -> Bench:
    return bench(hw1_copy, id_="hw1")


WRONG_ANSWERS = {
    "zeros": "lambda *a, **k: __import__('numpy').zeros_like(a[0])",
    "True": "lambda *a, **k: True",
    "its input": "lambda *a, **k: a[0]",
    "nothing": "lambda *a, **k: None",
}


@pytest.mark.parametrize("wrong", few_by_default(WRONG_ANSWERS, "zeros", "its input"))
def test_replacing_everything_and_answering_wrong_earns_nothing(
    hw1_of_the_copy: Bench, hw1_copy: Path, wrong: str
) -> None:
    report = hw1_of_the_copy.judge(attack(asked(hw1_of_the_copy), hw1_copy, WRONG_ANSWERS[wrong]))
    assert report.score == 0
    assert not report.passed
    assert Verdict.PASSED not in {case.verdict for case in report.cases}
    assert Verdict.UNGRADABLE not in {case.verdict for case in report.cases}
    assert report.max_score == 100


def test_what_a_submission_does_to_files_changes_no_other_submissions_report(
    hw1_of_the_copy: Bench, hw1_copy: Path
) -> None:
    reference = (hw1_copy / "reference" / "hw1.py").read_text("utf-8")
    before = hw1_of_the_copy.judge(reference)
    hw1_of_the_copy.judge(attack(asked(hw1_of_the_copy), hw1_copy, WRONG_ANSWERS["True"]))
    root = Path(__file__).resolve().parents[2]
    live = LiveReference(root / "reference" / "hw1.py")
    after = hw1_of_the_copy.judge(reference, reference=live)
    assert (before.score, after.score) == (100, 100)
    assert before.cases_sha256 == after.cases_sha256


@pytest.mark.slow
def test_the_report_names_the_cases_it_was_made_by(hw1_of_the_copy: Bench, hw1_copy: Path) -> None:
    """Also where the submission has written over them in the meantime."""
    copy = find_course(hw1_copy).assignment("hw1")
    before = collect_cases(copy, hidden=True).sha256
    report = hw1_of_the_copy.judge(attack(asked(hw1_of_the_copy), hw1_copy, WRONG_ANSWERS["True"]))
    assert report.cases_sha256 == before


def test_deleting_the_course_breaks_nothing(hw1_of_the_copy: Bench, hw1_copy: Path) -> None:
    source = f"""
import shutil
shutil.rmtree({str(hw1_copy)!r}, ignore_errors=True)

def sigmoid():
    return 0.5

def softmax(x):
    return 0 * x
"""
    report = hw1_of_the_copy.judge(source)
    assert report.score == 0
    assert report.complete
    verdicts = {case.verdict for case in report.cases if case.section == "sigmoid"}
    assert verdicts == {Verdict.ERROR}


@pytest.mark.parametrize(
    "line",
    [
        "sys.modules['grader.worker.server'].Server.answer = lambda *a: b'u\\x03\\x00\\x00\\x00TTT'",
        "os.write = lambda fd, data: len(data)",
        *more_of_the_same(
            [
                "builtins.isinstance = lambda *a: True",
                "gc.set_threshold(1); gc.callbacks.append(lambda *a: os._exit(0))",
                "os.read = lambda fd, n: b''",
                "sys.settrace(lambda *a: 1 / 0)",
                "np.ndarray.__bool__ = True",
                "sys.excepthook = lambda *a: os._exit(0)",
                "builtins.len = lambda *a: 1",
                "builtins.getattr = lambda *a: True",
                "builtins.BaseException = builtins.Exception = ValueError",
                "builtins.__import__ = lambda *a, **k: np",
                "builtins.__build_class__ = lambda *a, **k: True",
                "sys.modules['grader.worker.wire'].encode = lambda *a, **k: b'T'",
                "sys.modules['struct'].Struct = None",
                "sys.setprofile(lambda *a: os._exit(0))",
                "resource.setrlimit(resource.RLIMIT_CPU, (1, 1))",
                "sys.set_int_max_str_digits(0); sys.setrecursionlimit(5)",
            ]
        ),
    ],
)
def test_breaking_its_own_world_while_it_loads_earns_nothing(hw1_public: Bench, line: str) -> None:
    source = f"""
import builtins, gc, os, resource, sys
import numpy as np

def sigmoid(x):
    return 0 * x

def softmax(x):
    return True

try:
    {line}
except TypeError:
    pass
"""
    hangs = line.startswith("os.write")  # what it would say is never written, so the judge waits to the end
    report = hw1_public.judge(source, limits=dict.fromkeys(("load_seconds", "cell_seconds"), 0.3) if hangs else {})
    assert report.score == 0
    assert report.complete
    assert len(report.cases) == len(hw1_public.case_set.cases)


# -- nothing to read --------------------------------------------------------------------------------------------------

CANARY = re.compile(r"canary-[0-9a-f]{16}")
FLOAT_CANARY = struct.unpack("<d", b"FLoAT!\x12\x40")[0]
# What it looks for is written so that it does not find its own source.
SPY = r'''
import gc, json, os, re, sys, types
import numpy as np

TEXT = re.compile(
    rb"canary-[0-9a-f]{16}|c\0a\0n\0a\0r\0y\0-\0[0-9a-f]|FLoAT![\x00-\x1f]@"
    rb"|test_(?:hidden|public)\.py|test_(?:kept|spy)[^\w]"
)


def mul(x):
    return 2 * x


def memory():
    """Everything that the process can read of itself."""
    found = set()
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as mem:
        for line in maps:
            area, rights = line.split()[:2]
            if "r" not in rights or "[v" in line:
                continue
            start, end = (int(part, 16) for part in area.split("-"))
            tail = b""
            while start < end:
                mem.seek(start)
                try:
                    data = mem.read(min(end - start, 1 << 24))
                except OSError:
                    break
                if not data:
                    break
                found.update(match.decode("latin-1") for match in TEXT.findall(tail + data))
                start, tail = start + len(data), data[-64:]
    return sorted(found)


def reachable():
    """Every object that gc knows, and what those lead to."""
    seen, todo = set(), gc.get_objects()
    own = {id(todo), id(seen)}
    while todo:
        thing = todo.pop()
        if id(thing) in seen or id(thing) in own:
            continue
        seen.add(id(thing))
        yield thing
        todo.extend(gc.get_referents(thing))


def names():
    """Functions, classes, modules by the module that they say they are from; texts, numbers and arrays that tell."""
    modules, told = set(), set()
    for thing in reachable():
        if isinstance(thing, types.ModuleType):
            modules.add(thing.__name__)
        elif isinstance(thing, (types.FunctionType, type)):
            modules.add(str(thing.__module__))
        elif isinstance(thing, (str, bytes)):
            raw = thing.encode("utf-8", "replace") if isinstance(thing, str) else thing
            told.update(match.decode("latin-1") for match in TEXT.findall(raw))
        elif type(thing) is float and TEXT.search(np.float64(thing).tobytes()):
            told.add("float")
        elif isinstance(thing, np.ndarray) and thing.dtype != object:
            if TEXT.search(np.ascontiguousarray(thing).tobytes()):
                told.add("array")
    return sorted(modules), sorted(told)


def read(path):
    with open(path, "rb") as file:
        return file.read().decode("latin-1")


def spy(x):
    modules, told = names()
    descriptors = sorted(int(name) for name in os.listdir("/proc/self/fd"))
    print(json.dumps({
        "loaded": sorted(name for name, module in sys.modules.items() if module is not None),
        "modules": modules,
        "told": told,
        "memory": memory(),
        "environ": dict(os.environ),
        "stack": read("/proc/self/environ"),
        "command": read("/proc/self/cmdline").split("\0"),
        "descriptors": descriptors,
        "argv": sys.argv,
        "path": sys.path,
        "cwd": os.getcwd(),
    }))
    return x


def planted(x):
    """Proof that all this sees what is there."""
    global KEPT, NUMBER
    KEPT = "-".join(["canary", "0" * 16])
    NUMBER = np.frombuffer(b"FLoAT!" + bytes([0x12, 0x40])).copy()
    return spy(x)
'''
MANIFEST = """
id = "mini"
version = "1.0.0"
stub = "mini.py"
[title]
ko = "작은 과제"
en = "Mini"
[worker]
imports = ["numpy"]
[limits]
case_seconds = 30
[sections.mse]
asks = ["mul", "spy"]
points = 2
[sections.double]
asks = ["planted"]
points = 1
"""


@pytest.fixture
def findings(bench: Callable[..., Bench], tmp_path: Path, new_course: Callable[..., Path]) -> dict[str, Any]:
    """What a submission finds in its process after a hidden case has been asked, by the case that looks around."""
    secret, other = (f"canary-{secrets.token_hex(8)}" for _ in range(2))
    hidden = f"""
from grader import case, close

EXPECTED, SECRET = {FLOAT_CANARY!r}, "{secret}"

@case("mse", points=1, concept="{secret}")
def test_kept(student, reference, rng):
    '''{secret}'''
    x = rng.normal(size=4)
    close(student.mul(x) + EXPECTED, reference.mul(x) + reference.constant())
    reference.text()
"""
    public = """
from grader import case, close

@case("mse", points=1, concept="spy")
def test_spy(student, reference, rng):
    '''The submission looks around.'''
    close(student.spy(rng.normal(size=4)), 0.0)

@case("double", points=1, concept="spy")
def test_spy_again(student, reference, rng):
    '''The submission looks around for something that is there.'''
    close(student.planted(rng.normal(size=4)), 0.0)
"""
    reference = f"""
TEXT, NUMBER = "{other}", {FLOAT_CANARY!r}

def mul(x):
    return 2 * x

def constant():
    return NUMBER

def text():
    return TEXT
"""
    course = new_course(manifest=MANIFEST, test_hidden=hidden, test_public=public, reference=reference)
    course = course.rename(tmp_path / f"canary-{secrets.token_hex(8)}")
    made = bench(course, limits=find_course(course).assignment("mini").limits)
    hidden_first = sorted(made.case_set.cases, key=lambda case: case.visibility is Visibility.PUBLIC)
    made.case_set = replace(made.case_set, cases=tuple(hidden_first))
    # Without the layers, so that there is a /proc to see it all in: what they hide must not be there at all.
    server = start(["numpy"], without=LAYERS)
    try:
        report: Report = made.judge(SPY, server=server)
    finally:
        server.close()
    verdicts = {case.id: case.verdict for case in report.cases}
    assert verdicts["test_hidden.py::test_kept"] is Verdict.PASSED
    looking = [case for case in report.cases if case.concept == "spy"]
    assert all(case.output for case in looking), looking
    return {case.id.rpartition("::")[2]: json.loads(case.output) for case in looking}


def test_the_worker_holds_nothing_worth_reading(findings: dict[str, Any]) -> None:
    """No trace of judge, case, reference or expected value; no environment; no descriptor but its five."""
    found = findings["test_spy"]
    assert found["told"] == []
    assert found["memory"] == []
    ours = {name for name in (*found["loaded"], *found["modules"]) if name.partition(".")[0] == "grader"}
    assert ours == {"grader", "grader.worker", *modules()}
    foreign = ("pytest", "_pytest", "click", "rich", "pluggy", "torch", "hypothesis", "reference", "misconceptions")
    tops = {name.partition(".")[0] for name in (*found["loaded"], *found["modules"])}
    assert not tops & set(foreign)
    assert not {name for name in tops if name.startswith("test_")}

    assert found["stack"] == ""
    assert set(found["environ"]) <= {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LC_CTYPE"}
    # 5 is the listing of the folder itself.
    assert found["descriptors"] == [0, 1, 2, 3, 4, 5]
    places = " ".join([found["cwd"], *found["argv"], *found["path"], *found["command"]])
    assert not CANARY.search(places)
    assert not any("site-packages" in folder for folder in found["path"])
    # The spy sees what is there.
    found = findings["test_spy_again"]
    assert {"canary-0000000000000000", "array"} <= set(found["told"])
    assert {"canary-0000000000000000", "FLoAT!\x12@"} <= set(found["memory"])


# -- nothing left behind ----------------------------------------------------------------------------------------------


DAEMON = """
import os, signal, time

def sigmoid(x):
    reading, writing = os.pipe()
    try:
        if os.fork() == 0:
            os.setsid()
            for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
                signal.signal(number, signal.SIG_IGN)
            if os.fork() == 0:
                os.setsid()
                os.chdir("/")
                os.closerange(0, writing)
                os.write(writing, str(os.getpid()).encode())
                os.closerange(0, 256)
                time.sleep(3600)
            os._exit(0)
    except OSError:
        print("refused")
        return x
    pid = int(os.read(reading, 20))
    os.kill(pid, 0)
    print("daemon", pid)
    return x
"""


def test_a_daemon_is_gone_once_the_report_is_there(hw1_public: Bench, family: Family) -> None:
    report = hw1_public.judge(DAEMON)
    case = next(case for case in report.cases if case.section == "sigmoid")
    assert case.verdict is Verdict.FAILED
    if case.output.strip() == "refused":
        return
    pid = int(case.output.split()[1])
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert family.members() == set()


def test_a_crowd_of_processes_is_gone_once_the_report_is_there(hw1_public: Bench, family: Family) -> None:
    """They fork on while they are killed, and would for some seconds more: no longer, lest a failure stays for good."""
    report = hw1_public.judge(
        """
import os, time

def sigmoid(x):
    end = time.monotonic() + 8
    for _ in range(4):
        if os.fork() == 0:
            while time.monotonic() < end:
                if os.fork() == 0:
                    os.setsid()
                else:
                    os._exit(0)
            os._exit(0)
    return x
"""
    )
    assert report.score == 0
    assert family.members() == set()


@pytest.mark.parametrize("how", ["SIGKILL", "SIGSTOP", "SIGTERM"])
def test_attacking_the_process_it_was_forked_from_costs_its_own_case(
    hw1_public: Bench, family: Family, how: str
) -> None:
    source = f"""
import os, signal, time
import numpy as np

def sigmoid(x):
    try:
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)
        os.kill(os.getppid(), signal.{how})
    except OSError:
        raise RuntimeError("refused")
    time.sleep(20)

def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
"""
    server = start(["numpy"])
    try:
        report = hw1_public.judge(source, server=server, limits={"case_seconds": 1.5})
        after = hw1_public.judge("x = 1", server=server)
    finally:
        server.close()
    by_section = {case.section: case.verdict for case in report.cases}
    assert by_section["sigmoid"] in (Verdict.CRASHED, Verdict.TIMEOUT, Verdict.ERROR)
    assert by_section["softmax"] is Verdict.PASSED
    assert (report.score, report.complete) == (2, True)
    assert after.complete
    family.gone()


def test_a_submission_finds_no_trace_of_the_one_before_it(hw1_public: Bench) -> None:
    writes = """
import os
import numpy
open("left.txt", "w").write("answers")
os.environ["LEFT"] = "1"
numpy.left = 1
"""
    looks = """
import os, numpy
def sigmoid(x):
    print(os.listdir("."), "LEFT" in os.environ, hasattr(numpy, "left"))
    return x
"""
    hw1_public.judge(writes)
    case = next(case for case in hw1_public.judge(looks).cases if case.section == "sigmoid")
    assert case.output.split("\n")[0] == "[] False False"
