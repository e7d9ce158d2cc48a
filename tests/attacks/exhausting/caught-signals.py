"""Catch every signal that a limit of time could send, and go on.

line = "Exhausting: SIGXCPU caught"
held = ["timeout"]
slow = true
"""

import signal


def attack(x):
    for number in (signal.SIGXCPU, signal.SIGALRM, signal.SIGTERM, signal.SIGINT, signal.SIGPIPE, signal.SIGHUP):
        signal.signal(number, lambda *a: None)
    while True:
        pass
