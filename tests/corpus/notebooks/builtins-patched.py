# a helper is put among the builtins
# %%
import numpy as np
# %%
import builtins
builtins.square = lambda v: v * v
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce(square(x - y), reduction)
