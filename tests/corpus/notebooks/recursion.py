# a deep recursion needs its limit raised
# %%
import numpy as np
# %%
import sys
sys.setrecursionlimit(5000)
def deep(n):
    return 2 if n == 0 else deep(n - 1)
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** deep(2000), reduction)
