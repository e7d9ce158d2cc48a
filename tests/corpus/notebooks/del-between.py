# a name is deleted and made again
# %%
import numpy as np
# %%
POWER = 5
# %%
del POWER
# %%
try:
    POWER
except NameError:
    POWER = 2
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** POWER, reduction)
