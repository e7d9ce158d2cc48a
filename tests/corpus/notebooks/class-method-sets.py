# a class method sets a class attribute
# %%
import numpy as np
# %%
class Settings:
    @classmethod
    def load(cls):
        cls.power = 2
Settings.load()
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** Settings.power, reduction)
