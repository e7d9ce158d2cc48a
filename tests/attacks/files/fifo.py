"""Leave a pipe with a name, on which whoever reads it waits.

line = "Staying: writing to libraries, home, temporary folders"
held = ["failed: denied*"]
open = ["process-only"]
"""

import os


def attack(x):
    return tried(lambda: os.mkfifo("report.json"))
