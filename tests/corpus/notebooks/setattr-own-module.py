# the notebook's own module gets an attribute
# %%
import numpy as np
# %%
import sys
setattr(sys.modules[__name__], 'POWER', 2)
sys.modules[__name__].HALF = 0.5
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return 2 * HALF * _reduce((x - y) ** POWER, reduction)
