# a helper is looked up by a name that is put together
# %%
import numpy as np
# %%
FACTOR = 1.0
def _how_none(v):
    return v * FACTOR
def _how_sum(v):
    return np.sum(v) * FACTOR
def _how_mean(v):
    return np.mean(v) * FACTOR
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    _same_shape(x, y)
    return globals()[f'_how_{reduction}']((x - y) ** 2)
