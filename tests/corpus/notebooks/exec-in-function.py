# a function of one's own makes functions by exec
# %%
import numpy as np
# %%
def define(name, power):
    exec(f'def {name}(v): return np.abs(v) ** {power}', globals())
define('squared', 2)
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce(squared(x - y), reduction)
