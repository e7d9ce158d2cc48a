# constants are made within a with
# %%
import numpy as np
# %%
with np.errstate(all='ignore'):
    LOWEST = np.log(np.float64(0))
    POWER = int(np.exp(LOWEST)) + 2
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** POWER, reduction)
