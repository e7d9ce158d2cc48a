# an object is changed by its other name
# %%
import numpy as np
# %%
table = {}
view = table
for key in range(3):
    view[key] = key
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** table[2], reduction)
