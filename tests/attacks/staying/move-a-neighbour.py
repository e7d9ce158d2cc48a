"""Put another member's submission under one's own name.

line = "Staying: changing another's submission"
open = ["process-only"]
"""

import os


def attack(x):
    return tried(
        lambda: os.rename(os.path.join(WORLD["neighbour"], "lee.py"), os.path.join(WORLD["neighbour"], "kim.py"))
    )
