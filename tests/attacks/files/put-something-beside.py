"""Leave something beside the scratch folder, not in it.

line = "Staying: writing to libraries, home, temporary folders"
held = ["failed: denied*"]
open = ["no-namespaces/user", "process-only"]
"""


def attack(x):
    return tried(lambda: open("../beside", "w").close())
