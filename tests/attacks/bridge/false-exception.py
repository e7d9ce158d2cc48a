"""Reply with an exception that never was: frames in the judge's files, and bases of its choice.

line = "Bridge: replies early, late, twice, dripping"
held = ["error", "crashed"]
"""

import sys


def attack(x):
    wire = sys.modules["grader.worker.wire"]
    lie = {
        "type": "CaseFailure",
        "bases": ["CaseFailure", "Exception"],
        "text": repr(float(x[0])),
        "frames": [("test_hidden.py", 3, "test_attack")],
    }
    answer_with(wire.encode(lie), status=b"raised")
