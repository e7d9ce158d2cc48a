"""Follow tracebacks and frames for files of the judge.

line = "Reading: tracebacks that show the judge"
held = ["failed: nothing"]
loose = ["failed: found*"]
"""

import traceback


def attack(x):
    files = {frame.filename for frame in traceback.extract_stack()}
    found = [file for file in files if "judge" in file or "test_" in file or "pytest" in file]
    return f"found {found}" if found else "nothing"
