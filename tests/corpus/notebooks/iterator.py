# an iterator is advanced once before it counts
# %%
import numpy as np
# %%
import itertools
ids = itertools.count(1)
next(ids)
POWER = next(ids)
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** POWER, reduction)
