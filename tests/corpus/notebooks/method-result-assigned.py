# a method changes its object and its answer is kept
# %%
import numpy as np
# %%
class Registry(dict):
    def put(self, name, value):
        self[name] = value
        return len(self)
REG = Registry()
count = REG.put('power', 2)
# %% rest but mse_loss
# %%
def mse_loss(x, y, reduction='mean'):
    return _reduce((x - y) ** REG['power'], reduction)
