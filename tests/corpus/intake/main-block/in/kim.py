import numpy as np


def mse(x, y):
    return np.mean((x - y) ** 2)


if __name__ == "__main__":
    input()
    print(mse(1, 2))
