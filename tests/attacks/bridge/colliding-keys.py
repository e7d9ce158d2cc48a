"""Reply with a dict whose keys all have one hash.

line = "Bridge: deep nesting"
held = ["failed", "crashed"]
"""


def attack(x):
    prime = (1 << 61) - 1
    return {number * prime: 0 for number in range(-4, 5)} | {float(number) * 2.0**61: 0 for number in range(9000)}
