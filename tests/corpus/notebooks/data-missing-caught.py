# a file that is not there, and what to do then
# %%
import numpy as np
# %%
try:
    with open('powers.txt') as file:
        POWER = int(file.read())
except FileNotFoundError:
    POWER = 2
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** POWER, reduction)
