# 평균 제곱 오차
import numpy as np


def mse(x, y):
    return np.mean((x - y) ** 2)
