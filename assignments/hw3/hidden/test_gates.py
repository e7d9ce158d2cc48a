"""hw3, hidden cases: the gates by their weights."""

import numpy as np
import pytest
from common import CORNERS, TRUTH, put, tensor

from grader import case, close, read


@case("gates", points="3/5", concept="wiring")
@pytest.mark.parametrize("name", [*TRUTH, "not_gate"])
def test_gate_wiring(student, reference, name):
    """The gate's weights alone give its truth table, in the layers that were asked for."""
    x, truth = ([[0.0], [1.0]], [1, 0]) if name == "not_gate" else (CORNERS, TRUTH[name])
    gate, ours = (getattr(side.live, name)() for side in (student, reference))
    weights = [read(parameter) for parameter in gate.parameters()]
    close(weights, [read(parameter) for parameter in ours.parameters()], atol=1e6)  # the shapes
    put(ours, *(weight.array for weight in weights))
    for wired in (ours, gate):
        close(read(wired(tensor(x))), tensor(np.array(truth, float)[:, None]), limit=0.05)
