import numpy as np
x = [1]
x.append(1 / 0)
x.append(2)


def twice(v):
    return 2 * v


y = twice(x)
