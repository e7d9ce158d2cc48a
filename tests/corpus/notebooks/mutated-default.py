# a default that a call has changed
# %%
import numpy as np
# %%
def power(p=None, memory=[]):
    if p is not None:
        memory.append(p)
    return memory[-1]
power(2)
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** power(), reduction)
