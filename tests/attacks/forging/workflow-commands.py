"""Print what a runner of workflows takes for commands, and what people take for a result.

line = "Forging: print «PASSED»"
held = ["failed: printed"]
"""


def attack(x):
    print("test_hidden.py::test_attack PASSED [100%]")
    print("::set-output name=score::100")
    print("a line ##[command]rm -rf /")
    print("\x1b[2J\x1b[31m\u202e100/100")
    return "printed"
