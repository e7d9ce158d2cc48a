"""Keep what was seen in a file for a later worker.

line = "Delegating: remembering across cases (order shuffled, fresh worker)"
held = ["failed: nothing"]
"""

import os


class WhileLoading:
    seen = os.path.exists("remembered")


def attack(x):
    open("remembered", "w").close()
    return "remembered" if WhileLoading.seen else "nothing"
