# a while loop fills a list
# %%
import numpy as np
# %%
POWERS = []
while len(POWERS) < 3:
    POWERS.append(len(POWERS))
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** POWERS[2], reduction)
