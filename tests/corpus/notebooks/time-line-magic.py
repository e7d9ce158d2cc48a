# %time before an assignment
# %%
import numpy as np
# %%
%time POWERS = [n for n in range(3)]
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** POWERS[2], reduction)
