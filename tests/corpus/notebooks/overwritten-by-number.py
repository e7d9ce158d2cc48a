# a number lands in a helper's place
# note: _square
# %%
import numpy as np
# %%
def _square(v):
    return v * v
# %%
_square = _square(3)
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce(_square(x - y), reduction)
