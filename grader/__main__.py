"""`python -m grader`, the same as `d2d`."""

import os
import sys

# `python -m` puts the current folder first on the path, and there a member may well keep a numpy.py of their own.
if (
    sys.path
    and sys.path[0] in ("", os.getcwd())
    and not os.path.samefile(os.path.dirname(os.path.dirname(__file__)), os.getcwd())
):
    del sys.path[0]

from grader.cli import main

if __name__ == "__main__":
    main()
