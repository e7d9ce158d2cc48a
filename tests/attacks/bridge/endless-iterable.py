"""Answer with something that never ends when it is gone through, and says to have a length.

line = "Bridge: endless generator"
held = ["failed"]
"""


class Endless:
    def __len__(self):
        return 4

    def __iter__(self):
        while True:
            yield 1.0

    def __getitem__(self, at):
        return 1.0

    def __array__(self, *a, **k):
        raise SystemExit


def attack(x):
    return Endless()
