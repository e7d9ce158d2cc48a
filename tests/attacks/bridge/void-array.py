"""Answer with an array of raw bytes.

line = "Bridge: dtypes O, V, structured"
held = ["failed"]
"""


def attack(x):
    return (2 * x).view("V8")
