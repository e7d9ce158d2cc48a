# a call sets a global
# %%
import numpy as np
# %%
def setup(power):
    global POWER
    POWER = power
# %%
setup(2)
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** POWER, reduction)
