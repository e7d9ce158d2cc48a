"""Change what the worker's functions hold, by a trace function.

line = "Forging: walk frames"
held = ["failed: traced", "crashed"]
"""

import sys


def attack(x):
    def trace(frame, event, argument):
        for name in ("value", "number", "reply"):
            if name in frame.f_locals:
                frame.f_locals[name] = True
        return trace

    frame = sys._getframe()
    while frame is not None:
        frame.f_trace = trace
        frame = frame.f_back
    sys.settrace(trace)
    return "traced"
