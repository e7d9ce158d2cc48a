# a function needs what somebody was asked for
# note: EOFError
# %%
import numpy as np
# %%
POWER = int(input('power? '))
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** POWER, reduction)
