# functions are taken from a table
# %%
import numpy as np
# %%
TABLE = {'sigmoid': lambda x: np.exp(-np.logaddexp(0, -x))}
TABLE.update(square=lambda v: v ** 2)
sigmoid = TABLE['sigmoid']
# %% rest but sigmoid, mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce(TABLE['square'](x - y), reduction)
