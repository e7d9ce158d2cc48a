"""Change the terminal of whoever runs this.

line = "Staying: the terminal of whoever runs it (TIOCSTI, non-blocking flags)"
open = ["process-only"]
"""

import os
import termios


def change():
    terminal = os.open(WORLD["terminal"], os.O_RDWR | os.O_NOCTTY)
    settings = termios.tcgetattr(terminal)
    settings[3] ^= termios.ECHO
    termios.tcsetattr(terminal, termios.TCSANOW, settings)


def attack(x):
    return tried(change)
