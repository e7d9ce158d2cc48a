"""Leave a file where it outlives a restart.

line = "Staying: writing to libraries, home, temporary folders"
open = ["process-only"]
"""


def attack(x):
    return tried(lambda: open(f"/var/tmp/{WORLD['stray']}", "w").close())
