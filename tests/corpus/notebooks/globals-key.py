# a global is set by its name
# %%
import numpy as np
# %%
globals()['POWER'] = 2
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** POWER, reduction)
