"""Run libc's own exit handlers and leave with 0, past all of Python.

line = "Forging: os._exit(0), sys.exit(0)"
held = ["crashed"]
"""


def attack(x):
    libc.exit(0)
