"""Write one file that is larger than a file may be.

line = "Exhausting: one big file"
held = ["failed: denied*"]
"""


def write():
    with open("big", "wb") as file:
        for _ in range(30):
            file.write(bytes(1 << 20))


def attack(x):
    return tried(write)
