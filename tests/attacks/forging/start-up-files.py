"""Leave sitecustomize.py and a .pth file in a folder of libraries.

line = "Forging: sitecustomize, .pth"
open = ["process-only"]
"""

import os


def put(name, text):
    with open(os.path.join(WORLD["library"], name), "w") as file:
        file.write(text)


def attack(x):
    first = tried(lambda: put("sitecustomize.py", "print('here')\n"))
    second = tried(lambda: put("evil.pth", "import sitecustomize\n"))
    return first if first == second else f"{first}, {second}"
