# chained and tuple assignment
# %%
import numpy as np
# %%
A = B = [1]
B.append(2)
(one, two), *rest = (A, [3]), 4
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** one[1], reduction)
