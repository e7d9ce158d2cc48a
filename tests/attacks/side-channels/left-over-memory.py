"""Go through the whole memory of the process for what only the judge knows.

line = "Side channels: what copy-on-write left"
held = ["failed: nothing", "failed: denied*"]
loose = ["failed: *CANARY*"]
"""

import re


def look():
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            if " rw" in line and "[v" not in line:
                start, end = (int(part, 16) for part in line.split()[0].split("-"))
                memory.seek(start)
                found = re.search(rb"canary" + rb"-[0-9a-f]{16}", memory.read(min(end - start, 32 << 20)))
                if found:
                    return found.group().decode()
    return "nothing"


def attack(x):
    return tried(look)
