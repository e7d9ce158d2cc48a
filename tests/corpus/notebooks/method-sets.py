# a method of the notebook's own object assigns
# %%
import numpy as np
# %%
class Config:
    def __init__(self):
        self.power = 1
    def use(self, power):
        self.power = power
        return self
cfg = Config()
# %%
cfg.use(2)
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** cfg.power, reduction)
