"""Put a link to another member's folder where the judge keeps its scratch folders and clears them up.

line = "Staying: changing another's submission"
held = ["failed: denied*"]
open = ["process-only"]
"""

import os


def attack(x):
    here = os.getcwd()
    around = os.path.dirname(here)

    def put():
        os.rmdir(here)
        os.rmdir(around)
        os.symlink(WORLD["neighbour"], around)

    return tried(put)
