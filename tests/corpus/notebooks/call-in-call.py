# a call sets a global by way of another function
# %%
import numpy as np
# %%
STATE = dict(power=None)
def inner():
    STATE['power'] = 2
def outer():
    inner()
ok = outer()
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** STATE['power'], reduction)
