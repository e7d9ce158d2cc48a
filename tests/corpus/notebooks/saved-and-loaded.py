# a table is saved and read again
# %%
import numpy as np
# %%
np.save('powers.npy', np.array([0, 1, 2]))
# %%
POWERS = np.load('powers.npy')
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** POWERS[2], reduction)
