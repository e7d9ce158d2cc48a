"""`python -m grader`, or this very file: the same as `d2d`."""

import os
import sys

# Python puts the current folder (or, where this file is run by its path, the package) first on its path. A folder of
# a member's may hold a numpy.py or a grader/ of their own: what is imported comes from the installation alone.
_PACKAGE = os.path.dirname(os.path.abspath(__file__))
_ROOT = os.path.dirname(_PACKAGE)
try:
    _HERE = os.getcwd()
except OSError:  # it was deleted
    _HERE = ""
if sys.path and sys.path[0] in ("", _HERE, _PACKAGE):
    del sys.path[0]
    if _ROOT not in sys.path:
        sys.path.insert(0, _ROOT)

if __name__ == "__main__":
    from grader.cli import main

    main()
