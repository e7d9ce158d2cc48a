# class attributes are set later
# %%
import numpy as np
# %%
class Settings:
    power = None
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** Settings.power, reduction)
# %%
Settings.power = 2
