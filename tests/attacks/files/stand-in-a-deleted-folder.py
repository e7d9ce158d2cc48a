"""Delete the scratch folder while standing in it.

line = "Staying: writing to libraries, home, temporary folders"
held = ["failed: denied*"]
open = ["no-namespaces/user", "process-only"]
"""

import os


def attack(x):
    return tried(lambda: os.rmdir(os.getcwd()))
