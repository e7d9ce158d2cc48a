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
