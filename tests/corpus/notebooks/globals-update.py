# globals are updated from a table
# %%
import numpy as np
# %%
settings = {'POWER': 2, 'EPS': 1e-12}
globals().update(settings)
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** POWER, reduction)
