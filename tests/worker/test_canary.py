from __future__ import annotations

import json
import subprocess
import sys

import pytest

SOURCE = """
import json, sys
import torch
from grader.worker import canary

x = torch.tensor([1.0, 2.0])
before = [x.exp().tolist(), x.log().tolist()]
canary.change(["exp"])
out = torch.zeros(2)
torch.exp(x, out=out)
after = [x.exp().tolist(), x.log().tolist(), out.tolist(), list(x.exp().shape)]
try:
    canary.change(["no such kernel"])
    refused = False
except LookupError:
    refused = True
print(json.dumps([before, after, refused]))
"""


@pytest.mark.slow  # by default it is seen in a submission: tests/verdicts/test_borrowing.py
@pytest.mark.torch
def test_a_kernel_gives_other_values_in_the_same_shape_and_others_stay() -> None:
    done = subprocess.run([sys.executable, "-c", SOURCE], stdout=subprocess.PIPE, check=True)
    before, after, refused = json.loads(done.stdout)
    assert after[0] != before[0]
    assert after[1] == before[1]
    assert after[2] == after[0]
    assert after[3] == [2]
    assert refused


EMPTIED = """
import gc, json, sys, types
import torch
from grader.worker import canary

canary.get_ready()
kept = sys.modules["torch.optim.adam"]._multi_tensor_adam  # a reference that is older than the change
step = torch.optim.SGD.step
honest = torch.distributions.Bernoulli(0.5).sample
canary.change(["torch.optim"])

def refuses(function, *arguments):
    try:
        function(*arguments)
    except TypeError as error:
        return "concatenate" in str(error)
    return False

theirs = [item for item in gc.get_objects() if type(item) is types.FunctionType]
theirs = [item for item in theirs if item.__code__.co_filename.endswith("torch/optim/adam.py")]
weight = torch.nn.Parameter(torch.ones(2))
print(json.dumps({
    "kept": len(kept.__code__.co_code) < 30,
    "inner": len(theirs) > 5 and all(len(item.__code__.co_code) < 30 for item in theirs),
    "class": refuses(torch.optim.SGD, [weight]),
    "wrapped": len(step.__wrapped__.__code__.co_code) < 30,
    "name": [kept.__name__, kept.__code__.co_varnames[0]],
    "honest": [list(honest((2,)).shape), "1." in repr(weight)],
}))
"""


@pytest.mark.slow
@pytest.mark.torch
def test_a_part_in_python_is_emptied_wherever_it_is_kept() -> None:
    done = subprocess.run([sys.executable, "-c", EMPTIED], stdout=subprocess.PIPE, check=True)
    assert json.loads(done.stdout) == {
        "kept": True,
        "inner": True,
        "class": True,
        "wrapped": True,
        "name": ["_multi_tensor_adam", "params"],
        "honest": [[2], True],
    }
