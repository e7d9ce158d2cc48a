# an item is deleted, and its absence counts
# %%
import numpy as np
# %%
POWERS = {'mse': 7, 'default': 2}
# %%
del POWERS['mse']
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** POWERS.get('mse', POWERS['default']), reduction)
