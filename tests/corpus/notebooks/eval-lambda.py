# a function is the value of a text
# %%
import numpy as np
# %%
square = eval('lambda v: v * v')
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce(square(x - y), reduction)
