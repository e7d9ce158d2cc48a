# the else of a loop sets a constant
# %%
import numpy as np
# %%
for candidate in (0, 1):
    if candidate == 5:
        break
else:
    POWER = 2
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** POWER, reduction)
