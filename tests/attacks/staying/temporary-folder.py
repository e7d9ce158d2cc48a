"""Leave a file where everybody may.

line = "Staying: writing to libraries, home, temporary folders"
open = ["process-only"]
"""


def attack(x):
    return tried(lambda: open(f"/tmp/{WORLD['stray']}", "w").close())
