# partial functions of a general one
# %%
import numpy as np
# %%
from functools import partial
# %% rest but mse_loss, l1_loss
# %%
def _loss(f, x, y, reduction='mean'):
    _same_shape(x, y)
    return _reduce(f(x - y), reduction)
mse_loss = partial(_loss, np.square)
l1_loss = partial(_loss, np.abs)
