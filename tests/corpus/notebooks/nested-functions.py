# nested functions with nonlocal
# %%
import numpy as np
# %%
def counter():
    n = 0
    def up():
        nonlocal n
        n += 1
        return n
    return up
up = counter()
up()
POWER = up()
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** POWER, reduction)
