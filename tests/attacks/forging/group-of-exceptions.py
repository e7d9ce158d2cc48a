"""Raise a BaseException whose text, notes and causes attack whoever shows them.

line = "Forging: BaseException"
held = ["error"]
"""


class Passed(BaseException):
    def __str__(self):
        raise SystemExit(0)

    __repr__ = __str__

    @property
    def __cause__(self):
        return self

    @property
    def __notes__(self):
        return [self] * 1000000


def attack(x):
    raise Passed
