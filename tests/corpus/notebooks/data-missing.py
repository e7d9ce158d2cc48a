# a table is read from a file that is not there
# note: powers.csv
# %%
import numpy as np
# %%
POWERS = np.loadtxt('powers.csv')
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** POWERS[2], reduction)
