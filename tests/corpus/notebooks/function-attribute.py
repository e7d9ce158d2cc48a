# a function keeps a setting as an attribute
# %%
import numpy as np
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** mse_loss.power, reduction)
mse_loss.power = 2
