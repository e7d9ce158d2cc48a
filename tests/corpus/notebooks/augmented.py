# a constant grows, and grows again
# %%
import numpy as np
# %%
POWER = 0
# %%
POWER += 1
# %%
POWER += 1
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** POWER, reduction)
