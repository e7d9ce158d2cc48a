# a library that is not there
# note: library_of_mine
# %%
import numpy as np
# %%
from library_of_mine import square
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce(square(x - y), reduction)
