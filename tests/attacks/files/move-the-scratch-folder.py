"""Give the scratch folder another name, under which nobody looks for it.

line = "Staying: writing to libraries, home, temporary folders"
held = ["failed: denied*"]
open = ["no-namespaces/user", "process-only"]
"""

import os


def attack(x):
    here = os.getcwd()
    return tried(lambda: os.rename(here, os.path.join(os.path.dirname(here), "other")))
