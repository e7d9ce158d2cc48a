"""hw2: what the wrong answers share. `d2d audit` demands that hidden cases fail each of them.

A variant is the reference with one place written otherwise, so it is wrong in one thing alone. Loading fails where that
place is not in the reference any more: otherwise a variant could become the reference and nobody would notice.
"""

from pathlib import Path

from grader import Misconception

HOME = Path(__file__).parent
# In a course the reference lies beside the assignments; in a copy for another machine it lies in the assignment.
PLACES = HOME.parents[1] / "reference" / "hw2.py", HOME / "reference" / "hw2.py"
REFERENCE = next(file for file in PLACES if file.is_file()).read_text("utf-8")


def misconceptions(*rows):
    """The misconceptions of a table: `right` is the text of the reference that becomes `wrong`."""
    return tuple(_misconception(*row) for row in rows)


def _misconception(id_, of, right, wrong, en, ko, seen, times=1):
    return Misconception(id=id_, of=of, en=en, ko=ko, seen=seen, variant=_variant(of, right, wrong, times))


def _variant(of, right, wrong, times):
    """The class or function `of` of the reference that has `wrong` in each of the `times` places of `right`."""
    if REFERENCE.count(right) != times or right == wrong:
        raise ValueError(f"the reference has not {times} times: {right}")
    names = {"__name__": "hw2_variant"}
    exec(compile(REFERENCE.replace(right, wrong), f"<{of}>", "exec"), names)
    return names[of]


# Texts that several variants need


# A node has its turn when it is first met, and not after everything that uses it
PREORDER = """        order, waiting = [], [self]
        while waiting:
            node = waiting.pop(0)
            if node not in order:
                order.append(node)
                waiting += [operand for operand, _ in node._edges]
        for node in order:
            gradient = gradients.get(node, 0.0 * gradients[self])"""
# A node has as many turns as there are paths to it. The walk gives up early: the search for a hint runs it too, and
# there no time limit would end it.
PATHS = """        paths, visits = [(self, gradients[self])], 0
        while paths:
            visits += 1
            if visits > 10_000:
                raise TimeoutError("a walk along every path")
            node, gradient = paths.pop()
            paths += [(operand, {part}) for operand, back in node._edges]"""
# A node between the leaves and the result keeps its gradient from the call before
KEPT = """
            if node._edges:
                node.grad = gradient = gradient + (0.0 if node.grad is None else node.grad)
"""
ZEROED = "        w.zero_grad()\n        b.zero_grad()\n"
